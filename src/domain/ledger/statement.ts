import { loanChanges } from "./books.ts";
import type { Entry } from "./journal.ts";
import { type Amounts, NO_AMOUNTS, plus } from "./loan-book.ts";

/** An entry of a loan: what it changes, and the balances after it. */
export interface StatementItem {
  readonly entry: Entry;
  readonly change: Amounts;
  readonly balance: Amounts;
}

/** A page of a loan's statement. */
export interface LoanStatement {
  readonly currency: string;
  /** True for a loan that can be in credit, because its entries follow its records. */
  readonly follows_records: boolean;
  /** The balances before the page's first item. */
  readonly opening: Amounts;
  readonly items: readonly StatementItem[];
}

/** A loan's entries in their order, each with the balances after it. */
export function statementItems(
  loan_id: string,
  opening: Amounts,
  entries: readonly Entry[],
): readonly StatementItem[] {
  let balance = opening;
  return entries.map((entry) => {
    const change = loanChanges(entry).get(loan_id) ?? NO_AMOUNTS;
    balance = plus(balance, change);
    return { entry, change, balance };
  });
}

/** Minor units of a receipt: the money on 1000, and what of it is a recovery. Negative where records pay money back. */
interface Receipt {
  readonly amount: bigint;
  readonly recovery: bigint;
}

/** What an entry received; null for an entry that is no receipt. */
export function receiptOf({ event_type, postings }: Entry): Receipt | null {
  if (event_type !== "payment_received" && event_type !== "recovery") return null;
  let [amount, recovery] = [0n, 0n];
  for (const { debit, credit, amount_minor } of postings) {
    if (debit === "1000") amount += amount_minor;
    if (credit === "1000") amount -= amount_minor;
    if (credit === "4300") recovery += amount_minor;
    if (debit === "4300") recovery -= amount_minor;
  }
  return { amount, recovery };
}
