import type { Stamp } from "../core/event.ts";
import type { Problem } from "../core/problem.ts";
import type { Result } from "../core/result.ts";
import { loanChanges } from "./books.ts";
import type { Entry } from "./journal.ts";
import { addToBook, EMPTY_BOOK, type LoanBook } from "./loan-book.ts";
import { type Loss, type Mark, markKey, marksOf } from "./marks.ts";

/** What a loan keeps for life: one borrower and one currency. */
export interface LedgerLoan {
  readonly borrower_id: string;
  readonly currency: string;
  /** Opened by a record: its entries follow the records, and carry the borrower and the currency of their time. */
  readonly kept: boolean;
}

/** What ledger commands may look at. Commands of one group see each other's entries through it. */
export interface LedgerState {
  readonly loans: Map<string, LedgerLoan>;
  /** The books of the loans that are needed, by loan id; a loan without one has no postings. */
  readonly books: Map<string, LoanBook>;
  readonly entries: Map<string, Entry>;
  /** Ids of entries that have a reversal. */
  readonly reversed: Set<string>;
  /** The facts that standing entries hold, by `markKey`. */
  readonly marks: Map<string, Mark>;
  /** The tenant's bank accounts: those that are needed and exist, and how many there are. */
  readonly banks: { readonly known: Set<string>; count: number };
}

export const noLedgerState = (): LedgerState => ({
  loans: new Map(),
  books: new Map(),
  entries: new Map(),
  reversed: new Set(),
  marks: new Map(),
  banks: { known: new Set(), count: 0 },
});

/** The book of a loan that the command needs. A known loan without one was not loaded, which is a bug. */
export function bookOf(state: LedgerState, loan_id: string): LoanBook {
  const book = state.books.get(loan_id);
  if (!book && state.loans.has(loan_id)) throw new Error("deciding looks at a loan whose book is not loaded");
  return book ?? EMPTY_BOOK;
}

/** The standing charge-offs and recoveries of a loan. */
export function lossesOf(state: LedgerState, loan_id: string): readonly Loss[] {
  const losses = [...state.marks.values()].flatMap((mark) => (mark.kind === "loss" ? [mark.loss] : []));
  return losses.filter((loss) => loss.loan_id === loan_id);
}

/**
 * What deciding some ledger commands looks at. Days are `YYYY-MM-DD`: a book is needed from that day on. The gate
 * remembers loans and their books, and decides on these without a load when nothing else is needed. So whatever else a
 * posting type looks at is a need of its own: a further member here, empty when it is not asked for.
 */
export interface LedgerNeeds {
  /** The day from which the book of each loan is needed. */
  readonly loans: Map<string, string>;
  /** Loans of a command that touches many: of their books only what one row of each tells. */
  readonly manyLoans: Map<string, string>;
  /** Entries by id, with their marks, and the day from which the books of their loans are needed. */
  readonly entries: Map<string, string>;
  /** Loans whose charge-offs and recoveries are needed. */
  readonly losses: Set<string>;
  /** Loan and day of each accrual that is asked for. */
  readonly accruals: Set<readonly [loan_id: string, accrual_date: string]>;
  readonly banks: Set<string>;
}

export const noLedgerNeeds = (): LedgerNeeds => ({
  loans: new Map(),
  manyLoans: new Map(),
  entries: new Map(),
  losses: new Set(),
  accruals: new Set(),
  banks: new Set(),
});

/** Adds a need from `day` on; the earliest day that any command of the group names counts. */
export function needFrom(days: Map<string, string>, id: string, day: string): void {
  const known = days.get(id);
  if (known === undefined || day < known) days.set(id, day);
}

/** What a bank says of an account at the end of a day. */
export interface BankBalance {
  readonly bank_account_ref: string;
  readonly currency: string;
  readonly as_of_date: string;
  /** Negative for an overdraft. */
  readonly closing_balance_minor: bigint;
}

/** What a command posts, and the body of its answer, the same on every replay. */
export interface Posted {
  readonly entries: readonly Entry[];
  readonly bankBalance?: BankBalance;
  readonly answer: Readonly<Record<string, unknown>>;
}

/** One type of ledger command: what it looks at, and what it comes to (docs/api.md#ledger). */
export interface PostingType<C> {
  /** `today` is the day of the decision or the day before it, in UTC. */
  readonly addNeeds: (needs: LedgerNeeds, command: C, today: string) => void;
  /** Guards first, in the order 404, 409, fields, balances; then the entries. Pure. */
  readonly decide: (state: LedgerState, command: C, stamp: Stamp) => Result<Posted, Problem>;
}

/** Facts that come to hold, and those that hold no longer. */
export interface MarkChange {
  readonly entry: Entry;
  readonly added: readonly Mark[];
  readonly removed: readonly Mark[];
}

/** Lets the group's next command see the entry. What it returns is for the commit. */
export function applyEntry(state: LedgerState, entry: Entry): MarkChange {
  const { currency, effective_at, reverses } = entry;
  const reversed = reverses ? state.entries.get(reverses.journal_entry_id) : undefined;
  state.entries.set(entry.journal_entry_id, entry);
  if (reverses) state.reversed.add(reverses.journal_entry_id);
  for (const [loan_id, changes] of loanChanges(entry)) {
    // The books of a kept loan follow the records, which no bound holds back.
    if (state.loans.get(loan_id)?.kept) continue;
    state.books.set(loan_id, addToBook(bookOf(state, loan_id), effective_at, changes));
  }
  for (const { loan } of entry.postings) {
    if (!loan || state.loans.has(loan.loan_id)) continue;
    state.loans.set(loan.loan_id, { borrower_id: loan.borrower_id, currency, kept: false });
  }
  const added = marksOf(entry);
  const removed = reversed ? marksOf(reversed) : [];
  for (const mark of removed) state.marks.delete(markKey(mark));
  for (const mark of added) state.marks.set(markKey(mark), mark);
  return { entry, added, removed };
}
