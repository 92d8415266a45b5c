import type { PositionsQuery } from "../contract/position/query.ts";
import { refusedBeside } from "../domain/analytics/beside.ts";
import { wantedBy } from "../domain/analytics/dimensions.ts";
import type { OrderValues } from "../domain/core/lookup.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { measureOf } from "../domain/position/measure.ts";
import type { Position } from "../domain/position/position.ts";
import { type Ranked, Ranking } from "../domain/position/ranking.ts";
import type { Database } from "../store/d1/session.ts";
import { type AboutMemo, headOf, readMemo, renewMemo, writeMemo } from "../store/position/memos.ts";
import { settingsInForce } from "./in-force.ts";
import { knownSequence } from "./known-at.ts";
import { ENTRIES_MAX, ENTRIES_OF_A_PART, entriesOf, savedWalk, withinMemo } from "./list-entries.ts";
import { paged, startAfter } from "./pages.ts";
import {
  linesOf,
  listedFor,
  listedPosition,
  type PositionListRequest,
  type PositionPage,
  walkedBy,
} from "./position-lines.ts";
import { positionOf, positionsById } from "./positions-by-id.ts";
import { questionText } from "./question-text.ts";
import { type Gathering, type Question, type Surveyed, survey } from "./survey.ts";
import { refusedMember } from "./wanted.ts";

type NotFinished = Exclude<Surveyed<Gathering>, { kind: "complete" }>;
type Unfinished = Extract<NotFinished, { kind: "unfinished" }>;

const TOO_LARGE: Problem = {
  code: "too_large",
  detail: "Narrow the list by its filters.",
};

const refusedQuery = (detail: string): Problem => ({ code: "invalid_query", detail });
const EXPIRED = refusedQuery("cursor has expired: a list is kept for an hour. Ask for its first page again.");

/** A page of the tenant's positions (docs/api.md#positions). */
export function listPositions(
  db: Database,
  tenant: string,
  { limit, cursor, known_at, ...asked }: PositionsQuery & { readonly limit: number },
): Promise<
  Result<{ page: Omit<PositionPage, "next"> | Unfinished; next_cursor: string | undefined }, Problem>
> {
  const identity = [tenant, questionText("positions", { ...asked, known_at })];
  return paged({ identity, cursor }, async (start) => {
    // The day of the first page, also after midnight.
    const [begun, ...after] = start?.after ?? [];
    const at = await knownSequence(db, tenant, known_at);
    if (!at.ok) return at;
    const known = at.value?.sequence ?? null;
    const { settings, today } = await settingsInForce(db, tenant, at.value);
    const refused = refusedMember(wantedBy(asked), settings);
    if (refused) return err(refused);
    const { allocation: _, arrears_tolerance: __, arrears_tolerance_share: ___, ...filters } = asked;
    const { as_of_date = begun ?? today } = filters;
    const unfit = refusedBeside(filters, as_of_date);
    if (unfit !== null) return err(refusedQuery(unfit));
    const measured = { measure: measureOf(asked, settings), time_zone: settings.time_zone };
    const dimensions = settings.report_dimensions;
    const request = { ...filters, ...measured, as_of_date, known, dimensions };
    const page = await pageFrom(db, tenant, request, { after, limit });
    if (page.kind === "too_large") return err(TOO_LARGE);
    if (page.kind === "expired") return err(EXPIRED);
    const next = page.kind === "page" ? page.next : null;
    return ok({ page, next: next && startAfter(as_of_date, ...next) });
  });
}

interface PageOfList {
  readonly after: OrderValues;
  readonly limit: number;
}

async function pageFrom(
  db: Database,
  tenant: string,
  request: PositionListRequest,
  { after, limit }: PageOfList,
): Promise<PositionPage | NotFinished | { readonly kind: "expired" }> {
  const { sort_by = "days_past_due", disbursement_id } = request;
  if (disbursement_id !== undefined) return positionOf(db, tenant, request, disbursement_id);
  if (sort_by === "disbursement_id")
    return positionsById(db, tenant, request, { after: after[0] ?? null, limit });
  const [list, from] = after;
  return list && from
    ? pageOfList(db, tenant, request, { list, from: Number(from), limit })
    : firstPage(db, tenant, { ...request, sort_by }, limit);
}

type RankedRequest = PositionListRequest & { readonly sort_by: keyof typeof SORT_KEYS };

