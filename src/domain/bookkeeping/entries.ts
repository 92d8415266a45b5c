import { openDay } from "../core/closed-period.ts";
import type { Stamp } from "../core/event.ts";
import type { AccountCode } from "../ledger/accounts.ts";
import { entryOf } from "../ledger/entry.ts";
import { type Entry, type EntryType, mirror, type Posting } from "../ledger/journal.ts";
import type { ActiveSettlement, BookedPart } from "./booked.ts";
import type { BookPart, Move } from "./rules.ts";
import type { Subject } from "./subject.ts";

/** The bank account that receives the records' money: a record names none. */
export const RECORDS_BANK = "main";

/** What tells an entry from the others of its event. */
export type Own = Pick<Entry, "position" | "journal_entry_id" | "actor">;

/*
 * A part's own day is the value date of its entries, and so each balance by value date agrees with the records on any day. They
 * take effect on the same day, or on the first open day where that lies in a closed period.
 */

/** The reversal of a part's entry, with its value date. */
export function partReversed(stamp: Stamp, part: BookedPart, own: Own): Entry {
  const { sequence, position, journal_entry_id, loan_id, borrower_id } = part;
  return entryOf(stamp, {
    ...own,
    event_type: "reversal",
    currency: part.currency,
    effective_at: openDay(part.effective_at, stamp.closed_through),
    value_date: part.day,
    correlation_id: part.correlation_id,
    reverses: { sequence, position, journal_entry_id },
    bank_account_ref: bankOf(part.moves),
    external_ref: part.disbursement_id,
    description: `Reversal: the ${part.category} ${part.record_id} says otherwise`,
    postings: mirror(part.moves).map((one): Posting => ({ ...one, loan: { loan_id, borrower_id } })),
  });
}

/** Reverses the settlement of a reversed origination: the money did not leave for this promise. */
export function settlementReversed(
  stamp: Stamp,
  part: BookedPart,
  settled: ActiveSettlement,
  own: Own,
): Entry {
  const { sequence, position, journal_entry_id } = settled;
  const { loan_id, borrower_id } = part;
  return entryOf(stamp, {
    ...own,
    event_type: "reversal",
    currency: part.currency,
    effective_at: openDay(settled.effective_at, stamp.closed_through),
    value_date: settled.value_date,
    correlation_id: part.correlation_id,
    reverses: { sequence, position, journal_entry_id },
    bank_account_ref: settled.bank_account_ref,
    external_ref: part.disbursement_id,
    description: `Reversal: the disbursement ${part.record_id} that it settled is reversed`,
    postings: promisedBy(part.moves).map(
      ({ amount_minor }): Posting => ({
        debit: "1000",
        credit: "2100",
        amount_minor,
        loan: { loan_id, borrower_id },
      }),
    ),
  });
}

/** What a part of a record, or its entry, promises to pay out. */
export const promisedBy = <M extends Move>(moves: readonly M[]): readonly M[] =>
  moves.filter(({ credit }) => credit === "2100");

/** The settlement that records make of an entry of their own, from the bank account `bank_account_ref` on its days. */
export function partSettled(stamp: Stamp, entry: Entry, bank_account_ref: string, own: Own): Entry {
  const { currency, effective_at, value_date, correlation_id, external_ref, postings } = entry;
  return entryOf(stamp, {
    ...own,
    event_type: "disbursement_settled",
    ...{ currency, effective_at, value_date, correlation_id, external_ref },
    settles_entry_id: entry.journal_entry_id,
    bank_account_ref,
    description: "Disbursement settled",
    postings: promisedBy(postings).map(
      ({ amount_minor, loan }): Posting => ({ debit: "2100", credit: "1000", amount_minor, loan }),
    ),
  });
}

/** The entry that books a part of a record, on the loan `loan_id`. */
export function partPosted(
  stamp: Stamp,
  part: BookPart,
  subject: Subject & { readonly loan_id: string },
  own: Own,
): Entry {
  const { loan_id, borrower_id, disbursement_id } = subject;
  return entryOf(stamp, {
    ...own,
    event_type: entryTypeOf(part),
    currency: part.currency,
    effective_at: openDay(part.day, stamp.closed_through),
    value_date: part.day,
    bank_account_ref: bankOf(part.moves),
    external_ref: disbursement_id,
    description: describe(subject, part),
    postings: part.moves.map((one): Posting => ({ ...one, loan: { loan_id, borrower_id } })),
  });
}

function entryTypeOf({ name }: BookPart): EntryType {
  if (name === "receipt") return "payment_received";
  return name === "origination" ? "disbursement" : "terms_changed";
}

function describe({ category, record_id }: Subject, { name, moves }: BookPart): string {
  const isRefund = isCredited(moves, "1000");
  const how = isRefund ? "paid back" : isRecovery(moves) ? "received on what was written off" : "received";
  if (category === "payment") return `Payment ${record_id} was ${how}`;
  return name === "origination"
    ? `Disbursement ${record_id} was agreed`
    : `Terms of the disbursement ${record_id} were changed`;
}

const isCredited = (moves: readonly Move[], account: AccountCode): boolean =>
  moves.some(({ credit }) => credit === account);

/** True for money on what was written off. */
export const isRecovery = (moves: readonly Move[]): boolean => isCredited(moves, "4300");

const bankOf = (moves: readonly Move[]): string | null =>
  moves.some(({ debit, credit }) => debit === "1000" || credit === "1000") ? RECORDS_BANK : null;
