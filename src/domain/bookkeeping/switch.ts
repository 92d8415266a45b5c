import { type DraftEvent, eventOf, type RequestOfEvent, type Stamp } from "../core/event.ts";
import type { Problem } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import { isBankBeyond } from "../ledger/bank.ts";
import { BANK_ACCOUNTS_MAX } from "../ledger/refusals.ts";
import type { LedgerState } from "../ledger/state.ts";
import type { Bookkeeping } from "./booked.ts";
import { RECORDS_BANK } from "./entries.ts";

/** Switches bookkeeping (docs/bookkeeping.md#the-switch). It is decided in a group of its own. */
export interface SwitchCommand extends Pick<Bookkeeping, "mode" | "settle_bank"> {
  readonly type: "switch";
  /** A version that the switch had, and may not have again. */
  readonly above: number;
}

/** A switch as an event leaves it. */
export interface Switched extends Bookkeeping {
  /** The event. */
  readonly sequence: number;
  /** True where earlier records are opened; false where only the settlements change. */
  readonly opens: boolean;
}

/** The bank accounts that the entries of records name. */
export const banksOfRecords = ({ mode, settle_bank }: Pick<Bookkeeping, "mode" | "settle_bank">) =>
  mode === "off" ? [] : [...new Set([RECORDS_BANK, settle_bank ?? RECORDS_BANK])];

/** The switch after a command; null where it is as the command asks for. */
export function decideSwitch(
  books: Bookkeeping,
  ledger: LedgerState,
  { mode, settle_bank, above }: SwitchCommand,
  { sequence }: Stamp,
): Result<Switched | null, Problem> {
  if (mode === books.mode && settle_bank === books.settle_bank) return ok(null);
  const banks = banksOfRecords({ mode, settle_bank });
  if (isBankBeyond(ledger, banks)) return err(tooManyBanks(banks));
  const version = Math.max(books.version, above) + 1;
  return ok({ mode, settle_bank, version, sequence, opens: mode !== books.mode });
}

const tooManyBanks = (banks: readonly string[]): Problem => ({
  code: "too_many_bank_accounts",
  detail: `The records' money moves on ${banks.join(" and ")}, and the tenant would have more than ${BANK_ACCOUNTS_MAX} bank accounts.`,
});

/** The event of a switch. */
export const switchedEvent = (stamp: Stamp, request: RequestOfEvent): DraftEvent =>
  eventOf(stamp, request, { category: "ledger", step: "switched" });
