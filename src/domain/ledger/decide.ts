import { isClosed, openDay } from "../core/closed-period.ts";
import type { Day } from "../core/dates.ts";
import type { Stamp } from "../core/event.ts";
import type { Problem } from "../core/problem.ts";
import { err, type Result } from "../core/result.ts";
import { brokenBound } from "./bounds.ts";
import { type Clock, type Presumed, reversalDay } from "./command-day.ts";
import { loansOf } from "./journal.ts";
import { accrual, MANY_LOANS } from "./postings/accrual.ts";
import { accrual_corrected } from "./postings/accrual-corrected.ts";
import { bank_balance } from "./postings/bank-balance.ts";
import { chargeoff } from "./postings/chargeoff.ts";
import { disbursement } from "./postings/disbursement.ts";
import { disbursement_settled } from "./postings/disbursement-settled.ts";
import { disbursements_settled, entryToSettle } from "./postings/disbursements-settled.ts";
import { fee_assessed } from "./postings/fee-assessed.ts";
import { fee_waived } from "./postings/fee-waived.ts";
import { interest_waived } from "./postings/interest-waived.ts";
import { manual_adjustment } from "./postings/manual-adjustment.ts";
import { payment_allocated } from "./postings/payment-allocated.ts";
import { payment_received } from "./postings/payment-received.ts";
import { recovery } from "./postings/recovery.ts";
import { refund } from "./postings/refund.ts";
import { lastDayOf, reversal } from "./postings/reversal.ts";
import { followsItsRecords, periodClosed } from "./refusals.ts";
import { standingOf } from "./standing.ts";
import { type LedgerNeeds, type LedgerState, needFrom, type Posted, type PostingType } from "./state.ts";

/** Every type of ledger command, each with a file in `postings/`. The step of its event has the same name. */
const POSTING_TYPES = {
  disbursement,
  disbursement_settled,
  disbursements_settled,
  payment_received,
  payment_allocated,
  fee_assessed,
  fee_waived,
  interest_waived,
  accrual,
  accrual_corrected,
  chargeoff,
  recovery,
  refund,
  manual_adjustment,
  reversal,
  bank_balance,
} as const;

/** The steps of the events of ledger commands. */
export const LEDGER_STEPS: readonly string[] = Object.keys(POSTING_TYPES);

type CommandOf<P> = P extends PostingType<infer C> ? C : never;
type Commands = { readonly [T in keyof typeof POSTING_TYPES]: CommandOf<(typeof POSTING_TYPES)[T]> };

export type LedgerCommandType = keyof Commands;
/** The command of a type; it names its type itself. */
export type LedgerCommandOf<T extends LedgerCommandType> = Commands[T] & { readonly type: T };
export type LedgerCommand = { readonly [T in LedgerCommandType]: LedgerCommandOf<T> }[LedgerCommandType];

const TYPES: { readonly [T in LedgerCommandType]: PostingType<Commands[T]> } = POSTING_TYPES;

/** Adds the state that deciding `command` needs. */
export function addLedgerNeeds<T extends LedgerCommandType>(
  needs: LedgerNeeds,
  command: LedgerCommandOf<T>,
  presumed: Presumed,
): void {
  TYPES[command.type].addNeeds(needs, command, presumed);
}

/**
 * Adds what only a load has shown to be needed: the entries of the originations that a batch names, and the day of a
 * reversal that was presumed to be another. False where nothing is missing.
 */
export function addLacking(
  needs: LedgerNeeds,
  command: LedgerCommand,
  state: LedgerState,
  clock: Clock,
): boolean {
  switch (command.type) {
    case "reversal":
      return addReversalDay(needs, command, state, clock);
    case "disbursements_settled":
      return addOriginations(needs, command, state);
    default:
      return false;
  }
}

function addOriginations(
  needs: LedgerNeeds,
  { settlements }: LedgerCommandOf<"disbursements_settled">,
  state: LedgerState,
): boolean {
  const lacking = settlements.flatMap((one) => {
    const id = entryToSettle(state, one);
    return id === undefined || needs.entries.has(id) ? [] : { id, day: one.effective_at };
  });
  for (const { id, day } of lacking) needFrom(needs.entries, id, day);
  return lacking.length > 0;
}

