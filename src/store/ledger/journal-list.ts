import { asc, desc, type SQL, sql } from "drizzle-orm";
import type { AccountCode } from "../../domain/ledger/accounts.ts";
import type { Entry, EntryPlace, EntryType } from "../../domain/ledger/journal.ts";
import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";
import { type DayPlace, entriesAt, isOnDayAfter, isPostedBefore, placesOf, postingsAt } from "./places.ts";
import { toEntries } from "./rows.ts";
import { journalEntries } from "./tables.ts";

/** Which entries a page shows, and in which order (docs/ledger.md#reads). */
interface ListPage {
  /** Null: newest first, of all days. */
  readonly days: DayRange | null;
  readonly event_type: EntryType | undefined;
  readonly account_code: AccountCode | undefined;
  /** Where the previous page ended. */
  readonly after: DayPlace | null;
  readonly limit: number;
}

/** The days whose entries are shown, by `effective_at`. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

interface JournalList {
  readonly entries: readonly Entry[];
  /** The place of the last entry that the page examined; null where no more follow. */
  readonly end: DayPlace | null;
}

/** The most entries that a page of the list examines, whether they match the filter or not. */
const EXAMINED_MAX = 20_000;
/** A page examines no further entry once those before it touch this number of loans: a filter by account reads their lines. */
const EXAMINED_LOANS_MAX = 100_000;
/** A page of the list ends before the entry that would exceed this number of loans: their lines make about 2 MB. */
const LISTED_LOANS_MAX = 3_000;

/**
 * The tenant's entries after a place: at most `limit`, and fewer if they are large. With days they are in the order
 * (effective_at, sequence, position), which an index holds: later days do not matter to such a page. Else newest first.
 */
export async function journalList(db: Database, tenant: string, page: ListPage): Promise<JournalList> {
  const isFiltered = page.event_type !== undefined || page.account_code !== undefined;
  const max = isFiltered ? EXAMINED_MAX : page.limit + 1;
  const examined = examinedEntries(tenant, page, max);
  const found = await matchingPlaces(db, examined, page);
  const shown = withinLoans(found.slice(0, page.limit), LISTED_LOANS_MAX);
  const listed = placesOf(shown);
  const [heads, postings, [last]] = await db.batch([
    entriesAt(db, tenant, listed).orderBy(...orderOf(page)),
    postingsAt(db, tenant, listed),
    lastExamined(db, examined, page),
  ]);
  const entries = toEntries(heads, postings);
  const lastShown = shown.at(-1);
  if (shown.length < found.length && lastShown) return { entries, end: lastShown };
  const isMore = last !== undefined && (last.ahead === max || last.examined < last.ahead);
  return { entries, end: isMore ? last : null };
}

const orderOf = ({ days }: ListPage) =>
  days
    ? [asc(journalEntries.effective_at), asc(journalEntries.sequence), asc(journalEntries.position)]
    : [desc(journalEntries.sequence), desc(journalEntries.position)];

const inOrder = ({ days }: ListPage) =>
  days ? sql`effective_at, sequence, position` : sql`sequence DESC, position DESC`;
const inReverse = ({ days }: ListPage) =>
  days ? sql`effective_at DESC, sequence DESC, position DESC` : sql`sequence, position`;

/** The next entries, each with the number of those that were looked at (`ahead`). */
function examinedEntries(tenant: string, page: ListPage, max: number): SQL {
  const { days, after } = page;
  const where = days
    ? sql`INDEXED BY journal_entries_by_day WHERE tenant_id = ${tenant}
        AND ${isOnDayAfter(after ?? { effective_at: days.from, sequence: 0, position: 0 })} AND effective_at <= ${days.to}`
    : sql`WHERE tenant_id = ${tenant} ${after ? sql`AND ${isPostedBefore(journalEntries, after)}` : sql``}`;
  return sql`
    SELECT * FROM (
      SELECT *, count(*) OVER () AS ahead,
        sum(loan_count) OVER (ORDER BY ${inOrder(page)} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS loans_before
      FROM (SELECT tenant_id, sequence, position, effective_at, event_type, loan_count FROM journal_entries ${where}
        ORDER BY ${inOrder(page)} LIMIT ${max}))
    WHERE ifnull(loans_before, 0) < ${EXAMINED_LOANS_MAX}`;
}

/** The places of the examined entries that a page shows, and one more if there are more. */
function matchingPlaces(
  db: Database,
  examined: SQL,
  page: ListPage,
): Promise<readonly (DayPlace & { readonly loan_count: number })[]> {
  const { event_type, account_code, limit } = page;
  const isOfType = event_type === undefined ? sql`` : sql`AND event_type = ${event_type}`;
  const hasAccount =
    account_code === undefined
      ? sql``
      : sql`AND EXISTS (SELECT 1 FROM journal_postings AS own WHERE own.tenant_id = examined.tenant_id
          AND own.sequence = examined.sequence AND own.position = examined.position
          AND ${account_code} IN (own.debit, own.credit))`;
  return queryRows(
    db,
    sql`SELECT sequence, position, effective_at, loan_count FROM (${examined}) AS examined
      WHERE true ${isOfType} ${hasAccount} ORDER BY ${inOrder(page)} LIMIT ${limit + 1}`,
  );
}

const lastExamined = (db: Database, examined: SQL, page: ListPage) =>
  db
    .select({
      sequence: sql<number>`sequence`.as("sequence"),
      position: sql<number>`position`.as("position"),
      effective_at: sql<string>`effective_at`.as("effective_at"),
      ahead: sql<number>`ahead`.as("ahead"),
      examined: sql<number>`examined`.as("examined"),
    })
    .from(
      sql`(SELECT sequence, position, effective_at, ahead, count(*) OVER () AS examined FROM (${examined})
        ORDER BY ${inReverse(page)} LIMIT 1) AS last`,
    );

/** The first entries, at least one, that together touch at most a number of loans. */
function withinLoans<T extends EntryPlace & { readonly loan_count: number }>(
  entries: readonly T[],
  max: number,
): readonly T[] {
  let loans = 0;
  const end = entries.findIndex(({ loan_count }, index) => {
    loans += loan_count;
    return index > 0 && loans > max;
  });
  return end < 0 ? entries : entries.slice(0, end);
}
