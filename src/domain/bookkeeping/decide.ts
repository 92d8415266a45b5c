import type { Stamp } from "../core/event.ts";
import { entryIdAt } from "../core/event-id.ts";
import { INT64_MAX } from "../core/money.ts";
import type { Problem } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import { ledgerBorrowerId, ledgerLoanId } from "../core/uuid.ts";
import { entryOf } from "../ledger/entry.ts";
import type { Entry, EntryType, Posting } from "../ledger/journal.ts";
import { markKey } from "../ledger/marks.ts";
import type { LedgerState } from "../ledger/state.ts";
import type { TermsRow } from "../position/facts.ts";
import { isLive } from "../tape/record.ts";
import type { RecordState } from "../tape/state.ts";
import {
  type BookedCategory,
  type BookedLoan,
  type BookedPart,
  type BooksState,
  difference,
  type Gross,
  grossAfter,
  mirrored,
  recordKey,
  type StandingSettlement,
} from "./booked.ts";
import { type BookChange, type BookPart, disbursementParts, type Move, paymentParts } from "./rules.ts";

/** The bank account that receives the records' money: a record names none. */
export const RECORDS_BANK = "main";

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
  /** Originations whose settlements are reversed with them. */
  readonly unsettled: readonly string[];
}

/** A record as the books see it. */
interface Subject {
  readonly category: BookedCategory;
  readonly record_id: string;
  readonly disbursement_id: string;
  readonly borrower_id: string;
  readonly currency: string;
  readonly position: readonly BookPart[];
}

/** A loan's borrower is its client. A purchase may have several clients, so it is its own borrower. */
function borrowerOf(namespace: string, disbursement_id: string, client_id: string | null): string {
  return client_id === null
    ? ledgerLoanId(namespace, disbursement_id)
    : ledgerBorrowerId(namespace, client_id);
}

function subjectOf(
  { namespace }: BooksState,
  records: RecordState,
  category: BookedCategory,
  id: string,
  terms: readonly TermsRow[],
): Subject | null {
  if (category === "disbursement") {
    const stored = records.disbursement.get(id);
    if (!stored) return null;
    const { client_id, currency } = stored.record;
    const [first, ...changes] = terms;
    const live = isLive(stored);
    if (live && !first) throw new Error("a disbursement has the terms that it was created with");
    const position =
      live && first ? disbursementParts({ disbursement: stored.record, terms: [first, ...changes] }) : [];
    const borrower_id = borrowerOf(namespace, id, client_id);
    return { category, record_id: id, disbursement_id: id, borrower_id, currency, position };
  }
  const stored = records.payment.get(id);
  if (!stored) return null;
  const { disbursement_id, client_id, currency } = stored.record;
  const kind = records.disbursement.get(disbursement_id)?.record.kind;
  const position = isLive(stored) ? paymentParts(stored.record) : [];
  const borrower_id = borrowerOf(namespace, disbursement_id, kind === "purchase" ? null : client_id);
  return { category, record_id: id, disbursement_id, borrower_id, currency, position };
}

/** The ledger's loan of a disbursement; null if it was not looked up. */
function loanOf(state: BooksState, ledger: LedgerState, disbursement_id: string): BookedLoan | null {
  const known = state.loans.get(disbursement_id);
  if (known) return known;
  const loan_id = ledgerLoanId(state.namespace, disbursement_id);
  if (!state.asked.has(loan_id)) return null;
  const own = ledger.loans.get(loan_id);
  return { loan_id, follows_records: own?.follows_records ?? true, gross: new Map() };
}

/** True if booking this record needs a loan that was not looked up. */
export function lacksLoan(
  state: BooksState,
  ledger: LedgerState,
  records: RecordState,
  category: BookedCategory,
  id: string,
): string | null {
  const disbursement_id = category === "disbursement" ? id : records.payment.get(id)?.record.disbursement_id;
  if (disbursement_id === undefined) return null;
  return loanOf(state, ledger, disbursement_id) === null ? disbursement_id : null;
}

/**
 * Books a record after an event: reverses what the record no longer says and posts what it says now. `records` and
 * `terms` are the state after the event. Returns null when nothing changes. Refuses only what the books cannot hold.
 */
export function bookRecord(
  state: BooksState,
  ledger: LedgerState,
  records: RecordState,
  { category, id, terms }: { category: BookedCategory; id: string; terms: readonly TermsRow[] },
  stamp: Stamp,
  actor: string | null,
): Result<Booking | null, Problem> {
  const subject = subjectOf(state, records, category, id, terms);
  if (!subject) return ok(null);
  const booked = state.parts.get(recordKey(category, id)) ?? [];
  if (booked.length === 0 && subject.position.length === 0) return ok(null);
  const loan = loanOf(state, ledger, subject.disbursement_id);
  if (!loan) throw new Error("booking needs a loan that is not loaded");
  const position = loan.follows_records ? subject.position : [];
  const change = difference(booked, position, loan.loan_id);
  const isNew = !state.loans.has(subject.disbursement_id);
  const isSame = change.reverse.length === 0 && change.post.length === 0;
  if (isSame && !(isNew && !loan.follows_records)) return ok(null);
  return post(state, ledger, subject, loan, booked, change, { stamp, actor, isNew });
}

