import { and, desc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import { sequenceOf } from "../../domain/core/event-id.ts";
import type { Entry, EntryPlace, EntryType } from "../../domain/ledger/journal.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";
import { loanQuery } from "./balances.ts";
import { entriesAt, isPostedBefore, postingsAt } from "./places.ts";
import { toEntries } from "./rows.ts";
import { journalEntries, journalPostings, loanEntries } from "./tables.ts";

/** The entry with this id, or null. It is found by primary key, because the id contains the sequence. */
export async function findEntry(db: Database, tenant: string, id: string): Promise<Entry | null> {
  const sequence = sequenceOf(id);
  if (sequence === null) return null;
  const [entries, postings] = await db.batch([
    db
      .select(selection(journalEntries))
      .from(journalEntries)
      .where(
        and(
          eq(journalEntries.tenant_id, tenant),
          eq(journalEntries.sequence, sequence),
          eq(journalEntries.journal_entry_id, id),
        ),
      ),
    db
      .select(selection(journalPostings))
      .from(journalPostings)
      .where(and(eq(journalPostings.tenant_id, tenant), eq(journalPostings.sequence, sequence))),
  ]);
  return toEntries(entries, postings)[0] ?? null;
}

/** Which entries of a loan a page shows; `before` is the place where the previous page ended. */
interface JournalPage {
  readonly from_date: string | undefined;
  readonly to_date: string | undefined;
  readonly event_type: EntryType | undefined;
  readonly before: EntryPlace | null;
  readonly limit: number;
}

/**
 * A loan's entries with only that loan's postings, newest first: one more than `limit` if there are more; null for an
 * unknown loan.
 */
export async function entriesOfLoan(
  db: Database,
  tenant: string,
  loan_id: string,
  page: JournalPage,
): Promise<Entry[] | null> {
  const { from_date, to_date, event_type, before, limit } = page;
  const shown = db
    .select({ sequence: loanEntries.sequence, position: loanEntries.position })
    .from(loanEntries)
    .where(
      and(
        eq(loanEntries.tenant_id, tenant),
        eq(loanEntries.loan_id, loan_id),
        before === null ? undefined : isPostedBefore(loanEntries, before),
        from_date === undefined ? undefined : gte(loanEntries.effective_at, from_date),
        to_date === undefined ? undefined : lte(loanEntries.effective_at, to_date),
        event_type === undefined ? undefined : eq(loanEntries.event_type, event_type),
      ),
    )
    .orderBy(desc(loanEntries.sequence), desc(loanEntries.position))
    .limit(limit + 1);
  const [loans, entries, postings] = await db.batch([
    loanQuery(db, tenant, loan_id),
    entriesAt(db, tenant, shown).orderBy(...NEWEST_FIRST),
    postingsAt(db, tenant, shown, loan_id),
  ]);
  return loans.length === 0 ? null : toEntries(entries, postings);
}

const NEWEST_FIRST = [desc(journalEntries.sequence), desc(journalEntries.position)];

/** A page of the journal, newest first. */
interface JournalList {
  readonly entries: readonly Entry[];
  /** The place of the last entry that the page examined; null at the end of the journal. */
  readonly end: EntryPlace | null;
}

/** The most entries that a page of the list examines, whether they match the filter or not. */
const EXAMINED_MAX = 20_000;
/** A page of the list ends before the entry that would exceed this number of loans: their lines make about 2 MB. */
const LISTED_LOANS_MAX = 3_000;

/** The tenant's entries before a place, newest first: at most `limit`, and fewer if they are large. */
export async function journalList(db: Database, tenant: string, page: JournalPage): Promise<JournalList> {
  const examined = examinedEntries(tenant, page.before);
  const found = await matchingPlaces(db, examined, page);
  const shown = withinLoans(found.slice(0, page.limit), LISTED_LOANS_MAX);
  const places = JSON.stringify(shown.map(({ sequence, position }) => [sequence, position]));
  const listed = sql`(SELECT value ->> 0, value ->> 1 FROM json_each(${places}))`;
  const [heads, postings, [oldest]] = await db.batch([
    entriesAt(db, tenant, listed).orderBy(...NEWEST_FIRST),
    postingsAt(db, tenant, listed),
    db
      .select({
        sequence: sql<number>`sequence`.as("sequence"),
        position: sql<number>`position`.as("position"),
        count: sql<number>`count`.as("count"),
      })
      .from(
        sql`(SELECT sequence, position, count(*) OVER () AS count FROM (${examined})
          ORDER BY sequence, position LIMIT 1) AS examined`,
      ),
  ]);
  const entries = toEntries(heads, postings);
  const last = shown.at(-1);
  if (shown.length < found.length && last) return { entries, end: placeOf(last) };
  return { entries, end: oldest?.count === EXAMINED_MAX ? placeOf(oldest) : null };
}

const examinedEntries = (tenant: string, before: EntryPlace | null): SQL => sql`
  SELECT tenant_id, sequence, position, effective_at, event_type, loan_count FROM journal_entries
  WHERE tenant_id = ${tenant} ${before ? sql`AND ${isPostedBefore(journalEntries, before)}` : sql``}
  ORDER BY sequence DESC, position DESC LIMIT ${EXAMINED_MAX}`;

/** The places of the examined entries that a page shows, and one more if there are more. */
async function matchingPlaces(
  db: Database,
  examined: SQL,
  { from_date = "", to_date = "9999-12-31", event_type, limit }: JournalPage,
): Promise<readonly (EntryPlace & { readonly loan_count: number })[]> {
  const isOfType = event_type === undefined ? sql`` : sql`AND event_type = ${event_type}`;
  const query = sql`
    SELECT sequence, position, loan_count FROM (${examined})
    WHERE effective_at BETWEEN ${from_date} AND ${to_date} ${isOfType} LIMIT ${limit + 1}`;
  return queryRows(db, query);
}

const placeOf = ({ sequence, position }: EntryPlace): EntryPlace => ({ sequence, position });

/** The first entries, at least one, that together touch at most a number of loans. */
function withinLoans<T extends { readonly loan_count: number }>(
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
