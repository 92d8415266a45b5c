import type { Day } from "../core/dates.ts";
import { type AskedBefore, type Before, beforeOf } from "../position/before.ts";
import { type Measure, type Position, positionAt } from "../position/position.ts";
import type { Ready } from "../position/ready.ts";
import { type FutureFlow, type PastFlow, pastFlowOf, remainingOf } from "./cash-flow.ts";
import { isFutureMonth, type PastMonth, pastMonthNamed } from "./cash-months.ts";

/**
 * What a list shows of a disbursement beside its position, so that it is the list behind a figure of a report
 * (docs/analytics.md#behind-a-figure). What has nothing to show is left out of the list.
 */
interface AskedBeside extends AskedBefore {
  /** A month of the cash flows, as `2026-01`: `past` up to the day of the list, `future` after it. */
  readonly past_month?: string | undefined;
  readonly future_month?: string | undefined;
}

export interface Beside {
  readonly from?: Before;
  readonly past?: PastFlow & PastMonth;
  readonly future?: FutureFlow & { readonly month: string };
}

interface Seen {
  readonly one: Ready;
  readonly position: Position;
  /** The day of the position. */
  readonly day: Day;
  readonly measure: Measure;
}

/** Null where the list leaves the disbursement out. */
export function besideOf({ one, position, day, measure }: Seen, asked: AskedBeside): Beside | null {
  const from = beforeOf(one, position, asked, measure);
  if (from === null) return null;
  const { past_month, future_month } = asked;
  if (past_month === undefined && future_month === undefined) return from ? { from } : {};
  if (day < one.start) return null;
  const { start } = one;
  const seen = { one, measure, start, positionAt: (on: Day) => positionAt(one, on, measure) };
  const month = past_month === undefined ? null : pastMonthNamed(past_month, day);
  const past = month && pastFlowOf(seen, month);
  const future = future_month === undefined ? null : remainingOf(seen, day)?.months.get(future_month);
  if (!(past && isPastFlow(past)) && !(future && isFutureFlow(future))) return null;
  return {
    ...(from && { from }),
    ...(past && month && { past: { ...month, ...past } }),
    ...(future && future_month !== undefined && { future: { month: future_month, ...future } }),
  };
}

const isPastFlow = ({ due, received }: PastFlow): boolean =>
  [due, received].some((parts) => Object.values(parts).some((amount) => amount !== 0n));

const isFutureFlow = ({ due, unscheduled }: FutureFlow): boolean => due.total !== 0n || unscheduled !== 0n;

/** Why a list as of a day cannot have what is asked for; null where it can. */
export function refusedBeside(
  { changed_since, from_date, past_month, future_month }: AskedBeside,
  day: Day,
): string | null {
  const isLater = (one: Day | undefined) => one !== undefined && one > day;
  if (isLater(changed_since)) return "changed_since must not be after as_of_date";
  if (isLater(from_date)) return "from_date must not be after as_of_date";
  if (past_month !== undefined && pastMonthNamed(past_month, day) === null) {
    return "past_month must not be after the month of as_of_date";
  }
  if (future_month !== undefined && !isFutureMonth(future_month, day)) {
    return "future_month must have days after as_of_date";
  }
  return null;
}
