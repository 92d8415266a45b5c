import type { BookedLoan, BookedPart } from "../../domain/bookkeeping/booked.ts";
import type { AccountCode } from "../../domain/ledger/accounts.ts";
import type { bookedLoans, bookedParts } from "./tables.ts";

type MoveTuple = readonly [debit: AccountCode, credit: AccountCode, amount_minor: string];

export function toPart({ tenant_id: _, moves, ...row }: typeof bookedParts.$inferSelect): BookedPart {
  const tuples: MoveTuple[] = JSON.parse(moves);
  return {
    ...row,
    moves: tuples.map(([debit, credit, amount]) => ({ debit, credit, amount_minor: BigInt(amount) })),
  };
}

export function fromPart(tenant_id: string, { moves, ...part }: BookedPart) {
  const tuples = moves.map(({ debit, credit, amount_minor }) => [debit, credit, amount_minor.toString()]);
  return { tenant_id, ...part, moves: JSON.stringify(tuples) };
}

export function toBookedLoan(row: typeof bookedLoans.$inferSelect): BookedLoan {
  const gross: Record<string, string> = JSON.parse(row.gross);
  const sums = Object.entries(gross).map(([key, sum]) => [key, BigInt(sum)] as const);
  return { loan_id: row.loan_id, follows_records: row.follows_records, gross: new Map(sums) };
}

export function fromBookedLoan(tenant_id: string, disbursement_id: string, loan: BookedLoan) {
  const { loan_id, follows_records } = loan;
  const gross = Object.fromEntries([...loan.gross].map(([key, sum]) => [key, sum.toString()]));
  return { tenant_id, disbursement_id, loan_id, follows_records, gross: JSON.stringify(gross) };
}
