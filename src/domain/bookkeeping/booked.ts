import type { AccountCode } from "../ledger/accounts.ts";
import type { EntryPlace } from "../ledger/journal.ts";
import { journalLines } from "../ledger/journal.ts";
import type { TermsRow } from "../position/facts.ts";
import { type BookChange, type BookPart, bookChange, type Move } from "./rules.ts";

/** The categories of records that are booked. */
export const BOOKED_CATEGORIES = ["disbursement", "payment"] as const;
export type BookedCategory = (typeof BOOKED_CATEGORIES)[number];

export const isBooked = (category: string): category is BookedCategory =>
  (BOOKED_CATEGORIES as readonly string[]).includes(category);

/** A booked part of a record's position, and the entry that books it. */
export interface BookedPart extends BookPart, EntryPlace {
  readonly category: BookedCategory;
  readonly record_id: string;
  readonly journal_entry_id: string;
  /** The entry's: its part's day, or the first open day for a part of a period that was closed by then. */
  readonly effective_at: string;
  readonly correlation_id: string;
  readonly disbursement_id: string;
  readonly loan_id: string;
  readonly borrower_id: string;
}

/** A settlement that is not reversed: it is reversed together with the origination or raise. */
export interface ActiveSettlement extends EntryPlace {
  readonly disbursement_entry_id: string;
  readonly journal_entry_id: string;
  readonly effective_at: string;
  readonly value_date: string;
  readonly bank_account_ref: string | null;
}

/**
 * The sums of a loan's entries that are not reversed, with debits and credits of each account apart. This makes an
 * overflow independent of the order of events. The key is currency, account and direction.
 */
type Gross = ReadonlyMap<string, bigint>;

/** The ledger's loan of a disbursement. */
export interface BookedLoan {
  readonly loan_id: string;
  /** False if a ledger route used the id first: then no record of this disbursement is booked. */
  readonly follows_records: boolean;
  readonly gross: Gross;
}

/** Whether a tenant's books come from its records; the version counts the switches. */
export interface Bookkeeping {
  readonly mode: "off" | "records";
  /** The bank account from which records settle what they promise; null where settlements are posted by hand. */
  readonly settle_bank: string | null;
  readonly version: number;
}

export const NO_BOOKKEEPING: Bookkeeping = { mode: "off", settle_bank: null, version: 0 };

/** The state that booking a group's records needs. Commands of one group see each other's bookings through it. */
export interface BooksState extends Bookkeeping {
  /** The namespace of the tenant's derived ids (core/uuid.ts); empty where the books do not come from its records. */
  readonly namespace: string;
  /** The booked parts of each needed record, by `recordKey`. */
  readonly parts: Map<string, readonly BookedPart[]>;
  /** The terms of each needed disbursement in its present life. */
  readonly terms: Map<string, readonly TermsRow[]>;
  /** By disbursement id. */
  readonly loans: Map<string, BookedLoan>;
  /** By the id of the entry of the origination or raise. */
  readonly settlements: Map<string, ActiveSettlement>;
  /** Loans that were looked up in the ledger: one without a `BookedLoan` is new. */
  readonly asked: Set<string>;
}

export const noBooksState = (bookkeeping: Bookkeeping, namespace: string): BooksState => ({
  ...bookkeeping,
  namespace,
  parts: new Map(),
  terms: new Map(),
  loans: new Map(),
  settlements: new Map(),
  asked: new Set(),
});

export const recordKey = (category: BookedCategory, id: string): string => `${category} ${id}`;

/** The records that a group books, and the disbursements whose loans it must look up. */
export interface BookNeeds {
  readonly disbursement: Set<string>;
  readonly payment: Set<string>;
  /** Disbursement ids. */
  readonly loans: Set<string>;
}

export const noBookNeeds = (): BookNeeds => ({
  disbursement: new Set(),
  payment: new Set(),
  loans: new Set(),
});

/** The change from a record's booked parts to what the record says now, for the loan that it belongs to now. */
export function difference(
  booked: readonly BookedPart[],
  position: readonly BookPart[],
  loan_id: string,
): BookChange<BookedPart> {
  const own = booked.filter((part) => part.loan_id === loan_id);
  const { reverse, post } = bookChange(own, position);
  const gone = new Set(reverse);
  return { reverse: booked.filter((part) => part.loan_id !== loan_id || gone.has(part)), post };
}

/**
 * The accounts of the balances that a loan keeps, whose gross sums must fit into 64 bits. A loss is what 5100 holds less
 * what 4300 holds, so both count as one.
 */
const BOUNDED: Partial<Record<AccountCode, string>> = {
  "1100": "1100",
  "1400": "1400",
  "2100": "2100",
  "4300": "5100",
  "5100": "5100",
};

/** The gross sums after a part's moves are booked (`sign` 1) or taken back (-1). */
export function grossAfter(gross: Gross, currency: string, moves: readonly Move[], sign: 1n | -1n): Gross {
  const sums = new Map(gross);
  for (const { account_code, direction, amount_minor } of journalLines(withoutLoan(moves))) {
    const balance = BOUNDED[account_code];
    if (balance === undefined) continue;
    const key = `${currency} ${balance} ${direction}`;
    const sum = (sums.get(key) ?? 0n) + sign * amount_minor;
    if (sum === 0n) sums.delete(key);
    else sums.set(key, sum);
  }
  return sums;
}

const withoutLoan = (moves: readonly Move[]) => moves.map((one) => ({ ...one, loan: null }));
