import type { Day } from "../../domain/core/dates.ts";

const firstOfMonth = (year: number, month: number): string =>
  new Date(Date.UTC(year, month - 1, 1)).toISOString().slice(0, 10);
const lastOfMonth = (year: number, month: number): string =>
  new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);

/** The last days of the `most` months that have ended before `day`, the latest first. */
export function monthEndsBefore(day: Day, most: number): readonly Day[] {
  const [year = 0, month = 0] = day.split("-").map(Number);
  const ends = Array.from({ length: most + 1 }, (_, back) => lastOfMonth(year, month - back));
  return ends.filter((end) => end < day).slice(0, most);
}

/** The `most` months up to the one of `day` as `YYYY-MM`, the latest first. */
export function monthsUpTo(day: Day, most: number): readonly string[] {
  const [year = 0, month = 0] = day.split("-").map(Number);
  return Array.from({ length: most }, (_, back) => firstOfMonth(year, month - back).slice(0, 7));
}