/** The outlines of an entry of many loans hold for one day only. */
function addReversalDay(
  needs: LedgerNeeds,
  { reverses_entry_id: id, effective_at }: LedgerCommandOf<"reversal">,
  state: LedgerState,
  clock: Clock,
): boolean {
  const reversed = state.entries.get(id);
  if (!reversed) return false;
  const day = reversalDay(effective_at, lastDayOf(reversed, standingOf(state, reversed)), clock);
  const books = [...loansOf(reversed)].flatMap((loan_id) => state.books.get(loan_id) ?? []);
  const isOther = books.some((book) => "least" in book && book.from !== day);
  if (isOther) needs.reversals.set(id, { asked: day, today: day });
  return isOther;
}

/** True for a command that touches more than `MANY_LOANS` loans; for a reversal, its loaded entry decides. */
export function isOfManyLoans(command: LedgerCommand, state?: LedgerState): boolean {
  switch (command.type) {
    case "accrual":
      return command.loans.length > MANY_LOANS;
    case "disbursements_settled":
      return command.settlements.length > MANY_LOANS;
    case "reversal": {
      const reversed = state?.entries.get(command.reverses_entry_id);
      return reversed !== undefined && loansOf(reversed).size > MANY_LOANS;
    }
    default:
      return false;
  }
}

/** Decides one ledger command (docs/api.md#ledger). Pure; refusals in the order 404, 409, fields, balances. */
export function decideLedger<T extends LedgerCommandType>(
  state: LedgerState,
  command: LedgerCommandOf<T>,
  stamp: Stamp,
): Result<Posted, Problem> {
  const refused = followsRecords(state, command) ?? inClosedPeriod(state, command, stamp.closed_through);
  if (refused) return err(refused);
  const decided = TYPES[command.type].decide(state, command, stamp);
  if (!decided.ok) return decided;
  for (const entry of decided.value.entries) {
    const broken = brokenBound(state, entry);
    if (broken) return err(broken);
  }
  return decided;
}

/** Refuses entries on a loan that follows its records; only settlements and their reversals are allowed. */
function followsRecords(state: LedgerState, command: LedgerCommand): Problem | null {
  const loan_id = loansNamedBy(state, command).find((id) => state.loans.get(id)?.follows_records);
  return loan_id === undefined ? null : followsItsRecords(loan_id);
}

function loansNamedBy(state: LedgerState, command: LedgerCommand): readonly string[] {
  switch (command.type) {
    case "accrual":
      return command.loans.map(({ loan_id }) => loan_id);
    case "reversal": {
      const reversed = state.entries.get(command.reverses_entry_id);
      return reversed && reversed.event_type !== "disbursement_settled" ? [...loansOf(reversed)] : [];
    }
    case "disbursement_settled":
    case "disbursements_settled":
    case "manual_adjustment":
    case "bank_balance":
      return [];
    default:
      return [command.loan_id];
  }
}

/**
 * Refuses a posting on a day of a closed period (docs/ledger.md#closed-periods). An entry that is named and unknown is a
 * refusal of its own before that.
 */
function inClosedPeriod(
  state: LedgerState,
  command: LedgerCommand,
  closed_through: Stamp["closed_through"],
): Problem | null {
  const day = dayOf(command);
  if (day === null || !isClosed(day, closed_through)) return null;
  const named = entryNamedBy(command);
  return named !== null && !state.entries.has(named) ? null : periodClosed(day, openDay(day, closed_through));
}

/**
 * The day on which a command asks to post; null where it names none, as what finds an open day by itself does, or posts
 * nothing. A batch of settlements names many, and checks each.
 */
function dayOf(command: LedgerCommand): Day | null {
  switch (command.type) {
    case "accrual":
      return command.late ? null : command.accrual_date;
    case "accrual_corrected":
    case "disbursements_settled":
    case "bank_balance":
      return null;
    default:
      return command.effective_at;
  }
}

function entryNamedBy(command: LedgerCommand): string | null {
  if (command.type === "reversal") return command.reverses_entry_id;
  return command.type === "disbursement_settled" ? command.disbursement_entry_id : null;
}
