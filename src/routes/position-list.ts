import { stringifyJson } from "../contract/json.ts";
import type { PositionsQuery } from "../contract/position/query.ts";
import { positionLine } from "../contract/position/view.ts";
import { ledgerLoanIds } from "../domain/core/uuid.ts";
import type { Day } from "../domain/position/days.ts";
import type { DisbursementFacts } from "../domain/position/facts.ts";
import { type Position, positionAt } from "../domain/position/position.ts";
import { type Ranked, Ranking } from "../domain/position/ranking.ts";
import { ready } from "../domain/position/ready.ts";
import { restored, saved } from "../domain/position/saved.ts";
import type { Database } from "../store/d1/session.ts";
import { headOf, type KeptList, type Memo, readMemo, renewMemo, writeMemo } from "../store/position/memos.ts";
import { type Gathering, type Question, type Surveyed, survey } from "../store/position/survey.ts";
import { budgetFrom } from "./survey.ts";

/** Lines of a list; it holds the first ones of its order. */
const LINES_MAX = 20_000;
const LINES_OF_A_PART = 50;

/** A page of a list that is kept. */
export interface ListPage {
  readonly kind: "page";
  readonly lines: readonly string[];
  /** The list that a cursor continues, and the next line; null at the end. */
  readonly list: string;
  readonly next: number | null;
  readonly listed_all: boolean;
  readonly from_sequence: number;
  readonly to_sequence: number;
}

type Unfinished = Exclude<Surveyed<Gathering>, { kind: "complete" }>;

/** What to list, as of a day that is known. */
export type ListRequest = Omit<PositionsQuery, "limit" | "cursor"> & { readonly as_of_date: Day };

/** Makes the list that a first page begins, or takes the one that was made at this very head of the log. */
export async function firstPage(
  db: Database,
  tenant: string,
  request: ListRequest,
  limit: number,
): Promise<ListPage | Unfinished> {
  const question = listQuestion(tenant, request);
  const head = await headOf(db, tenant);
  const list = keyOf(question.text, { from_sequence: head, to_sequence: head });
  const kept = await pageOf(db, tenant, list, 0, limit);
  if (kept.kind === "page") {
    if (kept.next !== null) await renewMemo(db, tenant, list, Date.now());
    return kept;
  }
  const surveyed = await survey(db, tenant, question, budgetFrom(Date.now()), Date.now);
  if (surveyed.kind !== "complete") return surveyed;
  const { gathered, ...progress } = surveyed;
  const entries = gathered.ranking.first();
  const about = { lines: entries.length, listed_all: gathered.ranking.seen === entries.length };
  const made = keyOf(question.text, surveyed);
  await writeMemo(db, tenant, made, { ...progress, ...about }, partsOfList(entries), Date.now());
  const lines = entries.slice(0, limit).map(({ text }) => text);
  return pageFrom({ ...progress, ...about }, made, lines, 0);
}

const keyOf = (text: string, at: { readonly from_sequence: number; readonly to_sequence: number }) =>
  `${text}@${at.from_sequence}-${at.to_sequence}`;

/** A page of a list that is kept, from a line on. */
export async function pageOf(
  db: Database,
  tenant: string,
  list: string,
  from: number,
  limit: number,
): Promise<ListPage | { readonly kind: "expired" }> {
  const first = Math.floor(from / LINES_OF_A_PART);
  const last = Math.floor((from + limit - 1) / LINES_OF_A_PART);
  const { memo } = await readMemo(db, tenant, list, Date.now(), { first: 1 + first, last: 1 + last });
  if (!memo) return { kind: "expired" };
  const lines = memo.parts.flatMap((part) => part.split("\n"));
  const start = from - first * LINES_OF_A_PART;
  return pageFrom(memo, list, lines.slice(start, start + limit), from);
}

function pageFrom(
  about: Pick<Memo, "from_sequence" | "to_sequence"> & Partial<KeptList>,
  list: string,
  lines: readonly string[],
  from: number,
): ListPage {
  const { lines: all = 0, listed_all = true, from_sequence, to_sequence } = about;
  const end = from + lines.length;
  return { kind: "page", lines, list, next: end < all ? end : null, listed_all, from_sequence, to_sequence };
}

/** Lines have no line feeds in them: JSON writes those as \n. */
function partsOfList(entries: readonly Ranked[]): string[] {
  const parts: string[] = [];
  for (let start = 0; start < entries.length; start += LINES_OF_A_PART) {
    const lines = entries.slice(start, start + LINES_OF_A_PART).map(({ text }) => text);
    parts.push(lines.join("\n"));
  }
  return parts;
}

type GatheredList = Gathering & { readonly ranking: Ranking };

function listQuestion(tenant: string, request: ListRequest): Question<GatheredList> {
  const { as_of_date: day, sort_by = "days_past_due", sort_order = "desc" } = request;
  const { bucket, state, client_id, kind, currency } = request;
  const ledgerIds = ledgerLoanIds(tenant);
  const gathering = (entries: readonly Ranked[], seen: number): GatheredList => {
    const ranking = new Ranking(sort_order === "desc", LINES_MAX, entries, seen);
    return {
      ranking,
      add: ({ loan }) => {
        if (!concerns(loan.disbursement, request)) return true;
        const one = ready(loan);
        const position = positionAt(one, day);
        if ((state ?? position.state) !== position.state) return true;
        if (bucket !== undefined && bucket !== position.bucket) return true;
        const text = () => stringifyJson(positionLine(one, position, day, ledgerIds));
        ranking.add(SORT_KEYS[sort_by](position), loan.disbursement.disbursement_id, text);
        return true;
      },
      save: () => saved({ entries: ranking.first(), seen: ranking.seen }),
    };
  };
  return {
    text: JSON.stringify(["positions", day, sort_by, sort_order, bucket, state, client_id, kind, currency]),
    withCountry: false,
    begin: () => gathering([], 0),
    resume: (text) => {
      const { entries, seen } = restored<{ entries: readonly Ranked[]; seen: number }>(text);
      return gathering(entries, seen);
    },
    remember: false,
  };
}

const SORT_KEYS: Readonly<Record<NonNullable<ListRequest["sort_by"]>, (position: Position) => bigint>> = {
  days_past_due: ({ days_past_due }) => BigInt(days_past_due),
  arrears: ({ arrears }) => arrears.total,
  outstanding: ({ outstanding_principal }) => outstanding_principal,
};

function concerns(disbursement: DisbursementFacts, { client_id, kind, currency }: ListRequest): boolean {
  if (kind !== undefined && kind !== disbursement.kind) return false;
  if (currency !== undefined && currency !== disbursement.currency) return false;
  if (client_id === undefined || client_id === disbursement.client_id) return true;
  return disbursement.purchase_clients?.includes(client_id) ?? false;
}
