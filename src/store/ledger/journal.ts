import { and, desc, eq, gte, lte } from "drizzle-orm";
import { sequenceOf } from "../../domain/core/event-id.ts";
import type { Entry, EntryPlace, EntryType } from "../../domain/ledger/journal.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
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
