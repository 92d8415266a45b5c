import type { AccountCode } from "./accounts.ts";
import type { LoanParty, Posting } from "./journal.ts";
import { type LoanBook, leastFrom } from "./loan-book.ts";

/**
 * What a borrower's money pays, in this order, and the account that each step credits; the rest goes to suspense
 * (docs/ledger.md#waterfall). Only a loan that was charged off has a loss: paying it is a recovery.
 */
const WATERFALL = [
  { part: "fees", credit: "1300" },
  { part: "interest", credit: "1200" },
  { part: "principal", credit: "1100" },
  { part: "loss", credit: "4300" },
] as const satisfies readonly { readonly part: string; readonly credit: AccountCode }[];

type Payable = (typeof WATERFALL)[number]["part"];

/** Minor units for each receivable and for the loss, and the rest. */
interface Allocation extends Readonly<Record<Payable, bigint>> {
  readonly rest: bigint;
}

/** Allocates an amount to what a loan owes and has lost: to each at most its lowest balance from `day` on. */
export function allocate(book: LoanBook, day: string, amount: bigint): Allocation {
  const shares = { fees: 0n, interest: 0n, principal: 0n, loss: 0n };
  let rest = amount;
  for (const { part } of WATERFALL) {
    const payable = leastFrom(book, part, day);
    shares[part] = rest < payable ? rest : payable;
    rest -= shares[part];
  }
  return { ...shares, rest };
}

/** The sum that an entry of `day` may take from a loan's receivables. */
export const allOwed = (book: LoanBook, day: string): bigint =>
  leastFrom(book, "fees", day) + leastFrom(book, "interest", day) + leastFrom(book, "principal", day);

/** The sum that money of `day` can pay: the receivables, and the loss. */
export const allPayable = (book: LoanBook, day: string): bigint =>
  allOwed(book, day) + leastFrom(book, "loss", day);

/** The postings that credit what is paid, without those of 0. */
export function payOff(debit: AccountCode, allocation: Allocation, loan: LoanParty): readonly Posting[] {
  return WATERFALL.filter(({ part }) => allocation[part] > 0n).map(({ part, credit }) => ({
    debit,
    credit,
    amount_minor: allocation[part],
    loan,
  }));
}

/** An allocation as answers show it. */
export const allocationView = ({ fees, interest, principal, loss, rest }: Allocation) => ({
  fees_minor: fees.toString(),
  interest_minor: interest.toString(),
  principal_minor: principal.toString(),
  recovery_minor: loss.toString(),
  suspense_minor: rest.toString(),
});
