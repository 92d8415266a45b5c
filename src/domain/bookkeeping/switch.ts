import { type DraftEvent, eventOf, type RequestOfEvent, type Stamp } from "../core/event.ts";
import type { Problem } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import { bankErrors } from "../ledger/bank.ts";
import type { LedgerState } from "../ledger/state.ts";
import type { Bookkeeping } from "./booked.ts";
import { RECORDS_BANK } from "./entries.ts";

/** Switches bookkeeping (docs/bookkeeping.md#the-switch). It is decided in a group of its own. */
export interface SwitchCommand {
  readonly type: "switch";
  readonly mode: Bookkeeping["mode"];
  /** A version that the switch had, and may not have again. */
  readonly above: number;
}

/** A switch as an event leaves it. */
export interface Switched extends Bookkeeping {
  /** The event. */
  readonly sequence: number;
}

/** The switch after a command; null where it is as the command asks for. */
export function decideSwitch(
  books: Bookkeeping,
  ledger: LedgerState,
  { mode, above }: SwitchCommand,
  { sequence }: Stamp,
): Result<Switched | null, Problem> {
  if (mode === books.mode) return ok(null);
  if (mode === "records" && bankErrors(ledger, RECORDS_BANK)) return err(TOO_MANY_BANKS);
  return ok({ mode, version: Math.max(books.version, above) + 1, sequence });
}

const TOO_MANY_BANKS: Problem = {
  code: "too_many_bank_accounts",
  detail: `The records' money is received by the bank account ${RECORDS_BANK}, and the tenant has 200 others.`,
};

/** The event of a switch. */
export const switchedEvent = (stamp: Stamp, request: RequestOfEvent): DraftEvent =>
  eventOf(stamp, request, { category: "ledger", step: "switched" });
