import type { StoredDate } from "../../domain/core/dates.ts";

/** One end of a date range, for a column that holds a stored date (text) or milliseconds since 1970 (number). */
export interface DateBound {
  readonly column: string;
  readonly operator: ">=" | "<" | "<=";
  readonly value: string | number;
}

const DAY_MS = 86_400_000;
const isInstant = (date: StoredDate) => date.includes("T");

/** The first moment of the range. A date is its own first moment, so midnight must let the bare date in. */
const firstMoment = (start: StoredDate) => start.replace(/T00:00:00$/, "");

/** Past every moment of the day and before the next one in text order, also on 9999-12-31. */
const pastTheDay = (end: StoredDate) => `${end}T24`;

/** True when no moment lies between the two; a date-only end lasts the whole day. */
export function isEmptyRange(start: StoredDate, end: StoredDate): boolean {
  const first = firstMoment(start);
  return isInstant(end) ? first > end : first >= pastTheDay(end);
}

/** Bounds of a column that holds stored dates; both ends are inclusive (docs/api.md#lookups). */
export function dateBounds(
  column: string,
  start: StoredDate | undefined,
  end: StoredDate | undefined,
): DateBound[] {
  const bounds: DateBound[] = [];
  if (start !== undefined) bounds.push({ column, operator: ">=", value: firstMoment(start) });
  if (end !== undefined) {
    bounds.push(
      isInstant(end)
        ? { column, operator: "<=", value: end }
        : { column, operator: "<", value: pastTheDay(end) },
    );
  }
  return bounds;
}

/**
 * Bounds of a column that holds milliseconds since 1970; both ends are inclusive. A start finer than a millisecond is
 * rounded up and an end down: no whole millisecond lies in between.
 */
export function instantBounds(
  column: string,
  start: StoredDate | undefined,
  end: StoredDate | undefined,
): DateBound[] {
  const bounds: DateBound[] = [];
  if (start !== undefined) {
    const finer = /\.\d{3}\d*[1-9]/.test(start);
    bounds.push({ column, operator: ">=", value: wholeMs(start) + (finer ? 1 : 0) });
  }
  if (end !== undefined) {
    bounds.push(
      isInstant(end)
        ? { column, operator: "<=", value: wholeMs(end) }
        : { column, operator: "<", value: wholeMs(end) + DAY_MS },
    );
  }
  return bounds;
}

/** Milliseconds since 1970, the rest of the fraction cut off. */
function wholeMs(date: StoredDate): number {
  if (!isInstant(date)) return Date.parse(`${date}T00:00:00Z`);
  const [second = "", fraction = ""] = date.split(".");
  return Date.parse(`${second}Z`) + Number(fraction.slice(0, 3).padEnd(3, "0"));
}
