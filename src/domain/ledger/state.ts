import type { Stamp } from "../core/event.ts";
import type { Problem } from "../core/problem.ts";
import type { Result } from "../core/result.ts";
import { loanChanges } from "./books.ts";
import type { Presumed } from "./command-day.ts";
import type { Entry } from "./journal.ts";
import { addToBook, EMPTY_BOOK, type LoanBook } from "./loan-book.ts";
import {
  type AccrualMark,
  type Accrued,
  accrualKey,
  contributionOf,
  type Loss,
  type Mark,
  markKey,
  marksOf,
} from "./marks.ts";

/** What a loan keeps for life: one borrower and one currency. */
export interface LedgerLoan {
  readonly borrower_id: string;
  readonly currency: string;
  /** True if a record opened it. Its entries follow the records and carry the borrower and currency at their time. */
  readonly follows_records: boolean;
}

/** The state that ledger commands are decided on. Commands of one group see each other's entries through it. */
export interface LedgerState {
  readonly loans: Map<string, LedgerLoan>;
  /** The books of the loans that are needed, by loan id; a loan without one has no postings. */
  readonly books: Map<string, LoanBook>;
  readonly entries: Map<string, Entry>;
  /** The client of each loan of these entries that follows its records, as far as it has only one. */
  readonly clients: Map<string, string>;
  /** Ids of entries that have a reversal. */
  readonly reversed: Set<string>;
  /** The facts that hold because of entries without a reversal, by `markKey`. */
  readonly marks: Map<string, Mark>;
  /** The remainder of each needed loan's interest (docs/ledger.md#accruals), in units of 10^-12 minor units. */
  readonly remainders: Map<string, bigint>;
  /** The principal at the end of its day of each loan of a late accrual that touches many. */
  readonly principals: Map<string, bigint>;
  /** The entry of the origination of each needed disbursement that is booked, by disbursement id. */
  readonly originations: Map<string, string>;
  /** The tenant's bank accounts: the needed ones that exist, and the number of all. */
  readonly banks: { readonly known: Set<string>; count: number };
}

export const noLedgerState = (): LedgerState => ({
  loans: new Map(),
  books: new Map(),
  entries: new Map(),
  clients: new Map(),
  reversed: new Set(),
  marks: new Map(),
  remainders: new Map(),
  principals: new Map(),
  originations: new Map(),
  banks: { known: new Set(), count: 0 },
});

/** A copy to which entries can be applied without a trace in the original. */
export const scratchOf = ({ banks, ...maps }: LedgerState): LedgerState => ({
  loans: new Map(maps.loans),
  books: new Map(maps.books),
  entries: new Map(maps.entries),
  clients: new Map(maps.clients),
  reversed: new Set(maps.reversed),
  marks: new Map(maps.marks),
  remainders: new Map(maps.remainders),
  principals: maps.principals,
  originations: maps.originations,
  banks: { known: new Set(banks.known), count: banks.count },
});

/** The book of a loan that the command needs. Throws for a known loan without a loaded book: that is a bug. */
export function bookOf(state: LedgerState, loan_id: string): LoanBook {
  const book = state.books.get(loan_id);
  if (!book && state.loans.has(loan_id))
    throw new Error("deciding needs the book of a loan that is not loaded");
  return book ?? EMPTY_BOOK;
}

/** The entry of the settlement of `id` that is not reversed, or null. */
export function settlementOf({ marks }: LedgerState, id: string): string | null {
  const mark = marks.get(markKey({ kind: "settlement", disbursement_entry_id: id }));
  return mark?.kind === "settlement" ? (mark.settled_by ?? null) : null;
}

/** The charge-offs and recoveries of a loan that are not reversed. */
export function lossesOf(state: LedgerState, loan_id: string): readonly Loss[] {
  const losses = [...state.marks.values()].flatMap((mark) => (mark.kind === "loss" ? [mark.loss] : []));
  return losses.filter((loss) => loss.loan_id === loan_id);
}

/**
 * The state that some ledger commands need. Days are `YYYY-MM-DD`: a book is needed from that day on. The gate
 * remembers loans and their books and decides on these without a load when nothing else is needed. So other state that
 * a posting type needs must be a further member here, empty when it is not needed.
 */
export interface LedgerNeeds {
  /** The day from which the book of each loan is needed. */
  readonly loans: Map<string, string>;
  /** Loans of a command that touches many: only the outline of each book is needed. */
  readonly manyLoans: Map<string, ManyLoansDay>;
  /**
   * Entries by id, with their marks, and the day from which the books of their loans are needed. The loans of an entry
   * that touches many are not loaded.
   */
  readonly entries: Map<string, string>;
  /** Of these, the entries to reverse: one that touches many loans needs the outline of each on the reversal's day. */
  readonly reversals: Map<string, ReversalDay>;
  /** Loans whose charge-offs and recoveries are needed. */
  readonly losses: Set<string>;
  /** The loan and day of each accrual that is needed. */
  readonly accruals: Set<readonly [loan_id: string, accrual_date: string]>;
  /**
   * The accrual and the loan of each correction: the entry with its marks, and of its loans only this one's book, from the
   * accrual's day on.
   */
  readonly corrections: Set<readonly [entry_id: string, loan_id: string]>;
  /** Disbursements of records whose origination's entry is needed. */
  readonly originations: Set<string>;
  readonly banks: Set<string>;
}

