import type { Event, RequestOfEvent, Stamp } from "../core/event.ts";
import type { LedgerCommand } from "./decide.ts";
import type { Entry } from "./journal.ts";
import { applyEntry, type LedgerLoan, type LedgerState, type Posted } from "./state.ts";

/** All that one group of accepted ledger commands posts. */
export interface LedgerWrites {
  readonly entries: Entry[];
  /** Loans that the ledger did not know before. */
  readonly loans: Map<string, LedgerLoan>;
}

export const noLedgerWrites = (): LedgerWrites => ({ entries: [], loans: new Map() });

/** Lets the group's next command see what is posted, and remembers it for the commit. */
export function applyPosted(state: LedgerState, writes: LedgerWrites, { entries }: Posted): void {
  for (const entry of entries) {
    for (const { loan } of entry.postings) {
      if (!loan || state.loans.has(loan.loan_id)) continue;
      writes.loans.set(loan.loan_id, { borrower_id: loan.borrower_id, currency: entry.currency });
    }
    applyEntry(state, entry);
    writes.entries.push(entry);
  }
}

/** The event row of a ledger command; its answer is kept, because a replay answers the very same body. */
export function ledgerEvent(
  command: LedgerCommand,
  { entries, answer }: Posted,
  stamp: Stamp,
  request: RequestOfEvent,
): Event {
  return {
    sequence: stamp.sequence,
    event_id: stamp.event_id,
    category: "ledger",
    step: command.type,
    record_id: entries[0]?.journal_entry_id ?? stamp.event_id,
    ...request,
    facts: {},
    makes_history: false,
    answer: JSON.stringify(answer),
    created_at: stamp.now,
  };
}
