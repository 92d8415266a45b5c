import { calendarOf } from "../core/calendar.ts";
import type { Stamp } from "../core/event.ts";
import { entryIdAt } from "../core/event-id.ts";
import { INT64_MAX } from "../core/money.ts";
import type { Problem } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import { ledgerLoanId } from "../core/uuid.ts";
import type { Entry } from "../ledger/journal.ts";
import { markKey } from "../ledger/marks.ts";
import type { LedgerState } from "../ledger/state.ts";
import type { RecordState } from "../tape/state.ts";
import {
  type ActiveSettlement,
  type BookedCategory,
  type BookedLoan,
  type BookedPart,
  type BooksState,
  difference,
  grossAfter,
  recordKey,
} from "./booked.ts";
import {
  type Own,
  partPosted,
  partReversed,
  partSettled,
  promisedBy,
  settlementReversed,
} from "./entries.ts";
import { booksOverflow } from "./refusals.ts";
import type { BookChange, BookPart } from "./rules.ts";
import { type BookedRecord, type Subject, subjectOf } from "./subject.ts";

/** What an event of a record posts, and the record's booked parts afterwards. */
export interface Booking {
  readonly category: BookedCategory;
  readonly record_id: string;
  readonly disbursement_id: string;
  readonly entries: readonly Entry[];
  readonly parts: readonly BookedPart[];
  readonly removed: readonly BookedPart[];
  readonly added: readonly BookedPart[];
  /** The loans whose rows change, by disbursement id. */
  readonly loans: ReadonlyMap<string, BookedLoan>;
  /** The loan that this booking opens in the ledger. */
  readonly opened: {
    readonly loan_id: string;
    readonly borrower_id: string;
    readonly currency: string;
  } | null;
  /** Originations and raises whose settlements are reversed with them. */
  readonly unsettled: readonly string[];
  /** The settlements of originations and raises that records make. */
  readonly settled: readonly ActiveSettlement[];
}

/** What booking is decided on: the records are those after the event. */
interface BookingState {
  readonly books: BooksState;
  readonly ledger: LedgerState;
  readonly state: RecordState;
}

/** The ledger's loan of a disbursement; null if it was not looked up. */
function loanOf({ books, ledger }: BookingState, disbursement_id: string): BookedLoan | null {
  const known = books.loans.get(disbursement_id);
  if (known) return known;
  const loan_id = ledgerLoanId(books.namespace, disbursement_id);
  if (!books.asked.has(loan_id)) return null;
  const own = ledger.loans.get(loan_id);
  return { loan_id, follows_records: own?.follows_records ?? true, gross: new Map() };
}

/** The disbursement whose loan booking this record needs and nothing has looked up; null if there is none. */
export function lacksLoan(on: BookingState, category: BookedCategory, id: string): string | null {
  const payment = () => on.state.payment.get(id)?.record.disbursement_id;
  const disbursement_id = category === "disbursement" ? id : payment();
  if (disbursement_id === undefined) return null;
  return loanOf(on, disbursement_id) === null ? disbursement_id : null;
}

/**
 * Books a record after an event: reverses what the record no longer says and posts what it says now. Returns null when
 * nothing changes. Refuses only what the books cannot hold.
 */
export function bookRecord(
  on: BookingState,
  record: BookedRecord,
  stamp: Stamp,
  actor: string | null,
): Result<Booking | null, Problem> {
  const { books, state } = on;
  const subject = subjectOf(books.namespace, state, record, calendarOf(stamp.settings.time_zone));
  if (!subject) return ok(null);
  const booked = books.parts.get(recordKey(record.category, record.id)) ?? [];
  if (booked.length === 0 && subject.position.length === 0) return ok(null);
  const loan = loanOf(on, subject.disbursement_id);
  if (!loan) throw new Error("booking needs a loan that is not loaded");
  const position = loan.follows_records ? subject.position : [];
  const change = difference(booked, position, loan.loan_id);
  const isNew = !books.loans.has(subject.disbursement_id);
  const isSame = change.reverse.length === 0 && change.post.length === 0;
  if (isSame && !(isNew && !loan.follows_records)) return ok(null);
  const draft = new Draft(on, { ...subject, loan }, stamp, actor);
  const isBounded = draft.post(change);
  if (!isBounded) return err(booksOverflow(subject.disbursement_id));
  const { loan_id } = loan;
  const { borrower_id, currency } = subject;
  const gone = new Set(change.reverse);
  return ok({
    category: record.category,
    record_id: record.id,
    disbursement_id: subject.disbursement_id,
    entries: draft.entries,
    parts: [...booked.filter((part) => !gone.has(part)), ...draft.added],
    removed: change.reverse,
    added: draft.added,
    loans: draft.loans,
    opened: isNew && loan.follows_records ? { loan_id, borrower_id, currency } : null,
    unsettled: draft.unsettled,
    settled: draft.settled,
  });
}

