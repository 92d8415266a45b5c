import type { Day } from "./dates.ts";

const DAY_MS = 86_400_000;

/** The day after a day, which is not the last of the year 9999. */
const dayAfter = (day: Day): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);

/** True for the last day of a month. */
export const isLastOfMonth = (day: Day): boolean => dayAfter(day).endsWith("-01");

/** True for a day in a closed period. `closed_through` is its last day; null or undefined where none is closed. */
export const isClosed = (day: Day, closed_through: Day | null | undefined): boolean =>
  typeof closed_through === "string" && day <= closed_through;

/** The day itself, or the first open day for one in a closed period (docs/ledger.md#closed-periods). */
export const openDay = (day: Day, closed_through: Day | null | undefined): Day =>
  typeof closed_through === "string" && day <= closed_through ? dayAfter(closed_through) : day;