/** Makes the list that a first page begins, or takes the one that was made at this very head of the log. */
async function firstPage(
  db: Database,
  tenant: string,
  request: RankedRequest,
  limit: number,
): Promise<PositionPage | NotFinished | { readonly kind: "expired" }> {
  const question = listQuestion(request);
  const head = request.known ?? (await headOf(db, tenant)).sequence;
  const list = keyOf(question.text, { from_sequence: head, to_sequence: head });
  const page = await pageOfList(db, tenant, request, { list, from: 0, limit });
  if (page.kind !== "expired") return page;
  const surveyed = await survey(db, tenant, question);
  if (surveyed.kind !== "complete") return surveyed;
  const { gathered, kind: _, ...progress } = surveyed;
  const parts = withinMemo(gathered.ranking.first());
  const lines = parts.reduce((sum, part) => sum + part.split("\n").length, 0);
  const about = { ...progress, lines, listed_all: gathered.ranking.seen === lines };
  const made = keyOf(question.text, surveyed);
  await writeMemo(db, { tenant, question: made }, { about, was: null, first: 1, parts }, Date.now());
  const entries = gathered.ranking.first().slice(0, limit);
  return pageWith(db, tenant, request, { about, list: made, entries, from: 0 });
}

const keyOf = (text: string, at: { readonly from_sequence: number; readonly to_sequence: number }) =>
  `${text}@${at.from_sequence}-${at.to_sequence}`;

/** A page of a list that is kept, from an entry on. */
async function pageOfList(
  db: Database,
  tenant: string,
  request: PositionListRequest,
  { list, from, limit }: { readonly list: string; readonly from: number; readonly limit: number },
): Promise<PositionPage | { readonly kind: "expired" } | { readonly kind: "too_large" }> {
  const first = Math.floor(from / ENTRIES_OF_A_PART);
  const last = Math.floor((from + limit - 1) / ENTRIES_OF_A_PART);
  const key = { tenant, question: list };
  const { memo } = await readMemo(db, key, Date.now(), { first: 1 + first, last: 1 + last });
  if (!memo) return { kind: "expired" };
  await renewMemo(db, key, memo, Date.now());
  const start = from - first * ENTRIES_OF_A_PART;
  const entries = entriesOf(memo.parts).slice(start, start + limit);
  return pageWith(db, tenant, request, { about: memo, list, entries, from });
}

interface Listed {
  readonly about: AboutMemo;
  readonly list: string;
  readonly entries: readonly Ranked[];
  readonly from: number;
}

/** The lines are those of the records as they are now, or were known then: what is gone, or is to be left out by now, is left out. */
async function pageWith(
  db: Database,
  tenant: string,
  request: PositionListRequest,
  { about, list, entries, from }: Listed,
): Promise<PositionPage | { readonly kind: "too_large" }> {
  const ids = entries.map(({ id }) => id);
  const read = await listedFor(db, tenant, ids, request);
  if (read === "too_large") return { kind: "too_large" };
  const { lines = 0, listed_all = true, from_sequence } = about;
  const end = from + entries.length;
  return {
    kind: "page",
    lines: linesOf(read.loans, request, tenant),
    next: end < lines ? [list, String(end)] : null,
    listed_all,
    from_sequence,
    to_sequence: read.head,
  };
}

type GatheredList = Gathering & { readonly ranking: Ranking };

function listQuestion(request: RankedRequest): Question<GatheredList> {
  const { sort_by, sort_order = "desc" } = request;
  const sortKey = SORT_KEYS[sort_by];
  const gathering = (saved: readonly Ranked[], seen: number): GatheredList => {
    const ranking = new Ranking(sort_order === "desc", ENTRIES_MAX, saved, seen);
    return {
      ranking,
      add: (walked) => {
        const listed = listedPosition(walked, request);
        if (listed) ranking.add(sortKey(listed.position), walked.loan.disbursement.disbursement_id);
        return true;
      },
      save: () => savedWalk(ranking, saved.length),
    };
  };
  return {
    text: questionText("positions", request),
    ...walkedBy(request),
    begin: () => gathering([], 0),
    resume: (parts) => {
      const [seen] = parts.at(-1)?.split("\n", 1) ?? [];
      return gathering(entriesOf(parts), Number(seen));
    },
    packing: request.dimensions,
    keep: false,
  };
}

const SORT_KEYS = {
  days_past_due: ({ days_past_due }: Position) => BigInt(days_past_due),
  arrears: ({ arrears }: Position) => arrears.total,
  outstanding: ({ outstanding_principal }: Position) => outstanding_principal,
} as const;
