import { type Day, monthEnds } from "../position/days.ts";

/** A month, as `2026-01`. */
export type Month = string;

export const monthOf = (day: Day): Month => day.slice(0, "YYYY-MM".length);

/** A month of which something is known up to a day: its last one, or an earlier one. */
export interface PastMonth {
  readonly month: Month;
  /** The last day that counts. */
  readonly to: Day;
  /** The last day of the month before. */
  readonly before: Day;
}

/** The last `count` months that ended by a day, the earliest first, then the day's own month up to it. */
export function pastMonths(day: Day, count: number): readonly PastMonth[] {
  const [last = "", ...others] = monthEnds(day, count + 1);
  const ends = last === day ? [last, ...others].slice(0, count) : [day, last, ...others].slice(0, count + 1);
  return ends.reverse().map((to) => ({ month: monthOf(to), to, before: dayBefore(`${monthOf(to)}-01`) }));
}

/** `count` months from that of the day after a day on. */
export function futureMonths(day: Day, count: number): readonly Month[] {
  const first = monthOf(dayAfter(day));
  const [year, month] = [Number(first.slice(0, 4)), Number(first.slice(5))];
  return Array.from({ length: count }, (_, index) => {
    const months = year * 12 + month - 1 + index;
    return `${String(Math.floor(months / 12)).padStart(4, "0")}-${String((months % 12) + 1).padStart(2, "0")}`;
  });
}

const DAY_MS = 86_400_000;
const shifted = (day: Day, days: number): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, "YYYY-MM-DD".length);
const dayBefore = (day: Day): Day => shifted(day, -1);
const dayAfter = (day: Day): Day => shifted(day, 1);
