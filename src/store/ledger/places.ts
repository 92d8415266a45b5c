import { and, eq, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { EntryPlace } from "../../domain/ledger/journal.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { journalEntries, journalPostings, type loanEntries } from "./tables.ts";

/** True for the tenant's rows of entries at some places: `places` is a query of sequences and positions. */
export const isAt = (
  table: typeof journalEntries | typeof journalPostings,
  tenant: string,
  places: SQLWrapper,
): SQL | undefined =>
  and(eq(table.tenant_id, tenant), sql`(${table.sequence}, ${table.position}) IN ${places}`);

/** The entries at some places, without their postings. */
export const entriesAt = (db: Database, tenant: string, places: SQLWrapper) =>
  db
    .select(selection(journalEntries))
    .from(journalEntries)
    .where(isAt(journalEntries, tenant, places))
    .$dynamic();

/** The postings of the entries at some places; with `loan_id` only those of that loan. */
export const postingsAt = (db: Database, tenant: string, places: SQLWrapper, loan_id?: string) =>
  db
    .select(selection(journalPostings))
    .from(journalPostings)
    .where(
      and(
        isAt(journalPostings, tenant, places),
        loan_id === undefined ? undefined : eq(journalPostings.loan_id, loan_id),
      ),
    );

/** True for a row of an entry that was posted before `place`. */
export const isPostedBefore = (
  table: typeof loanEntries | typeof journalEntries,
  { sequence, position }: EntryPlace,
): SQL => sql`(${table.sequence}, ${table.position}) < (${sequence}, ${position})`;

/** True for a row of `journal_entries` that was posted after `place`, in SQL that names no table. */
export const isPostedAfter = ({ sequence, position }: EntryPlace): SQL =>
  sql`(sequence, position) > (${sequence}, ${position})`;

/** An entry's place in the order of days. */
export interface DayPlace extends EntryPlace {
  readonly effective_at: string;
}

/** True for a row of `journal_entries` behind `place` in the order of days, in SQL that names no table. */
export const isOnDayAfter = ({ effective_at, sequence, position }: DayPlace): SQL =>
  sql`(effective_at, sequence, position) > (${effective_at}, ${sequence}, ${position})`;

/** A query of these places, for `entriesAt` and `postingsAt`. */
export const placesOf = (places: readonly EntryPlace[]): SQL => {
  const rows = JSON.stringify(places.map(({ sequence, position }) => [sequence, position]));
  return sql`(SELECT value ->> 0, value ->> 1 FROM json_each(${rows}))`;
};
