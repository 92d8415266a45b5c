import type { AccountCode, Layer } from "./accounts.ts";
import { addTotals, type Entry, journalLines, NO_TOTAL, type Total } from "./journal.ts";
import { type Amounts, NO_AMOUNTS, onNormalSide, plusPart } from "./loan-book.ts";

/*
 * Which books an entry touches. The tenant's whole ledger and each bank account keep gross debits and credits by
 * account; they have no bound. A loan keeps the balances of its parts, each of which fits into 64 bits on every day.
 */

/** The book of the tenant's whole ledger. */
export const WHOLE_LEDGER = "";

/** The book of one bank account; it holds only 1000 Cash. */
export const bankBook = (bank_account_ref: string): string => `bank:${bank_account_ref}`;

/** Where the ledger sums an account's debits and credits. */
export interface AccountPlace {
  readonly book: string;
  readonly account_code: AccountCode;
  readonly currency: string;
  readonly layer: Layer;
}

export interface AccountChange extends AccountPlace {
  readonly total: Total;
}

/** What an entry adds to the accounts of the whole ledger and of its bank account. */
export function accountChanges(entry: Entry): readonly AccountChange[] {
  const { currency, layer, bank_account_ref } = entry;
  const changes = new Map<string, AccountChange>();
  for (const { account_code, direction, amount_minor } of journalLines(entry.postings)) {
    const books = [WHOLE_LEDGER];
    if (account_code === "1000" && bank_account_ref !== null) books.push(bankBook(bank_account_ref));
    for (const book of books) {
      const key = `${book} ${account_code}`;
      const added =
        direction === "DR"
          ? { dr_minor: amount_minor, cr_minor: 0n }
          : { dr_minor: 0n, cr_minor: amount_minor };
      const total = addTotals(changes.get(key)?.total ?? NO_TOTAL, added);
      changes.set(key, { book, account_code, currency, layer, total });
    }
  }
  return [...changes.values()];
}

/** What an entry changes in the books of its loans. It includes a loan that the entry touches without a change. */
export function loanChanges(entry: Entry): ReadonlyMap<string, Amounts> {
  const changes = new Map<string, Amounts>();
  for (const { account_code, direction, amount_minor, loan } of journalLines(entry.postings)) {
    if (!loan) continue;
    const amounts = changes.get(loan.loan_id) ?? NO_AMOUNTS;
    const change = onNormalSide(account_code, direction, amount_minor);
    changes.set(loan.loan_id, plusPart(amounts, account_code, change));
  }
  return changes;
}