function post(
  state: BooksState,
  ledger: LedgerState,
  subject: Subject,
  loan: BookedLoan,
  booked: readonly BookedPart[],
  { reverse: reversed, post: added }: BookChange<BookedPart>,
  { stamp, actor, isNew }: { stamp: Stamp; actor: string | null; isNew: boolean },
): Result<Booking, Problem> {
  const { category, record_id, disbursement_id, borrower_id, currency } = subject;
  const entries: Entry[] = [];
  const parts: BookedPart[] = [];
  const unsettled: string[] = [];
  const loans = new Map<string, BookedLoan>([[disbursement_id, loan]]);
  const grossOf = (id: string): BookedLoan => {
    const found = loans.get(id) ?? state.loans.get(id);
    if (!found) throw new Error("a booked part's loan is loaded with it");
    return found;
  };
  const count = (id: string, of: string, moves: readonly Move[], sign: 1n | -1n): Gross => {
    const before = grossOf(id);
    const gross = grossAfter(before.gross, of, moves, sign);
    loans.set(id, { ...before, gross });
    return gross;
  };
  const next = () => ({
    position: entries.length,
    journal_entry_id: entryIdAt(stamp.journal_entry_id, entries.length),
    actor,
  });
  for (const part of reversed) {
    const settlement = settlementOf(state, ledger, part.journal_entry_id);
    if (settlement) {
      entries.push(settlementReversed(stamp, part, settlement, next()));
      unsettled.push(part.journal_entry_id);
    }
    entries.push(partReversed(stamp, part, next()));
    count(part.disbursement_id, part.currency, part.moves, -1n);
  }
  for (const part of added) {
    const own = next();
    const party = { loan_id: loan.loan_id, borrower_id };
    const gross = count(disbursement_id, part.currency, part.moves, 1n);
    const over = [...gross.values()].some((sum) => sum > INT64_MAX);
    if (over) return err(overflow(disbursement_id));
    entries.push(
      entryOf(stamp, {
        ...own,
        event_type: entryTypeOf(part),
        currency: part.currency,
        effective_at: part.day,
        bank_account_ref: bankOf(part.moves),
        external_ref: disbursement_id,
        description: describe(subject, part),
        postings: part.moves.map((one): Posting => ({ ...one, loan: party })),
      }),
    );

    const { position, journal_entry_id } = own;
    const { sequence, event_id: correlation_id } = stamp;
    const entry = { sequence, position, journal_entry_id, correlation_id };
    parts.push({ ...part, category, record_id, ...entry, disbursement_id, ...party });
  }
  const gone = new Set(reversed);
  const opened = isNew && loan.follows_records ? { loan_id: loan.loan_id, borrower_id, currency } : null;
  return ok({
    category,
    record_id,
    disbursement_id,
    entries,
    parts: [...booked.filter((part) => !gone.has(part)), ...parts],
    removed: reversed,
    added: parts,
    loans,
    opened,
    unsettled,
  });
}

type Own = Pick<Entry, "position" | "journal_entry_id" | "actor">;

/** The reversal of a part's entry, on the same day: so each balance as of any day agrees with the records. */
function partReversed(stamp: Stamp, part: BookedPart, own: Own): Entry {
  const { sequence, position, journal_entry_id, loan_id, borrower_id } = part;
  return entryOf(stamp, {
    ...own,
    event_type: "reversal",
    currency: part.currency,
    effective_at: part.day,
    correlation_id: part.correlation_id,
    reverses: { sequence, position, journal_entry_id },
    bank_account_ref: bankOf(part.moves),
    external_ref: part.disbursement_id,
    description: `Reversal: the ${part.category} ${part.record_id} says otherwise`,
    postings: mirrored(part.moves).map((one): Posting => ({ ...one, loan: { loan_id, borrower_id } })),
  });
}

/** Reverses the settlement of a reversed origination: the money did not leave for this promise. */
function settlementReversed(stamp: Stamp, part: BookedPart, settled: StandingSettlement, own: Own): Entry {
  const { sequence, position, journal_entry_id } = settled;
  const { loan_id, borrower_id } = part;
  const promised = part.moves.filter(({ credit }) => credit === "2100");
  return entryOf(stamp, {
    ...own,
    event_type: "reversal",
    currency: part.currency,
    effective_at: settled.effective_at,
    correlation_id: part.correlation_id,
    reverses: { sequence, position, journal_entry_id },
    bank_account_ref: settled.bank_account_ref,
    external_ref: part.disbursement_id,
    description: `Reversal: the disbursement ${part.record_id} that it settled is reversed`,
    postings: promised.map(
      ({ amount_minor }): Posting => ({
        debit: "1000",
        credit: "2100",
        amount_minor,
        loan: { loan_id, borrower_id },
      }),
    ),
  });
}

/** The settlement of an entry that is not reversed: loaded, or posted by the same group. */
function settlementOf(state: BooksState, ledger: LedgerState, id: string): StandingSettlement | null {
  const stored = state.settlements.get(id);
  if (stored) return stored;
  if (!ledger.marks.has(markKey({ kind: "settlement", disbursement_entry_id: id }))) return null;
  const entry = [...ledger.entries.values()].find(({ settles_entry_id }) => settles_entry_id === id);
  return entry ? { ...entry, disbursement_entry_id: id } : null;
}

function entryTypeOf({ name }: BookPart): EntryType {
  if (name === "receipt") return "payment_received";
  return name === "origination" ? "disbursement" : "terms_changed";
}

function describe({ category, record_id }: Subject, { name }: BookPart): string {
  if (category === "payment") return `Payment ${record_id} was received`;
  return name === "origination"
    ? `Disbursement ${record_id} was agreed`
    : `Terms of the disbursement ${record_id} were changed`;
}

const bankOf = (moves: readonly Move[]): string | null =>
  moves.some(({ debit, credit }) => debit === "1000" || credit === "1000") ? RECORDS_BANK : null;

function overflow(disbursement_id: string): Problem {
  const detail = `The books of the disbursement ${JSON.stringify(disbursement_id)} hold debits and credits of an account up to ${INT64_MAX} minor units each.`;
  return { code: "amount_overflow", detail };
}
