import { calendarOf } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import { type DraftEvent, eventOf, type RequestOfEvent, type Stamp } from "../core/event.ts";
import type { Problem } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import { notExpress, openingUnfinished, tooRecent } from "./refusals.ts";
import { type AccountBalance, trialBalanceHash } from "./trial-balance.ts";
import type { Warning } from "./warnings.ts";

/** A checked `PUT /v1/closing` (docs/ledger.md#closed-periods). It is decided in a group of its own. */
export interface CloseCommand {
  readonly type: "close";
  /** The last day of a month; null reopens everything. */
  readonly closed_through: Day | null;
  readonly reopen: boolean;
  readonly note: string | null;
  /** Found when the request came. */
  readonly warnings: readonly Warning[];
}

/** What closing is decided on, besides the closing of now. */
export interface ClosingState {
  /** True while records are left to book. */
  readonly isOpening: boolean;
  /** The trial balance up to the day of the command. */
  readonly balances: readonly AccountBalance[];
}

export const noClosingState = (): ClosingState => ({ isOpening: false, balances: [] });

/** A closing as an event leaves it: one row of `closings`. */
export interface Closing {
  /** The event. */
  readonly sequence: number;
  readonly closed_through: Day | null;
  /** Milliseconds since 1970. */
  readonly closed_at: number;
  readonly actor: string | null;
  readonly note: string | null;
  /** Null where nothing is closed. */
  readonly trial_balance_hash: string | null;
}

/** The closing after a command; null where it is as the command asks for. Refusals in the order 409, fields. */
export function decideClosing(
  before: Day | null,
  { isOpening, balances }: ClosingState,
  { closed_through, reopen, note }: CloseCommand,
  { actor, ...stamp }: Stamp & Pick<Closing, "actor">,
): Result<Closing | null, Problem> {
  if (closed_through === before) return ok(null);
  if (isOpening) return err(openingUnfinished());
  const today = calendarOf(stamp.settings.time_zone).dayAt(stamp.now);
  if (closed_through !== null && closed_through >= today) return err(tooRecent(today));
  if (before !== null && isEarlier(closed_through, before)) {
    const lacking = [...(reopen ? [] : (["reopen"] as const)), ...(note === null ? (["note"] as const) : [])];
    if (lacking.length > 0) return err(notExpress(before, lacking));
  }
  return ok({
    sequence: stamp.sequence,
    closed_through,
    closed_at: stamp.now,
    actor,
    note,
    trial_balance_hash: closed_through === null ? null : trialBalanceHash(closed_through, balances),
  });
}

const isEarlier = (day: Day | null, than: Day): boolean => day === null || day < than;

/** The event of a closing, and the part of its answer that a replay repeats. */
export function closingEvent(
  { previous, warnings }: { readonly previous: Day | null; readonly warnings: readonly Warning[] },
  { closed_through, note, trial_balance_hash }: Closing,
  stamp: Stamp,
  request: RequestOfEvent,
): DraftEvent {
  const { sequence, event_id } = stamp;
  return eventOf(stamp, request, {
    category: "ledger",
    step: previous !== null && isEarlier(closed_through, previous) ? "reopened" : "closed",
    data: JSON.stringify({ closed_through, previous, note: note ?? undefined, trial_balance_hash }),
    answer: JSON.stringify({ closed_through, previous, event_id, sequence, warnings }),
  });
}
