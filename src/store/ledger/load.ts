import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { Needs } from "../../domain/command.ts";
import { sequenceOf } from "../../domain/core/event-id.ts";
import { type LedgerState, noLedgerState, totalKey } from "../../domain/ledger/decide.ts";
import type { Entry } from "../../domain/ledger/journal.ts";
import type { Rows } from "../d1/read-batch.ts";
import { isOneOf, selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { journalEntries, journalPostings, ledgerLoans, ledgerTotals } from "./tables.ts";

/** `book` of the tenant's whole ledger. */
export const WHOLE_LEDGER = "";

type EntryRow = typeof journalEntries.$inferSelect;
type PostingRow = typeof journalPostings.$inferSelect;

/** Entry rows with their postings, in the order of the entry rows. */
export function toEntries(entries: readonly EntryRow[], postings: readonly PostingRow[]): Entry[] {
  const bySequence = Map.groupBy(postings, ({ sequence }) => sequence);
  return entries.map(({ tenant_id: _, ...entry }) => {
    const own = (bySequence.get(entry.sequence) ?? []).toSorted((a, b) => a.position - b.position);
    return {
      ...entry,
      postings: own.map(({ debit, credit, amount_minor }) => ({ debit, credit, amount_minor })),
    };
  });
}

/** True when deciding needs nothing of the ledger. */
export const needsNoLedger = (needs: Needs): boolean => needs.loan.size === 0 && needs.entry.size === 0;

/** The queries for what ledger commands may look at; `toLedgerState` reads their rows, in this order. */
export function ledgerQueries(db: Database, tenant: string, needs: Needs) {
  const sequences = JSON.stringify([...needs.entry].map(sequenceOf).filter((sequence) => sequence !== null));
  const listed = sql`(SELECT value FROM json_each(${sequences}))`;
  return [
    db
      .select(selection(ledgerLoans))
      .from(ledgerLoans)
      .where(and(eq(ledgerLoans.tenant_id, tenant), isOneOf(ledgerLoans.loan_id, [...needs.loan]))),
    db
      .select(selection(ledgerTotals))
      .from(ledgerTotals)
      .where(and(eq(ledgerTotals.tenant_id, tenant), eq(ledgerTotals.book, WHOLE_LEDGER))),
    db
      .select(selection(journalEntries))
      .from(journalEntries)
      .where(and(eq(journalEntries.tenant_id, tenant), sql`${journalEntries.sequence} IN ${listed}`)),
    db
      .select(selection(journalPostings))
      .from(journalPostings)
      .where(and(eq(journalPostings.tenant_id, tenant), sql`${journalPostings.sequence} IN ${listed}`)),
    db
      .select({ reverses_sequence: journalEntries.reverses_sequence })
      .from(journalEntries)
      .where(
        and(
          eq(journalEntries.tenant_id, tenant),
          isNotNull(journalEntries.reverses_sequence),
          sql`${journalEntries.reverses_sequence} IN ${listed}`,
        ),
      ),
  ] as const;
}

export function toLedgerState(rows: Rows<ReturnType<typeof ledgerQueries>>): LedgerState {
  const [loans, totals, entries, postings, reversals] = rows;
  const state = noLedgerState();
  for (const { loan_id, borrower_id, currency } of loans) state.loans.set(loan_id, { borrower_id, currency });
  for (const { account_code, currency, layer, dr_minor, cr_minor } of totals) {
    state.totals.set(totalKey(account_code, currency, layer), { dr_minor, cr_minor });
  }
  for (const entry of toEntries(entries, postings)) state.entries.set(entry.journal_entry_id, entry);
  for (const { reverses_sequence } of reversals) {
    if (reverses_sequence !== null) state.reversed.add(reverses_sequence);
  }
  // A reversal of an entry presupposes the entry's loan, which was not asked for by name.
  for (const { loan_id, borrower_id, currency } of entries)
    state.loans.set(loan_id, { borrower_id, currency });
  return state;
}
