import type { AccountCode } from "./accounts.ts";
import type { AccountPlace } from "./books.ts";
import { addTotals, type EntryPlace, NO_TOTAL, type Total } from "./journal.ts";
import { type Amounts, LOAN_PART_NAMES, LOAN_PARTS, NO_AMOUNTS } from "./loan-book.ts";

/** The tables whose rows are made of the log and the journal, as findings name them. */
export const FIGURE_TABLES = [
  "ledger_totals",
  "ledger_days",
  "loan_balances",
  "loan_days",
  "loan_entries",
  "ledger_loans",
  "journal_entries",
  "accruals",
  "settlements",
  "loan_losses",
  "booked_parts",
  "booked_loans",
  "bank_accounts",
  "bank_balances",
  "account_names",
  "closings",
] as const;
export type FigureTable = (typeof FIGURE_TABLES)[number];

/**
 * A row that is not what the log and the journal say, or that one side lacks. Members that do not tell it from other rows
 * of its table are empty.
 */
export interface Finding {
  readonly table: FigureTable;
  /** Empty for the whole ledger, `bank:` and a bank account, or `loan:` and a loan. */
  readonly book: string;
  readonly account: AccountCode | "";
  readonly currency: string;
  readonly day: string;
  /** The id of a journal entry or an event. */
  readonly entry: string;
}

/** A finding with the place of its entry, where the entry is known. */
export interface PlacedFinding extends Finding {
  readonly place: EntryPlace | null;
}

/** A finding about a sum, which is of no day and no entry. */
const ofSum = (
  table: FigureTable,
  { book, account, currency }: Pick<Finding, "book" | "account" | "currency">,
): PlacedFinding => ({ table, book, account, currency, day: "", entry: "", place: null });

/** The book of a loan, as findings name it. */
export const loanFindingBook = (loan_id: string): string => `loan:${loan_id}`;

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
export function compareAccounts(
  own: readonly AccountSum[],
  kept: readonly AccountSum[],
): readonly PlacedFinding[] {
  const [ownSums, keptSums] = [addUp(own), addUp(kept)];
  const places = new Map([...ownSums, ...keptSums]);
  return [...places].flatMap(([key, { book, account_code, currency }]) => {
    const [mine, theirs] = [ownSums.get(key)?.total ?? NO_TOTAL, keptSums.get(key)?.total ?? NO_TOTAL];
    const isSame = mine.dr_minor === theirs.dr_minor && mine.cr_minor === theirs.cr_minor;
    return isSame ? [] : [ofSum("ledger_totals", { book, account: account_code, currency })];
  });
}

export interface LoanSum {
  readonly loan_id: string;
  readonly currency: string;
  readonly amounts: Amounts;
}

const byLoan = (sums: readonly LoanSum[]): ReadonlyMap<string, LoanSum> =>
  new Map(sums.map((sum) => [JSON.stringify([sum.loan_id, sum.currency]), sum]));

/** The accounts of loans whose amounts differ between the two sides. A loan that one side lacks counts as 0 there. */
export function compareLoans(own: readonly LoanSum[], kept: readonly LoanSum[]): readonly PlacedFinding[] {
  const [mine, theirs] = [byLoan(own), byLoan(kept)];
  const all = new Map([...mine, ...theirs]);
  return [...all].flatMap(([key, { loan_id, currency }]) => {
    const [one, other] = [mine.get(key)?.amounts ?? NO_AMOUNTS, theirs.get(key)?.amounts ?? NO_AMOUNTS];
    return LOAN_PART_NAMES.filter((part) => one[part] !== other[part]).map((part) =>
      ofSum("loan_balances", { book: loanFindingBook(loan_id), account: LOAN_PARTS[part], currency }),
    );
  });
}
