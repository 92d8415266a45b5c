import type { Event, RequestOfEvent, Stamp } from "../core/event.ts";
import { applyEntry, type LedgerCommand, type LedgerLoan, type LedgerState, type Posted } from "./decide.ts";
import type { Entry } from "./journal.ts";

/** All that one group of accepted ledger commands posts. */
export interface LedgerWrites {
  readonly entries: Entry[];
  /** Loans that the ledger did not know before. */
  readonly loans: Map<string, LedgerLoan>;
}

export const noLedgerWrites = (): LedgerWrites => ({ entries: [], loans: new Map() });

/** Lets the group's next command see a posted entry, and remembers it for the commit. */
export function applyPosted(state: LedgerState, writes: LedgerWrites, { entry }: Posted): void {
  const { loan_id, borrower_id, currency } = entry;
  if (!state.loans.has(loan_id)) writes.loans.set(loan_id, { borrower_id, currency });
  applyEntry(state, entry);
  writes.entries.push(entry);
}

/** The event row of a ledger command; its answer is kept, because a replay answers the very same body. */
export function ledgerEvent(
  command: LedgerCommand,
  { entry, answer }: Posted,
  stamp: Stamp,
  request: RequestOfEvent,
): Event {
  return {
    sequence: stamp.sequence,
    event_id: stamp.event_id,
    category: "ledger",
    step: command.type === "reverse" ? "reversal" : "disbursement",
    record_id: entry.journal_entry_id,
    ...request,
    facts: {},
    makes_history: false,
    answer: JSON.stringify(answer),
    created_at: stamp.now,
  };
}
