import type { Day } from "../core/dates.ts";

const DAYS_MAX = 2_000;
const DAYS_MIN = 20;
/** Payments that are examined for all days together (docs/portfolio.md#a-position). */
const EXAMINED_MAX = 500_000;

/** The most days of a series: fewer with very many payments. */
export const daysMax = (payments: number): number =>
  Math.max(DAYS_MIN, Math.min(DAYS_MAX, Math.floor(EXAMINED_MAX / payments)));

/** The days in their order, or as many of them as `most`, the first and the last among them. */
export function evenly(some: Iterable<Day>, most: number): readonly Day[] {
  const days = [...some].sort();
  if (days.length <= most) return days;
  const apart = (days.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => days[Math.round(index * apart)] ?? "");
}
