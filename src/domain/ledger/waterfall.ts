import type { AccountCode } from "./accounts.ts";
import type { LoanParty, Posting } from "./journal.ts";
import { LOAN_PARTS, type LoanBook, leastFrom } from "./loan-book.ts";

/** What a borrower's money pays, in this order; the rest goes to suspense (docs/ledger.md#waterfall). */
const WATERFALL = ["fees", "interest", "principal"] as const;

type Owed = (typeof WATERFALL)[number];

/** Minor units for each receivable, and the rest. */
interface Allocation extends Readonly<Record<Owed, bigint>> {
  readonly rest: bigint;
}

/** Allocates an amount to a loan's receivables: to each at most its lowest balance from `day` on. */
export function allocate(book: LoanBook, day: string, amount: bigint): Allocation {
  const shares = { fees: 0n, interest: 0n, principal: 0n };
  let rest = amount;
  for (const part of WATERFALL) {
    const owed = leastFrom(book, part, day);
    shares[part] = rest < owed ? rest : owed;
    rest -= shares[part];
  }
  return { ...shares, rest };
}

/** The sum that an entry of `day` may take from a loan's receivables. */
export const allOwed = (book: LoanBook, day: string): bigint =>
  WATERFALL.reduce((sum, part) => sum + leastFrom(book, part, day), 0n);

/** The postings that credit the receivables, without those of 0. */
export function payOff(debit: AccountCode, allocation: Allocation, loan: LoanParty): readonly Posting[] {
  return WATERFALL.filter((part) => allocation[part] > 0n).map((part) => ({
    debit,
    credit: LOAN_PARTS[part],
    amount_minor: allocation[part],
    loan,
  }));
}

/** An allocation as answers show it. */
export const allocationView = ({ fees, interest, principal, rest }: Allocation) => ({
  fees_minor: fees.toString(),
  interest_minor: interest.toString(),
  principal_minor: principal.toString(),
  suspense_minor: rest.toString(),
});
