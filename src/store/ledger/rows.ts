import type { SQL } from "drizzle-orm";
import { and, eq, sql } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type { AccountCode } from "../../domain/ledger/accounts.ts";
import type { Entry, Total } from "../../domain/ledger/journal.ts";
import { loansOf } from "../../domain/ledger/journal.ts";
import { type Amounts, afterMove, type LoanPart } from "../../domain/ledger/loan-book.ts";
import { journalEntries, type journalPostings, type loanBalances, loanDays, settlements } from "./tables.ts";

type EntryRow = typeof journalEntries.$inferSelect;
type PostingRow = typeof journalPostings.$inferSelect;

/** Joins a settlement to the entry that it is. */
export const isEntryOfSettlement = and(
  eq(journalEntries.tenant_id, settlements.tenant_id),
  eq(journalEntries.sequence, settlements.sequence),
  eq(journalEntries.position, settlements.position),
);

/** The key that groups rows by their entry's place. */
export const placeKey = ({ sequence, position }: { readonly sequence: number; readonly position: number }) =>
  `${sequence} ${position}`;

/** Entry rows with their postings, in the order of the entry rows. */
export function toEntries(entries: readonly EntryRow[], postings: readonly PostingRow[]): Entry[] {
  const byPlace = Map.groupBy(postings, placeKey);
  return entries.map((row) => {
    const own = (byPlace.get(placeKey(row)) ?? []).toSorted((a, b) => a.line - b.line);
    return { ...headOf(row), postings: own.map(toPosting) };
  });
}

function headOf(row: EntryRow): Omit<Entry, "postings"> {
  const {
    tenant_id: _,
    loan_count: __,
    reverses_entry_id,
    reverses_sequence,
    reverses_position,
    ...head
  } = row;
  const isReversal = reverses_entry_id !== null && reverses_sequence !== null && reverses_position !== null;
  const reverses = isReversal
    ? { journal_entry_id: reverses_entry_id, sequence: reverses_sequence, position: reverses_position }
    : null;
  return { ...head, reverses };
}

function toPosting({ loan_id, borrower_id, debit, credit, amount_minor, line }: PostingRow) {
  const loan = borrower_id === null ? null : { loan_id, borrower_id };
  return { debit, credit, amount_minor, loan, line };
}

export function fromEntry(tenant_id: string, { reverses, postings: _, ...head }: Entry, loan_count: number) {
  return {
    tenant_id,
    ...head,
    loan_count,
    reverses_entry_id: reverses?.journal_entry_id ?? null,
    reverses_sequence: reverses?.sequence ?? null,
    reverses_position: reverses?.position ?? null,
  };
}

export function fromPostings(tenant_id: string, { sequence, position, postings }: Entry) {
  return postings.map(({ loan, debit, credit, amount_minor }, line) => ({
    tenant_id,
    sequence,
    position,
    loan_id: loan?.loan_id ?? "",
    line,
    borrower_id: loan?.borrower_id ?? null,
    debit,
    credit,
    amount_minor,
  }));
}

export const loanEntryRows = (tenant_id: string, entry: Entry) =>
  [...loansOf(entry)].map((loan_id) => {
    const { sequence, position, effective_at, event_type } = entry;
    return { tenant_id, loan_id, sequence, position, effective_at, event_type };
  });

type PartRow = Pick<typeof loanBalances.$inferSelect, `${LoanPart}_minor`>;

export const toAmounts = (row: PartRow): Amounts => ({
  principal: row.principal_minor,
  interest: row.interest_minor,
  fees: row.fees_minor,
  clearing: row.clearing_minor,
  suspense: row.suspense_minor,
  margin: row.margin_minor,
  loss: row.loss_minor,
});

export const fromAmounts = (amounts: Amounts): PartRow => ({
  principal_minor: amounts.principal,
  interest_minor: amounts.interest,
  fees_minor: amounts.fees,
  clearing_minor: amounts.clearing,
  suspense_minor: amounts.suspense,
  margin_minor: amounts.margin,
  loss_minor: amounts.loss,
});

/** The weight of the upper half of a gross total. */
export const HALF = 1_000_000_000n;

/** The sum of 64-bit amounts in two halves: each sum of halves fits into 64 bits. */
export function halvesOf(amount: SQL | AnySQLiteColumn): { readonly hi: SQL; readonly lo: SQL } {
  const base = sql.raw(HALF.toString());
  return { hi: sql`SUM(${amount} / ${base})`, lo: sql`SUM(${amount} % ${base})` };
}

/** The amount of two halves that left D1 as text. */
export const joined = (hi: string, lo: string): bigint => BigInt(hi) * HALF + BigInt(lo);

/** What postings moved between two accounts, in halves. */
interface MovedRow {
  readonly debit: AccountCode;
  readonly credit: AccountCode;
  readonly hi: string;
  readonly lo: string;
}

/** The balances of a loan after the postings of some moves. */
export const afterMoves = (amounts: Amounts, moves: readonly MovedRow[]): Amounts =>
  moves.reduce((sum, { debit, credit, hi, lo }) => afterMove(sum, debit, credit, joined(hi, lo)), amounts);

interface HalvesRow {
  readonly dr_hi: bigint;
  readonly dr_lo: bigint;
  readonly cr_hi: bigint;
  readonly cr_lo: bigint;
}

export const toTotal = ({ dr_hi, dr_lo, cr_hi, cr_lo }: HalvesRow): Total => ({
  dr_minor: dr_hi * HALF + dr_lo,
  cr_minor: cr_hi * HALF + cr_lo,
});

export const fromTotal = ({ dr_minor, cr_minor }: Total): HalvesRow => ({
  dr_hi: dr_minor / HALF,
  dr_lo: dr_minor % HALF,
  cr_hi: cr_minor / HALF,
  cr_lo: cr_minor % HALF,
});

/** The sum of a 64-bit column over a query's rows, as text. */
export const columnSum = (column: AnySQLiteColumn): SQL<bigint> =>
  sql`CAST(COALESCE(SUM(${column}), 0) AS TEXT)`.mapWith(column) as SQL<bigint>;

/** The columns that a query over days of loans sums: every part of a loan's balance. */
export const DAY_SUMS = {
  principal_minor: columnSum(loanDays.principal_minor),
  interest_minor: columnSum(loanDays.interest_minor),
  fees_minor: columnSum(loanDays.fees_minor),
  clearing_minor: columnSum(loanDays.clearing_minor),
  suspense_minor: columnSum(loanDays.suspense_minor),
  margin_minor: columnSum(loanDays.margin_minor),
  loss_minor: columnSum(loanDays.loss_minor),
};
