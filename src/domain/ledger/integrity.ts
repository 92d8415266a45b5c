import type { AccountCode } from "./accounts.ts";
import type { AccountPlace } from "./books.ts";
import { addTotals, NO_TOTAL, type Total } from "./journal.ts";
import { type Amounts, LOAN_PART_NAMES, LOAN_PARTS, NO_AMOUNTS } from "./loan-book.ts";

/** An account of a book whose kept sum differs from the sum of its postings. */
export interface Finding {
  readonly book: string;
  readonly account_code: AccountCode;
  readonly currency: string;
}

/** The book of a loan, as findings name it. */
const loanFindingBook = (loan_id: string): string => `loan:${loan_id}`;

export interface AccountSum extends AccountPlace {
  readonly total: Total;
}

const placeKey = ({ book, account_code, currency, layer }: AccountPlace) =>
  JSON.stringify([book, account_code, currency, layer]);

/** Adds up the sums of the same place. */
function addUp(sums: readonly AccountSum[]): ReadonlyMap<string, AccountSum> {
  const all = new Map<string, AccountSum>();
  for (const sum of sums) {
    const key = placeKey(sum);
    all.set(key, { ...sum, total: addTotals(all.get(key)?.total ?? NO_TOTAL, sum.total) });
  }
  return all;
}

/** The accounts whose kept totals differ from the check's own sums, or that only one side has. */
export function compareAccounts(own: readonly AccountSum[], kept: readonly AccountSum[]): readonly Finding[] {
  const [ownSums, keptSums] = [addUp(own), addUp(kept)];
  const places = new Map([...ownSums, ...keptSums]);
  return [...places].flatMap(([key, { book, account_code, currency }]) => {
    const [mine, theirs] = [ownSums.get(key)?.total ?? NO_TOTAL, keptSums.get(key)?.total ?? NO_TOTAL];
    const isSame = mine.dr_minor === theirs.dr_minor && mine.cr_minor === theirs.cr_minor;
    return isSame ? [] : [{ book, account_code, currency }];
  });
}

export interface LoanSum {
  readonly loan_id: string;
  readonly currency: string;
  readonly amounts: Amounts;
}

const loanKey = ({ loan_id, currency }: LoanSum) => JSON.stringify([loan_id, currency]);

/** The accounts of loans whose amounts differ between the two sides. A loan that one side lacks counts as 0 there. */
export function compareLoans(own: readonly LoanSum[], kept: readonly LoanSum[]): readonly Finding[] {
  const [mine, theirs] = [own, kept].map((sums) => new Map(sums.map((sum) => [loanKey(sum), sum])));
  const all = new Map([...(mine ?? []), ...(theirs ?? [])]);
  return [...all].flatMap(([key, { loan_id, currency }]) => {
    const [one, other] = [mine?.get(key)?.amounts ?? NO_AMOUNTS, theirs?.get(key)?.amounts ?? NO_AMOUNTS];
    return LOAN_PART_NAMES.filter((part) => one[part] !== other[part]).map((part) => ({
      book: loanFindingBook(loan_id),
      account_code: LOAN_PARTS[part],
      currency,
    }));
  });
}
