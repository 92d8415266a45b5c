import { loanChanges } from "./books.ts";
import type { Entry } from "./journal.ts";
import { type Amounts, NO_AMOUNTS, plus } from "./loan-book.ts";

/** An entry of a loan: what it changes, and the balances after it. */
export interface StatementItem {
  readonly entry: Entry;
  readonly change: Amounts;
  readonly balance: Amounts;
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
