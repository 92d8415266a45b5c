import { and, eq, gt, type SQL, sql } from "drizzle-orm";
import { sequenceOf } from "../../domain/core/event-id.ts";
import { type LedgerNeeds, type LedgerState, noLedgerState } from "../../domain/ledger/state.ts";
import type { ReadBatch } from "../d1/read-batch.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { toAmounts, toEntries } from "./rows.ts";
import { journalEntries, journalPostings, ledgerLoans, loanBalances, loanDays } from "./tables.ts";

/** Adds the queries for what ledger commands look at; what it returns reads their rows. */
export function addLedger(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  needs: LedgerNeeds,
): () => LedgerState {
  const hasEntries = needs.entries.size > 0;
  const hasLoans = needs.loans.size > 0 || hasEntries;
  const wanted = wantedLoans(tenant, needs);
  const readEntries = addEntries(batch, db, tenant, [...needs.entries.keys()]);
  const loans = batch.add(
    db
      .select(selection(ledgerLoans))
      .from(wanted)
      .crossJoin(ledgerLoans)
      .where(and(eq(ledgerLoans.tenant_id, tenant), eq(ledgerLoans.loan_id, sql`wanted.loan_id`))),
    hasLoans,
  );
  const balances = batch.add(
    db
      .select({ ...selection(loanBalances), from_day: sql<string>`wanted.from_day`.as("from_day") })
      .from(wanted)
      .crossJoin(loanBalances)
      .where(and(eq(loanBalances.tenant_id, tenant), eq(loanBalances.loan_id, sql`wanted.loan_id`))),
    hasLoans,
  );
  const days = batch.add(
    db
      .select(selection(loanDays))
      .from(wanted)
      .crossJoin(loanDays)
      .where(
        and(
          eq(loanDays.tenant_id, tenant),
          eq(loanDays.loan_id, sql`wanted.loan_id`),
          gt(loanDays.day, sql`wanted.from_day`),
        ),
      )
      .orderBy(loanDays.loan_id, loanDays.day),
    hasLoans,
  );
  return () => {
    const state = noLedgerState();
    readEntries(state);
    for (const { loan_id, borrower_id, currency } of loans()) {
      state.loans.set(loan_id, { borrower_id, currency });
    }
    const later = Map.groupBy(days(), ({ loan_id }) => loan_id);
    for (const row of balances()) {
      const own = (later.get(row.loan_id) ?? []).map((day) => ({ day: day.day, changes: toAmounts(day) }));
      state.books.set(row.loan_id, { balances: toAmounts(row), from: row.from_day, later: own });
    }
    return state;
  };
}

/** Adds the queries for entries by id: their postings, and whether they are reversed. */
function addEntries(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  ids: readonly string[],
): (state: LedgerState) => void {
  const sequences = JSON.stringify(ids.map(sequenceOf).filter((sequence) => sequence !== null));
  const listed = sql`(SELECT value FROM json_each(${sequences}))`;
  const needed = ids.length > 0;
  const entries = batch.add(
    db
      .select(selection(journalEntries))
      .from(journalEntries)
      .where(and(eq(journalEntries.tenant_id, tenant), sql`${journalEntries.sequence} IN ${listed}`)),
    needed,
  );
  const postings = batch.add(
    db
      .select(selection(journalPostings))
      .from(journalPostings)
      .where(and(eq(journalPostings.tenant_id, tenant), sql`${journalPostings.sequence} IN ${listed}`)),
    needed,
  );
  const reversals = batch.add(
    db
      .select({ reverses_entry_id: journalEntries.reverses_entry_id })
      .from(journalEntries)
      // The index is named because the planner would walk over all of the tenant's entries.
      .where(
        sql`(${journalEntries.tenant_id}, ${journalEntries.sequence}, ${journalEntries.position}) IN (
          SELECT tenant_id, sequence, position FROM journal_entries INDEXED BY an_entry_is_reversed_once
          WHERE tenant_id = ${tenant} AND reverses_sequence IS NOT NULL AND reverses_sequence IN ${listed})`,
      ),
    needed,
  );
  return (state) => {
    for (const entry of toEntries(entries(), postings())) state.entries.set(entry.journal_entry_id, entry);
    for (const { reverses_entry_id } of reversals()) {
      if (reverses_entry_id !== null) state.reversed.add(reverses_entry_id);
    }
  };
}

/**
 * The loans that are needed, by name or through an entry, and the day from which the book of each is: the earliest that
 * any of the commands names. Drizzle takes it as a table that is called `wanted`.
 */
function wantedLoans(tenant: string, needs: LedgerNeeds): SQL {
  const entries = [...needs.entries].map(([id, day]) => [sequenceOf(id), day]);
  return sql`(
    SELECT loan_id, min(from_day) AS from_day FROM (
      SELECT value ->> 0 AS loan_id, value ->> 1 AS from_day FROM json_each(${JSON.stringify([...needs.loans])})
      UNION ALL
      SELECT own.loan_id, listed.value ->> 1
        FROM json_each(${JSON.stringify(entries)}) AS listed CROSS JOIN journal_postings AS own
        WHERE own.tenant_id = ${tenant} AND own.sequence = listed.value ->> 0 AND own.loan_id <> ''
    ) GROUP BY loan_id) AS wanted`;
}