/** The entries of one booking, in their order, and the loans' gross sums after them. */
class Draft {
  readonly entries: Entry[] = [];
  readonly added: BookedPart[] = [];
  readonly unsettled: string[] = [];
  readonly settled: ActiveSettlement[] = [];
  readonly loans: Map<string, BookedLoan>;
  readonly #on: BookingState;
  readonly #subject: Subject & { readonly loan: BookedLoan };
  readonly #stamp: Stamp;
  readonly #actor: string | null;

  constructor(
    on: BookingState,
    subject: Subject & { readonly loan: BookedLoan },
    stamp: Stamp,
    actor: string | null,
  ) {
    this.loans = new Map([[subject.disbursement_id, subject.loan]]);
    this.#on = on;
    this.#subject = subject;
    this.#stamp = stamp;
    this.#actor = actor;
  }

  /** Reverses parts, then posts parts; false when a gross sum of the loan leaves 64 bits. */
  post({ reverse, post }: BookChange<BookedPart>): boolean {
    for (const part of reverse) this.#reversePart(part);
    return post.every((part) => this.#postPart(part));
  }

  #reversePart(part: BookedPart): void {
    const settlement = settlementOf(this.#on, part.journal_entry_id);
    if (settlement) {
      this.entries.push(settlementReversed(this.#stamp, part, settlement, this.#own()));
      this.unsettled.push(part.journal_entry_id);
    }
    this.entries.push(partReversed(this.#stamp, part, this.#own()));
    this.#count(part.disbursement_id, part, -1n);
  }

  #postPart(part: BookPart): boolean {
    const { category, record_id, disbursement_id, borrower_id, loan } = this.#subject;
    const { loan_id } = loan;
    const own = this.#own();
    const posted = partPosted(this.#stamp, part, { ...this.#subject, loan_id }, own);
    this.entries.push(posted);
    const { sequence, event_id: correlation_id } = this.#stamp;
    const { position, journal_entry_id } = own;
    const { effective_at } = posted;
    const entry = { sequence, position, journal_entry_id, effective_at, correlation_id };
    this.added.push({ ...part, category, record_id, ...entry, disbursement_id, loan_id, borrower_id });
    this.#settlePart(part, posted);
    const gross = this.#count(disbursement_id, part, 1n);
    return [...gross.values()].every((sum) => sum <= INT64_MAX);
  }

  /** Settles what the part promises, directly after its entry, where records do so. */
  #settlePart(part: BookPart, entry: Entry): void {
    const { settle_bank: bank_account_ref } = this.#on.books;
    if (bank_account_ref === null || promisedBy(part.moves).length === 0) return;
    const settlement = partSettled(this.#stamp, entry, bank_account_ref, this.#own());
    this.entries.push(settlement);
    this.settled.push({ ...settlement, disbursement_entry_id: entry.journal_entry_id });
  }

  /** Of the next entry. */
  #own(): Own {
    const position = this.entries.length;
    const journal_entry_id = entryIdAt(this.#stamp.journal_entry_id, position);
    return { position, journal_entry_id, actor: this.#actor };
  }

  /** Adds a part's moves to the gross sums of a loan, or takes them away. */
  #count(disbursement_id: string, { currency, moves }: BookPart, sign: 1n | -1n) {
    const before = this.loans.get(disbursement_id) ?? this.#on.books.loans.get(disbursement_id);
    if (!before) throw new Error("a booked part's loan is loaded with it");
    const gross = grossAfter(before.gross, currency, moves, sign);
    this.loans.set(disbursement_id, { ...before, gross });
    return gross;
  }
}

/** The settlement of an entry that is not reversed: loaded, or posted by the same group. */
function settlementOf({ books, ledger }: BookingState, id: string): ActiveSettlement | null {
  const stored = books.settlements.get(id);
  if (stored && !ledger.reversed.has(stored.journal_entry_id)) return stored;
  if (!ledger.marks.has(markKey({ kind: "settlement", disbursement_entry_id: id }))) return null;
  const entry = [...ledger.entries.values()].find(
    ({ settles_entry_id, journal_entry_id }) =>
      settles_entry_id === id && !ledger.reversed.has(journal_entry_id),
  );
  return entry ? { ...entry, disbursement_entry_id: id } : null;
}
