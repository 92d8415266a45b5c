import { sql } from "drizzle-orm";
import { type AccountChange, accountChanges, loanChanges } from "../../domain/ledger/books.ts";
import { addTotals, type Entry, loansOf } from "../../domain/ledger/journal.ts";
import { type Amounts, NO_AMOUNTS, plus } from "../../domain/ledger/loan-book.ts";
import type { LedgerWrites } from "../../domain/ledger/writes.ts";
import { rowWriter } from "../d1/rows.ts";
import type { Sql } from "../d1/statement.ts";
import type { integrityLoans, integritySums } from "./integrity-tables.ts";
import { bankStatements, markStatements } from "./marks.ts";
import { fromAmounts, fromEntry, fromPostings, fromTotal, HALF, loanEntryRows } from "./rows.ts";
import {
  journalEntries,
  journalPostings,
  ledgerDays,
  ledgerLoans,
  ledgerTotals,
  loanBalances,
  loanDays,
  loanEntries,
} from "./tables.ts";

const writeEntries = rowWriter(journalEntries);
const writePostings = rowWriter(journalPostings);
const writeLoanEntries = rowWriter(loanEntries);
const writeLoans = rowWriter(ledgerLoans);
const addToTotals = rowWriter(ledgerTotals, {
  key: [
    ledgerTotals.tenant_id,
    ledgerTotals.book,
    ledgerTotals.account_code,
    ledgerTotals.currency,
    ledgerTotals.layer,
  ],
  set: totalsWithCarry(ledgerTotals),
});
const addToDays = rowWriter(ledgerDays, {
  key: [
    ledgerDays.tenant_id,
    ledgerDays.book,
    ledgerDays.account_code,
    ledgerDays.currency,
    ledgerDays.layer,
    ledgerDays.day,
  ],
  set: totalsWithCarry(ledgerDays),
});
const addToBalances = rowWriter(loanBalances, {
  key: [loanBalances.tenant_id, loanBalances.loan_id, loanBalances.currency],
  set: {
    ...addingTo(loanBalances),
    interest_remainder: sql`${loanBalances.interest_remainder} + excluded.interest_remainder`,
  },
});
const addToLoanDays = rowWriter(loanDays, {
  key: [loanDays.tenant_id, loanDays.loan_id, loanDays.day, loanDays.currency],
  set: addingTo(loanDays),
});

/** Adds two totals of two halves each, with a carry from the lower to the upper half. */
export function totalsWithCarry(table: typeof ledgerTotals | typeof ledgerDays | typeof integritySums) {
  const base = sql.raw(HALF.toString());
  return {
    dr_hi: sql`${table.dr_hi} + excluded.dr_hi + (${table.dr_lo} + excluded.dr_lo) / ${base}`,
    dr_lo: sql`(${table.dr_lo} + excluded.dr_lo) % ${base}`,
    cr_hi: sql`${table.cr_hi} + excluded.cr_hi + (${table.cr_lo} + excluded.cr_lo) / ${base}`,
    cr_lo: sql`(${table.cr_lo} + excluded.cr_lo) % ${base}`,
  };
}

/** Adds to a loan's balances. The domain refuses what would exceed 64 bits, and STRICT refuses it again. */
export function addingTo(table: typeof loanBalances | typeof loanDays | typeof integrityLoans) {
  return {
    principal_minor: sql`${table.principal_minor} + excluded.principal_minor`,
    interest_minor: sql`${table.interest_minor} + excluded.interest_minor`,
    fees_minor: sql`${table.fees_minor} + excluded.fees_minor`,
    clearing_minor: sql`${table.clearing_minor} + excluded.clearing_minor`,
    suspense_minor: sql`${table.suspense_minor} + excluded.suspense_minor`,
    margin_minor: sql`${table.margin_minor} + excluded.margin_minor`,
    loss_minor: sql`${table.loss_minor} + excluded.loss_minor`,
  };
}

/** The statements that post a group's entries and update the totals, for the group's one batch. */
export function ledgerStatements(tenant_id: string, writes: LedgerWrites): readonly Sql[] {
  return [
    ...entryStatements(tenant_id, writes),
    ...markStatements(tenant_id, writes.marks.values()),
    ...bankStatements(tenant_id, writes),
  ];
}

function entryStatements(tenant_id: string, writes: LedgerWrites): readonly Sql[] {
  const { entries, loans } = writes;
  if (entries.length === 0) return addToBalances(balanceRows(tenant_id, writes));
  const known = [...loans].map(([loan_id, loan]) => ({ tenant_id, loan_id, ...loan }));
  return [
    ...writeEntries(entries.map((entry) => fromEntry(tenant_id, entry, loansOf(entry).size))),
    ...writePostings(entries.flatMap((entry) => fromPostings(tenant_id, entry))),
    ...writeLoanEntries(entries.flatMap((entry) => loanEntryRows(tenant_id, entry))),
    ...addToTotals(accountSums(entries, () => ({})).map((row) => ({ tenant_id, ...row }))),
    ...addToDays(
      accountSums(entries, ({ effective_at }) => ({ day: effective_at })).map((row) => ({
        tenant_id,
        ...row,
      })),
    ),
    ...addToBalances(balanceRows(tenant_id, writes)),
    ...addToLoanDays(
      loanSums(entries, ({ effective_at }) => ({ day: effective_at })).map((row) => ({ tenant_id, ...row })),
    ),
    ...writeLoans(known),
  ];
}

/** What the group adds to the balances of loans, and to the remainders of their interest. */
function balanceRows(tenant_id: string, { entries, remainders }: LedgerWrites) {
  const left = new Map(remainders);
  const rows = loanSums(entries, () => ({})).map((row) => {
    const own = left.get(row.loan_id);
    const isOwn = own?.currency === row.currency && left.delete(row.loan_id);
    return { tenant_id, ...row, interest_remainder: isOwn ? own.change : 0n };
  });
  const others = [...left].map(([loan_id, { currency, change }]) => ({
    ...{ tenant_id, loan_id, currency },
    ...fromAmounts(NO_AMOUNTS),
    interest_remainder: change,
  }));
  return [...rows, ...others];
}

/** What the entries add to each account of each book, also grouped by `by`. */
export function accountSums<By extends object>(entries: readonly Entry[], by: (entry: Entry) => By) {
  const sums = new Map<string, { readonly by: By; readonly change: AccountChange }>();
  for (const entry of entries) {
    for (const change of accountChanges(entry)) {
      const { total, ...place } = change;
      const own = by(entry);
      const key = JSON.stringify([place, own]);
      const before = sums.get(key);
      sums.set(key, {
        by: own,
        change: before ? { ...place, total: addTotals(before.change.total, total) } : change,
      });
    }
  }
  return [...sums.values()].map(({ by: own, change: { total, ...place } }) => ({
    ...place,
    ...own,
    ...fromTotal(total),
  }));
}

/** What the entries add to the balances of each loan, also grouped by `by`. */
export function loanSums<By extends object>(entries: readonly Entry[], by: (entry: Entry) => By) {
  const sums = new Map<
    string,
    { readonly place: By & { loan_id: string; currency: string }; readonly amounts: Amounts }
  >();
  for (const entry of entries) {
    for (const [loan_id, amounts] of loanChanges(entry)) {
      const place = { loan_id, currency: entry.currency, ...by(entry) };
      const key = JSON.stringify(place);
      const before = sums.get(key);
      sums.set(key, { place, amounts: before ? plus(before.amounts, amounts) : amounts });
    }
  }
  return [...sums.values()].map(({ place, amounts }) => ({ ...place, ...fromAmounts(amounts) }));
}
