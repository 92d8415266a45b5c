import type { AnswerOf } from "../contract/answer-types.ts";
import type { journalEntry } from "../contract/ledger/answers.ts";
import { csvLines, JOURNAL_LINES_HEAD } from "../contract/ledger/journal-lines.ts";
import type { JournalListQuery } from "../contract/ledger/queries.ts";
import { entryView } from "../contract/ledger/views.ts";
import type { PageStart } from "../domain/core/lookup.ts";
import type { Problem } from "../domain/core/problem.ts";
import { ok, type Result } from "../domain/core/result.ts";
import { utf8Length } from "../domain/core/utf8.ts";
import { type Entry, loansOf } from "../domain/ledger/journal.ts";
import { disbursementsOf } from "../store/bookkeeping/disbursements-of.ts";
import type { Database } from "../store/d1/session.ts";
import { readAccountNames } from "../store/ledger/account-names.ts";
import { type DayRange, journalList } from "../store/ledger/journal-list.ts";
import type { DayPlace } from "../store/ledger/places.ts";
import { FOREIGN_TOKEN, paged, startAfter } from "./pages.ts";

/** The entries of a page, as many as it has room for, in the form of its answer. */
type Show<T> = (entries: readonly Entry[]) => Promise<readonly T[]>;

interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | undefined;
}

/** A page of the tenant's entries (docs/ledger.md#reads). */
export const listJournal = (
  db: Database,
  tenant: string,
  query: JournalListQuery,
): Promise<Result<Page<AnswerOf<typeof journalEntry>>, Problem>> =>
  listShown(db, tenant, query, async (entries) => shownWithin(entries, entryView, JSON.stringify));

/** The same page as CSV of lines: one item for each entry. */
export const listJournalLines = (
  db: Database,
  tenant: string,
  query: JournalListQuery,
): Promise<Result<Page<string>, Problem>> =>
  listShown(db, tenant, query, async (entries) => {
    const loans = new Set(entries.flatMap((entry) => [...loansOf(entry)]));
    const disbursements = await disbursementsOf(db, tenant, [...loans]);
    const accounts = await readAccountNames(db, tenant);
    const names = { disbursements, accounts, account_code: query.account_code };
    return shownWithin(
      entries,
      (entry) => csvLines(entry, names),
      (lines) => lines,
    );
  });

/** A page of lines under the names of their columns. */
export const journalCsv = (items: readonly string[]): string => [JOURNAL_LINES_HEAD, ...items].join("");

/** The days that a query names; null where it names none. */
export const daysOf = ({
  from_date,
  to_date,
}: Pick<JournalListQuery, "from_date" | "to_date">): DayRange | null =>
  from_date === undefined && to_date === undefined
    ? null
    : { from: from_date ?? "0001-01-01", to: to_date ?? "9999-12-31" };

function listShown<T>(
  db: Database,
  tenant: string,
  { page_size: limit, page_token: cursor, ...filters }: JournalListQuery,
  show: Show<T>,
): Promise<Result<Page<T>, Problem>> {
  const { from_date, to_date, event_type, account_code } = filters;
  const identity = [tenant, "entries", from_date, to_date, event_type, account_code];
  return paged({ identity, cursor, foreign: FOREIGN_TOKEN }, async (start) => {
    const page = { days: daysOf(filters), event_type, account_code, after: placeIn(start), limit };
    const { entries, end } = await journalList(db, tenant, page);
    const items = await show(entries);
    const last = items.length < entries.length ? entries[items.length - 1] : end;
    return ok({ items, next: last ? afterPlace(last) : null });
  });
}

function placeIn(start: PageStart | null): DayPlace | null {
  const [effective_at, sequence, position] = start?.after ?? [];
  return effective_at && sequence && position
    ? { effective_at, sequence: Number(sequence), position: Number(position) }
    : null;
}

const afterPlace = ({ effective_at, sequence, position }: DayPlace): PageStart =>
  startAfter(effective_at, String(sequence), String(position));

/**
 * A page ends before the entry that would take it beyond this; its first is always there. The bound is for lines, which
 * repeat the entry's texts. What is read for a page is bounded by the number of its entries: an actor (a token has
 * 8 KB, so at most 6 KB), a description (500 characters) and a reference (255) are less than 10 KB, and 201 entries 2 MB.
 */
const PAGE_BYTES_MAX = 2_000_000;

/** The first of some entries as an answer shows them, as many as a page has room for. */
export function shownWithin<T>(
  entries: readonly Entry[],
  show: (entry: Entry) => T,
  textOf: (shown: T) => string,
): readonly T[] {
  const items: T[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const shown = show(entry);
    bytes += utf8Length(textOf(shown));
    if (items.length > 0 && bytes > PAGE_BYTES_MAX) break;
    items.push(shown);
  }
  return items;
}
