import type { Day } from "../core/dates.ts";

export type { Day } from "../core/dates.ts";

const DAY_MS = 86_400_000;

const dayNumber = (day: Day): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS;

/** Days from `from` to `to`: 1 from a day to the next, negative when `to` lies before `from`. */
export const daysBetween = (from: Day, to: Day): number => dayNumber(to) - dayNumber(from);

/** Days from the due day of an installment to the day on which it was covered, or else to `day`; 0 if not late. */
export function daysLate(
  { due, total, paid_on }: { readonly due: Day; readonly total: bigint; readonly paid_on: Day | null },
  day: Day,
): number {
  return total === 0n ? 0 : Math.max(0, daysBetween(due, paid_on ?? day));
}

/** The last `count` month ends up to `day`, the latest first. `day` is included when it ends its month. */
export function monthEnds(day: Day, count: number): readonly Day[] {
  const [year, month] = [Number(day.slice(0, 4)), Number(day.slice(5, 7))];
  const ends: Day[] = [];
  for (let back = 0; ends.length < count; back += 1) {
    const end = lastDayOf(year, month - back);
    if (end < "0001-01-01") break;
    if (end <= day) ends.push(end);
  }
  return ends;
}

/** `month` counts from 1; 0 or less means a month of an earlier year. */
function lastDayOf(year: number, month: number): Day {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.toISOString().slice(0, 10);
}
