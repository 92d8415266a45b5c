import type { Day } from "../core/dates.ts";
import type { CoveredInstallment } from "../position/coverage.ts";
import { atLeastZero, less, NOTHING, type Parts, plus, restOf } from "../position/parts.ts";
import { installmentsAt } from "../position/position.ts";
import type { PastMonth } from "./cash-months.ts";
import type { Positioned } from "./examined.ts";
import { periodOf } from "./months.ts";

/** What fell due and came in during a month that is past. */
export interface PastFlow {
  readonly due: Parts;
  readonly received: Parts;
  /** Of what fell due, covered at the end of the month. */
  readonly covered: Parts;
}

/** What will fall due, and principal that no row of a schedule covers. */
export interface FutureFlow {
  readonly due: Parts;
  readonly unscheduled: bigint;
}

export const NO_PAST_FLOW: PastFlow = { due: NOTHING, received: NOTHING, covered: NOTHING };
export const NO_FUTURE_FLOW: FutureFlow = { due: NOTHING, unscheduled: 0n };

export const plusPast = (a: PastFlow, b: PastFlow): PastFlow => ({
  due: plus(a.due, b.due),
  received: plus(a.received, b.received),
  covered: plus(a.covered, b.covered),
});

export const plusFuture = (a: FutureFlow, b: FutureFlow): FutureFlow => ({
  due: plus(a.due, b.due),
  unscheduled: a.unscheduled + b.unscheduled,
});

/**
 * What fell due, came in and was covered of a disbursement in a month, by its position at the month's end. What is dated
 * before the start counts with it.
 */
export function pastFlowOf(one: Positioned, { to, before }: PastMonth): PastFlow {
  if (to < one.start) return NO_PAST_FLOW;
  const isFirst = before < one.start;
  const from = isFirst ? "" : before;
  let [due, covered] = [NOTHING, NOTHING];
  for (const row of installmentsAt(one.one, to, one.measure)) {
    if (row.due > to || row.due <= from) continue;
    due = plus(due, row);
    covered = plus(covered, coveredParts(row));
  }
  const { received } = one.positionAt(to);
  return { due, covered, received: isFirst ? received : less(received, one.positionAt(before).received) };
}

/** What money covers of a row: the fee before the principal. */
const coveredParts = (row: CoveredInstallment): Parts => less(row, restOf(row, row.covered));

/** What is still to come of a disbursement. */
interface Remaining {
  readonly outstanding: bigint;
  /** What is not covered of rows due up to the day, and principal without a row that should have been paid by then. */
  readonly overdue: FutureFlow;
  /** What falls due later, by month. */
  readonly months: ReadonlyMap<string, FutureFlow>;
  readonly over_scheduled: bigint;
}

/** What is still to come after a day; null of a disbursement that is pending, repaid or written off on it. */
export function remainingOf(one: Positioned, day: Day): Remaining | null {
  const { bucket, outstanding_principal: outstanding } = one.positionAt(day);
  if (bucket === null) return null;
  const months = new Map<string, FutureFlow>();
  let overdue = NO_FUTURE_FLOW;
  const add = (on: Day, flow: FutureFlow): void => {
    const month = periodOf(on, "month");
    if (on <= day) overdue = plusFuture(overdue, flow);
    else months.set(month, plusFuture(months.get(month) ?? NO_FUTURE_FLOW, flow));
  };
  let scheduled = 0n;
  for (const row of installmentsAt(one.one, day, one.measure)) {
    const open = restOf(row, row.covered);
    scheduled += open.principal;
    add(row.due, { due: open, unscheduled: 0n });
  }
  add(one.one.agreementAt(day).maturity ?? day, {
    due: NOTHING,
    unscheduled: atLeastZero(outstanding - scheduled),
  });
  return { outstanding, overdue, months, over_scheduled: atLeastZero(scheduled - outstanding) };
}
