import type { Day } from "../position/days.ts";
import { endOf, monthOf, periodOf } from "./months.ts";

/** A month of which something is known up to a day: its last one, or an earlier one. */
export interface PastMonth {
  readonly month: string;
  /** The last day that counts. */
  readonly to: Day;
  /** The last day of the month before. */
  readonly before: Day;
}

/** The months that days can lie in. */
const FIRST = monthOf("0000-01-01");
const LAST = monthOf("9999-12-31");

/** Some months in a row. */
const inARow = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index).filter((one) => FIRST < one && one <= LAST);

const isEndOfMonth = (day: Day): boolean => endOf(monthOf(day)) === day;

/** The last `count` months that ended by a day, the earliest first, then the day's own month up to it. */
export function pastMonths(day: Day, count: number): readonly PastMonth[] {
  const own = monthOf(day);
  const months = isEndOfMonth(day) ? inARow(own - count + 1, count) : inARow(own - count, count + 1);
  return months.map((month) => pastMonth(month, day));
}

/** A month up to a day: that of the day, or an earlier one. */
function pastMonth(month: number, day: Day): PastMonth {
  const to = month === monthOf(day) ? day : endOf(month);
  return { month: periodOf(to, "month"), to, before: endOf(month - 1) };
}

/** The month with a name, up to a day; null where it lies after the day. */
export function pastMonthNamed(name: string, day: Day): PastMonth | null {
  const month = monthOf(`${name}-01`);
  return month <= monthOf(day) ? pastMonth(month, day) : null;
}

/** Whether the month with a name has days after a day. */
export const isFutureMonth = (name: string, day: Day): boolean => endOf(monthOf(`${name}-01`)) > day;

/** `count` months from that of the day after a day on, as `2026-01`. */
export function futureMonths(day: Day, count: number): readonly string[] {
  const first = monthOf(day) + (isEndOfMonth(day) ? 1 : 0);
  return inARow(first, count).map((month) => periodOf(endOf(month), "month"));
}
