import { type DraftEvent, eventOf, type RequestOfEvent, type Stamp } from "../core/event.ts";
import { type Mark, markKey, marksOf } from "../ledger/marks.ts";
import type { LedgerState } from "../ledger/state.ts";
import type { LedgerWrites } from "../ledger/writes.ts";
import type { TermsRow } from "../position/facts.ts";
import {
  type BookedCategory,
  type BookedLoan,
  type BookedPart,
  type BooksState,
  recordKey,
} from "./booked.ts";
import type { Booking } from "./decide.ts";
import { isRecovery } from "./entries.ts";

/** Books a record as it is now, without an event of the record: opens the books after the switch. */
export interface OpeningCommand {
  readonly type: "opening";
  readonly category: BookedCategory;
  readonly id: string;
}

/** All that one group of bookings changes besides the journal. */
export interface BookWrites {
  /** Parts by record and key, each in its last state. */
  readonly parts: Map<string, { readonly part: BookedPart; readonly isBooked: boolean }>;
  readonly bookedLoans: Map<string, BookedLoan>;
}

export const noBookWrites = (): BookWrites => ({ parts: new Map(), bookedLoans: new Map() });

const partKey = ({ category, record_id, name }: BookedPart): string =>
  JSON.stringify([category, record_id, name]);

/** Adds what is booked to the state, so that the group's next command sees it, and to the writes of the commit. */
export function applyBooking(
  state: BooksState,
  ledger: LedgerState,
  writes: BookWrites & LedgerWrites,
  booking: Booking,
): void {
  for (const part of booking.removed) writes.parts.set(partKey(part), { part, isBooked: false });
  for (const part of booking.added) writes.parts.set(partKey(part), { part, isBooked: true });
  state.parts.set(recordKey(booking.category, booking.record_id), booking.parts);
  for (const [disbursement_id, loan] of booking.loans) {
    state.loans.set(disbursement_id, loan);
    writes.bookedLoans.set(disbursement_id, loan);
  }
  if (booking.opened) {
    const { loan_id, ...loan } = booking.opened;
    ledger.loans.set(loan_id, { ...loan, follows_records: true });
    writes.loans.set(loan_id, { ...loan, follows_records: true });
  }
  for (const entry of booking.entries) {
    ledger.entries.set(entry.journal_entry_id, entry);
    if (entry.reverses) ledger.reversed.add(entry.reverses.journal_entry_id);
    writes.entries.push(entry);
  }
  applyMarks(ledger, writes, booking);
  for (const id of booking.unsettled) state.settlements.delete(id);
  for (const settlement of booking.settled) {
    state.settlements.set(settlement.disbursement_entry_id, settlement);
  }
}

/** Settlements and recoveries hold until their entries are reversed. */
function applyMarks(ledger: LedgerState, writes: LedgerWrites, booking: Booking): void {
  const gone: readonly Mark[] = [
    ...booking.unsettled.map(
      (disbursement_entry_id) => ({ kind: "settlement", disbursement_entry_id }) as const,
    ),
    ...booking.removed.flatMap(recoveryOf),
  ];
  for (const mark of gone) {
    ledger.marks.delete(markKey(mark));
    writes.marks.set(markKey(mark), { mark, held: null });
  }
  for (const entry of booking.entries) {
    for (const mark of marksOf(entry)) {
      ledger.marks.set(markKey(mark), mark);
      writes.marks.set(markKey(mark), { mark, held: entry });
    }
  }
}

/** The recovery that a part's entry is, if it is one. */
function recoveryOf({ moves, loan_id, effective_at, sequence, position }: BookedPart): readonly Mark[] {
  const loss = { event_type: "recovery", loan_id, effective_at, sequence, position } as const;
  return isRecovery(moves) ? [{ kind: "loss", loss }] : [];
}

/** The terms of a disbursement after an event that wrote `added`. A create begins a new life. */
export function termsAfter(
  before: readonly TermsRow[],
  added: readonly TermsRow[],
  isCreated: boolean,
): readonly TermsRow[] {
  return isCreated ? added : [...before, ...added];
}

/** The event of an opening. */
export function openingEvent(
  { category, id }: OpeningCommand,
  { entries }: Booking,
  stamp: Stamp,
  request: RequestOfEvent,
): DraftEvent {
  const journal_entry_ids = entries.map(({ journal_entry_id }) => journal_entry_id);
  return eventOf(stamp, request, {
    category: "ledger",
    step: "opening",
    record_id: journal_entry_ids[0] ?? stamp.event_id,
    facts: { journal_entry_ids },
    answer: JSON.stringify({ category, id, journal_entry_ids }),
  });
}