/** The ids of all entries that are needed. */
export const entriesNeeded = ({ entries, corrections }: LedgerNeeds): readonly string[] => [
  ...new Set([...entries.keys(), ...[...corrections].map(([id]) => id)]),
];

export const noLedgerNeeds = (): LedgerNeeds => ({
  loans: new Map(),
  manyLoans: new Map(),
  entries: new Map(),
  reversals: new Map(),
  losses: new Set(),
  accruals: new Set(),
  corrections: new Set(),
  originations: new Set(),
  banks: new Set(),
});

/** What the day of a reversal depends on, besides the entry's own day and the closing. */
interface ReversalDay {
  /** The requested `effective_at`, or the one that the last load has shown. */
  readonly asked: string | null;
  readonly today: string;
}

/** The day of a loan of a command that touches many. */
interface ManyLoansDay {
  readonly day: string;
  /** The entry takes effect on the first open day where the day is closed; the principal is that of the day. */
  readonly isLate: boolean;
}

/** Adds a need from `day` on. The earliest day of the group's commands counts. */
export function needFrom(days: Map<string, string>, id: string, day: string): void {
  const known = days.get(id);
  if (known === undefined || day < known) days.set(id, day);
}

/** The balance that a bank states for an account at the end of a day. */
export interface BankBalance {
  readonly bank_account_ref: string;
  readonly currency: string;
  readonly as_of_date: string;
  /** Negative for an overdraft. */
  readonly closing_balance_minor: bigint;
}

/** What a command posts, and the body of its answer. A replay returns the same body. */
export interface Posted {
  readonly entries: readonly Entry[];
  /** The interest of loans as it stands from now on. */
  readonly accrued?: readonly Accrued[];
  /** The interest of loans that does not stand any more. */
  readonly released?: readonly Accrued[];
  readonly bankBalance?: BankBalance;
  /** The ids of the entries that the posted ones settle, in their order, where the event does not name its one. */
  readonly settles?: readonly string[];
  readonly answer: Readonly<Record<string, unknown>>;
}

/** One type of ledger command: the state that it needs, and its decision (docs/api.md#ledger). */
export interface PostingType<C> {
  readonly addNeeds: (needs: LedgerNeeds, command: C, presumed: Presumed) => void;
  /** Guards first, in the order 404, 409, fields, balances; then the entries. Pure. */
  readonly decide: (state: LedgerState, command: C, stamp: Stamp) => Result<Posted, Problem>;
}

/** The facts that a posting adds and removes. */
interface MarkChange<M extends Mark> {
  readonly added: readonly M[];
  readonly removed: readonly M[];
}

/** Adds the entry to the state, so that the group's next command sees it. Returns what the commit writes of it. */
export function applyEntry(state: LedgerState, entry: Entry): MarkChange<Mark> {
  const { currency, effective_at, reverses } = entry;
  const reversed = reverses ? state.entries.get(reverses.journal_entry_id) : undefined;
  state.entries.set(entry.journal_entry_id, entry);
  if (reverses) state.reversed.add(reverses.journal_entry_id);
  for (const [loan_id, changes] of loanChanges(entry)) {
    // The books of such a loan follow the records, which no bound limits.
    if (state.loans.get(loan_id)?.follows_records) continue;
    state.books.set(loan_id, addToBook(bookOf(state, loan_id), effective_at, changes));
  }
  for (const { loan } of entry.postings) {
    if (!loan || state.loans.has(loan.loan_id)) continue;
    state.loans.set(loan.loan_id, { borrower_id: loan.borrower_id, currency, follows_records: false });
  }
  const added = marksOf(entry);
  const removed = reversed ? marksOf(reversed) : [];
  for (const mark of removed) state.marks.delete(markKey(mark));
  for (const mark of added) state.marks.set(markKey(mark), mark);
  return { added, removed };
}

const accrualMark = (accrued: Accrued): AccrualMark => ({ kind: "accrual", accrued });

/** Adds what stands of accruals to the state. Returns what the commit writes of it, and what it changes of each loan's remainder. */
export function applyAccrued(
  state: LedgerState,
  { accrued = [], released = [] }: Posted,
): MarkChange<AccrualMark> & {
  readonly remainders: readonly (readonly [loan_id: string, change: bigint])[];
} {
  const [added, removed] = [accrued.map(accrualMark), released.map(accrualMark)];
  const before = accrued.flatMap((one) => standingFor(state, one.loan_id, one.accrual_date) ?? []);
  const changes = [
    ...accrued.map((one) => [one.loan_id, contributionOf(one)] as const),
    ...[...before, ...released].map((one) => [one.loan_id, -contributionOf(one)] as const),
  ];
  const remainders = changes.filter(([, change]) => change !== 0n);
  for (const [id, change] of remainders) state.remainders.set(id, (state.remainders.get(id) ?? 0n) + change);
  for (const mark of removed) state.marks.delete(markKey(mark));
  for (const mark of added) state.marks.set(markKey(mark), mark);
  return { added, removed, remainders };
}

/** What stands of a loan's interest of a day; null if the loan has none. */
export function standingFor({ marks }: LedgerState, loan_id: string, accrual_date: string): Accrued | null {
  const mark = marks.get(accrualKey(loan_id, accrual_date));
  return mark?.kind === "accrual" ? mark.accrued : null;
}
