import { baseLoanLines } from "../contract/facility/base-view.ts";
import type { BaseLoansQuery } from "../contract/facility/query.ts";
import { stringifyJson } from "../contract/json.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { utf8Length } from "../domain/core/utf8.ts";
import type { Day } from "../domain/position/days.ts";
import type { Database } from "../store/d1/session.ts";
import {
  type AboutMemo,
  headOf,
  MEMO_BYTES_MAX,
  readMemo,
  renewMemo,
  writeMemo,
} from "../store/position/memos.ts";
import { type GatheredBase, prepareBase } from "./base.ts";
import { paged, startAfter } from "./pages.ts";
import { questionText } from "./question-text.ts";
import { type Surveyed, survey } from "./survey.ts";

/** A line is below 3 KB: a part of a memo is below 1 MB. */
const LINES_OF_A_PART = 250;

const EXPIRED: Problem = {
  code: "invalid_query",
  detail: "cursor has expired: a list is kept for an hour. Ask for its first page again.",
};

export const TOO_LARGE_A_POOL: Problem = {
  code: "too_large",
  detail: "A pool has at most 20,000 disbursements. Split the facility by its currency or its creditor.",
};

const TOO_LARGE_A_LIST: Problem = {
  code: "too_large",
  detail: "The list is too large to be kept between two pages. Ask for it as CSV, with a larger limit.",
};

/** A page of what each disbursement of a pool counts for; each line is JSON text. */
export interface BaseLoansPage {
  readonly kind: "page";
  readonly day: Day;
  readonly lines: readonly string[];
  readonly from_sequence: number;
  readonly to_sequence: number;
}

type Unfinished = Extract<Surveyed<GatheredBase>, { readonly kind: "unfinished" }>;
type PageOrUnfinished = BaseLoansPage | Unfinished;

/** What is asked for: a facility, as of when, and how to measure. */
interface AskedLoans {
  readonly facility_id: string;
  readonly query: BaseLoansQuery & { readonly limit: number };
}

/** A list that is kept, and the day that it is about. */
interface KeptList {
  readonly list: string;
  readonly day: Day;
}

/** What each disbursement of a facility's pool counts for, page by page (docs/api.md#facilities). */
export function listBaseLoans(
  db: Database,
  tenant: string,
  { facility_id, query: { limit, cursor, ...query } }: AskedLoans,
): Promise<Result<{ page: PageOrUnfinished; next_cursor: string | undefined }, Problem>> {
  const identity = [tenant, questionText("base_loans", { ...query, facility_id })];
  return paged({ identity, cursor }, async (start) => {
    const [day, list, from] = start?.after ?? [];
    const found =
      day && list && from
        ? ((await pageOfList(db, tenant, { list, day }, { from: Number(from), limit })) ?? err(EXPIRED))
        : await firstPage(db, tenant, { facility_id, query: { ...query, limit } });
    return found;
  });
}

type PageWithNext = Result<
  { readonly page: PageOrUnfinished; readonly next: ReturnType<typeof startAfter> | null },
  Problem
>;

/** Computes the base for the list that a first page begins, or takes the list that was made at this very head of the log. */
async function firstPage(
  db: Database,
  tenant: string,
  { facility_id, query }: AskedLoans,
): Promise<PageWithNext> {
  const prepared = await prepareBase(db, tenant, { facility_id, query }, { name: "base_walk", keep: false });
  if (!prepared.ok) return prepared;
  const { known, day, questionOf } = prepared.value;
  const question = questionOf(known);
  const head = known ?? (await headOf(db, tenant)).sequence;
  const { limit } = query;
  const kept = await pageOfList(
    db,
    tenant,
    { list: keyOf(question.text, { from_sequence: head, to_sequence: head }), day },
    { from: 0, limit },
  );
  if (kept) return kept;
  const surveyed = await survey(db, tenant, question);
  if (surveyed.kind === "too_large") return err(TOO_LARGE_A_POOL);
  if (surveyed.kind === "unfinished") return ok({ page: surveyed, next: null });
  const { gathered, kind: _, ...progress } = surveyed;
  const lines = baseLoanLines(gathered.pool, gathered.facility.terms).map((line) => stringifyJson(line));
  const list = keyOf(question.text, surveyed);
  const about = { ...progress, lines: lines.length, listed_all: true };
  const parts = partsOf(lines);
  const isKept = parts.reduce((sum, part) => sum + utf8Length(part), 0) <= MEMO_BYTES_MAX;
  if (isKept) {
    await writeMemo(db, { tenant, question: list }, { about, was: null, first: 1, parts }, Date.now());
  } else if (lines.length > limit) return err(TOO_LARGE_A_LIST);
  return ok(pageWith({ list, day }, about, lines.slice(0, limit), 0));
}

const keyOf = (text: string, at: { readonly from_sequence: number; readonly to_sequence: number }) =>
  `${text}@${at.from_sequence}-${at.to_sequence}`;

function partsOf(lines: readonly string[]): readonly string[] {
  const parts: string[] = [];
  for (let start = 0; start < lines.length; start += LINES_OF_A_PART) {
    parts.push(lines.slice(start, start + LINES_OF_A_PART).join("\n"));
  }
  return parts;
}

/** A page of a list that is kept, from a line on; null where it is kept no longer. */
async function pageOfList(
  db: Database,
  tenant: string,
  kept: KeptList,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<PageWithNext | null> {
  const first = Math.floor(from / LINES_OF_A_PART);
  const last = Math.floor((from + limit - 1) / LINES_OF_A_PART);
  const key = { tenant, question: kept.list };
  const { memo } = await readMemo(db, key, Date.now(), { first: 1 + first, last: 1 + last });
  if (!memo) return null;
  await renewMemo(db, key, memo, Date.now());
  const start = from - first * LINES_OF_A_PART;
  // JSON has no line feed in a text: it writes one as \n.
  const lines = memo.parts.flatMap((part) => part.split("\n")).slice(start, start + limit);
  return ok(pageWith(kept, memo, lines, from));
}

function pageWith({ list, day }: KeptList, about: AboutMemo, lines: readonly string[], from: number) {
  const { lines: all = 0, from_sequence, to_sequence } = about;
  const end = from + lines.length;
  const page: BaseLoansPage = { kind: "page", day, lines, from_sequence, to_sequence };
  return { page, next: end < all ? startAfter(day, list, String(end)) : null };
}
