import { and, desc, eq, gt, sql } from "drizzle-orm";
import { sequenceOf } from "../../domain/core/event-id.ts";
import {
  entriesNeeded,
  type LedgerNeeds,
  type LedgerState,
  noLedgerState,
} from "../../domain/ledger/state.ts";
import type { ReadBatch } from "../d1/read-batch.ts";
import { isOneOf, selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { addMarks } from "./load-marks.ts";
import { addLatePrincipals, addOriginations } from "./load-named.ts";
import { outlinesQuery, toOutline } from "./outline.ts";
import { toAmounts, toEntries } from "./rows.ts";
import {
  bankAccounts,
  journalEntries,
  journalPostings,
  ledgerLoans,
  loanBalances,
  loanDays,
} from "./tables.ts";
import { wantedLoans, wantedOfMany } from "./wanted.ts";

type Reader = (state: LedgerState) => void;

/** Adds the queries for what ledger commands need. The returned function reads their rows. */
export function addLedger(
  batch: ReadBatch,
  db: Database,
  tenant: string,
  needs: LedgerNeeds,
): () => LedgerState {
  const readers = [
    addEntries(batch, db, tenant, entriesNeeded(needs)),
    addLoanBooks(batch, db, tenant, needs),
    addOutlines(batch, db, tenant, needs),
    addLatePrincipals(batch, db, tenant, needs),
    addOriginations(batch, db, tenant, needs),
    addMarks(batch, db, tenant, needs),
    addBanks(batch, db, tenant, [...needs.banks]),
  ];
  return () => {
    const state = noLedgerState();
    for (const read of readers) read(state);
    return state;
  };
}

/** Adds the queries for entries by id: their postings, and whether they are reversed. */
function addEntries(batch: ReadBatch, db: Database, tenant: string, ids: readonly string[]): Reader {
  const sequences = JSON.stringify(ids.map(sequenceOf).filter((sequence) => sequence !== null));
  const listed = sql`(SELECT value FROM json_each(${sequences}))`;
  const needed = ids.length > 0;
  const entries = batch.add(
    () =>
      db
        .select(selection(journalEntries))
        .from(journalEntries)
        .where(and(eq(journalEntries.tenant_id, tenant), sql`${journalEntries.sequence} IN ${listed}`)),
    needed,
  );
  const postings = batch.add(
    () =>
      db
        .select(selection(journalPostings))
        .from(journalPostings)
        .where(and(eq(journalPostings.tenant_id, tenant), sql`${journalPostings.sequence} IN ${listed}`)),
    needed,
  );
  const reversals = batch.add(
    () =>
      db
        .select({ reverses_entry_id: journalEntries.reverses_entry_id })
        .from(journalEntries)
        // The query names its index because the planner would walk over all of the tenant's entries.
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

/** Adds the queries for the books of loans: the present balances, and the days after the first needed one. */
function addLoanBooks(batch: ReadBatch, db: Database, tenant: string, needs: LedgerNeeds): Reader {
  const needed = needs.loans.size > 0 || needs.entries.size > 0 || needs.corrections.size > 0;
  const wanted = () => wantedLoans(tenant, needs);
  const loans = batch.add(
    () =>
      db
        .select(selection(ledgerLoans))
        .from(wanted())
        .crossJoin(ledgerLoans)
        .where(and(eq(ledgerLoans.tenant_id, tenant), eq(ledgerLoans.loan_id, sql`wanted.loan_id`))),
    needed,
  );
  const balances = batch.add(
    () =>
      db
        .select({ ...selection(loanBalances), from_day: sql<string>`wanted.from_day`.as("from_day") })
        .from(wanted())
        .crossJoin(loanBalances)
        .where(and(eq(loanBalances.tenant_id, tenant), eq(loanBalances.loan_id, sql`wanted.loan_id`))),
    needed,
  );
  const days = batch.add(
    () =>
      db
        .select(selection(loanDays))
        .from(wanted())
        .crossJoin(loanDays)
        .where(
          and(
            eq(loanDays.tenant_id, tenant),
            eq(loanDays.loan_id, sql`wanted.loan_id`),
            gt(loanDays.day, sql`wanted.from_day`),
          ),
        )
        .orderBy(loanDays.loan_id, loanDays.day),
    needed,
  );
  return (state) => {
    for (const { loan_id, borrower_id, currency, follows_records } of loans()) {
      state.loans.set(loan_id, { borrower_id, currency, follows_records });
    }
    const later = Map.groupBy(days(), ({ loan_id }) => loan_id);
    for (const row of balances()) {
      state.remainders.set(row.loan_id, row.interest_remainder);
      const own = (later.get(row.loan_id) ?? []).map((day) => ({ day: day.day, changes: toAmounts(day) }));
      state.books.set(row.loan_id, { balances: toAmounts(row), from: row.from_day, later: own });
    }
  };
}

/** Adds the query for the loans of a command that touches many: one row each, whose lowest balances SQL finds. */
function addOutlines(batch: ReadBatch, db: Database, tenant: string, needs: LedgerNeeds): Reader {
  const needed = needs.manyLoans.size > 0 || needs.reversals.size > 0;
  const wanted = () => wantedOfMany(tenant, needs);
  const rows = batch.add(() => outlinesQuery(db, tenant, wanted()), needed);
  return (state) => {
    for (const row of rows()) {
      const { loan_id, borrower_id, currency } = row;
      state.loans.set(loan_id, { borrower_id, currency, follows_records: row.follows_records === 1 });
      state.books.set(row.loan_id, toOutline(row));
      state.remainders.set(row.loan_id, BigInt(row.interest_remainder));
    }
  };
}

/** Adds the queries for the named bank accounts, and for the number of all. */
function addBanks(batch: ReadBatch, db: Database, tenant: string, refs: readonly string[]): Reader {
  const known = batch.add(
    () =>
      db
        .select({ bank_account_ref: bankAccounts.bank_account_ref })
        .from(bankAccounts)
        .where(and(eq(bankAccounts.tenant_id, tenant), isOneOf(bankAccounts.bank_account_ref, refs))),
    refs.length > 0,
  );
  const count = batch.add(
    () =>
      db
        .select({ number: bankAccounts.number })
        .from(bankAccounts)
        .where(eq(bankAccounts.tenant_id, tenant))
        .orderBy(desc(bankAccounts.number))
        .limit(1),
    refs.length > 0,
  );
  return ({ banks }) => {
    for (const { bank_account_ref } of known()) banks.known.add(bank_account_ref);
    banks.count = count()[0]?.number ?? 0;
  };
}
