import type { SearchQuery } from "../contract/search/query.ts";
import { folded } from "../domain/core/folded.ts";
import type { OrderValues, PageStart, RecordTableName, StoredRow } from "../domain/core/lookup.ts";
import type { Problem } from "../domain/core/problem.ts";
import { ok, type Result } from "../domain/core/result.ts";
import { soughtAmounts } from "../domain/core/sought-amount.ts";
import { type Entry, loansOf } from "../domain/ledger/journal.ts";
import { disbursementsOf } from "../store/bookkeeping/disbursements-of.ts";
import type { Database } from "../store/d1/session.ts";
import { queryAll } from "../store/d1/statement.ts";
import { findEntry } from "../store/ledger/journal.ts";
import {
  equalIds,
  type FoundRow,
  HITS_MAX,
  idsBeginning,
  recordsHolding,
  type Sought,
} from "../store/lookup/search.ts";
import { paged, startAfter } from "./pages.ts";

/** The kinds of records, in the order of the places of a cursor. */
const SOUGHT_KINDS = [
  "clients",
  "disbursements",
  "payments",
  "operations",
] as const satisfies readonly RecordTableName[];
export type SoughtKind = (typeof SOUGHT_KINDS)[number];

/**
 * Where the search of a kind continues: `i` and the id behind which ids that begin so are left, or `w` and the sequence
 * before which records are left to examine; null where nothing is left.
 */
type Place = string | null;

interface FoundGroup {
  readonly rows: readonly StoredRow[];
  readonly next: Place;
}

interface Found {
  readonly groups: Readonly<Record<SoughtKind, FoundGroup>>;
  readonly entry: FoundEntry | null;
}

interface FoundEntry {
  readonly entry: Entry;
  /** Of the only loan that the entry touches, if it follows a record. */
  readonly disbursement_id: string | null;
}

/** Searches a tenant's records of every kind (docs/api.md#search). Each page examines a bounded number of rows. */
export function searchRecords(
  db: Database,
  tenant: string,
  { q, cursor }: SearchQuery,
  withEntries: boolean,
): Promise<Result<Found & { readonly next_cursor: string | undefined }, Problem>> {
  const sought = { tenant, text: q, folded: folded(q), amounts: soughtAmounts(q) };
  return paged({ identity: [tenant, "search", q], cursor }, async (start) => {
    const isFirst = start === null;
    const groups = await groupsOf(db, sought, start?.after ?? null);
    const entry = isFirst && withEntries ? await entryNamed(db, tenant, q.toLowerCase()) : null;
    return ok({ groups, entry, next: nextPage(groups) });
  });
}

async function entryNamed(db: Database, tenant: string, id: string): Promise<FoundEntry | null> {
  const entry = await findEntry(db, tenant, id);
  if (entry === null) return null;
  const [loan, ...others] = loansOf(entry);
  const disbursements = await disbursementsOf(db, tenant, loan && others.length === 0 ? [loan] : []);
  return { entry, disbursement_id: disbursements.get(loan ?? "") ?? null };
}

async function groupsOf(db: Database, sought: Sought, after: OrderValues | null): Promise<Found["groups"]> {
  const places = SOUGHT_KINDS.map((_, index) =>
    after === null ? `i${sought.text}` : (after[index] ?? null),
  );
  const queries = SOUGHT_KINDS.flatMap((kind, index) => {
    const place = places[index] ?? null;
    const beginning = place?.startsWith("i") ? place.slice(1) : null;
    const before = place?.startsWith("w") ? Number(place.slice(1)) : Number.MAX_SAFE_INTEGER;
    return [
      after === null ? equalIds(kind, sought) : null,
      beginning === null ? null : idsBeginning(kind, sought, beginning),
      place === null ? null : recordsHolding(kind, sought, before),
    ];
  });
  const answers = (await queryAll(db, queries)) as readonly (readonly FoundRow[])[];
  const groups = SOUGHT_KINDS.map((kind, index) => {
    const [equal = [], begin = [], hold = []] = answers.slice(index * 3, index * 3 + 3);
    return [kind, groupOf(equal, begin, hold)];
  });
  return Object.fromEntries(groups) as Found["groups"];
}

/** One page of a kind: first the ids, then, when all of them are shown, what else holds the text. */
function groupOf(
  equal: readonly FoundRow[],
  begin: readonly FoundRow[],
  hold: readonly FoundRow[],
): FoundGroup {
  const ids = pageOf(begin, HITS_MAX - equal.length);
  if (ids.next !== null) return { rows: [...equal, ...ids.rows], next: `i${ids.next}` };
  const shown = [...equal, ...ids.rows];
  const others = pageOf(hold, HITS_MAX - shown.length);
  return { rows: [...shown, ...others.rows], next: others.next === null ? null : `w${others.next}` };
}

/** The hits of a walk that a page has room for, and the place of the last row that it has dealt with, if any are left. */
function pageOf(found: readonly FoundRow[], room: number): FoundGroup {
  const hits = found.filter(({ cut }) => cut === 0);
  const rows = hits.slice(0, room);
  if (hits.length > room) return { rows, next: placeBehind(rows, hits) };
  const [last, behind] = found.filter(({ cut }) => cut === 1);
  return { rows, next: last && behind ? String(last.place) : null };
}

/** Without room for a single hit the next page begins with the first one: before it, in the order of the walk. */
function placeBehind(rows: readonly FoundRow[], hits: readonly FoundRow[]): Place {
  const last = rows.at(-1);
  if (last !== undefined) return String(last.place);
  const first = hits[0]?.place;
  return typeof first === "number" ? String(first + 1) : null;
}

function nextPage(groups: Found["groups"]): PageStart | null {
  const places = SOUGHT_KINDS.map((kind) => groups[kind].next);
  return places.every((place) => place === null) ? null : startAfter(...places);
}
