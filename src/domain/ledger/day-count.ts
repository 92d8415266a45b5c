/** Day count conventions of the 2006 ISDA Definitions, section 4.16: (d), (e), (b) and (f). */
export const DAY_COUNT_CONVENTIONS = ["ACT_365", "ACT_360", "ACT_ACT", "30_360"] as const;
export type DayCountConvention = (typeof DAY_COUNT_CONVENTIONS)[number];

/** A part of a year, exactly. */
interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const DAY_MS = 86_400_000;

function calendarDay(date: string): CalendarDay {
  const [year, month, day] = date.split("-").map(Number) as [number, number, number];
  return { year, month, day };
}

/** Milliseconds since 1970-01-01. A year below 100 is taken literally (`Date.UTC` would add 1900). */
const midnight = ({ year, month, day }: CalendarDay): number =>
  new Date(0).setUTCFullYear(year, month - 1, day);

/** Days since 1970-01-01. */
const dayNumber = (day: CalendarDay): number => midnight(day) / DAY_MS;

const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/**
 * The part of a year from `from` (included) to `to` (excluded), both `YYYY-MM-DD` and `from` not after `to`. Day by day
 * as over a longer period: under 30/360 the day from the 30th to the 31st counts 0, and the one from 28 February to
 * 1 March counts 3, so that each month is 30.
 */
export function yearFraction(convention: DayCountConvention, from: string, to: string): Fraction {
  const [start, end] = [calendarDay(from), calendarDay(to)];
  const days = dayNumber(end) - dayNumber(start);
  switch (convention) {
    case "ACT_365":
      return { numerator: BigInt(days), denominator: 365n };
    case "ACT_360":
      return { numerator: BigInt(days), denominator: 360n };
    case "ACT_ACT":
      return actualOverActual(start, end);
    case "30_360":
      return { numerator: BigInt(thirtyDayMonths(start, end)), denominator: 360n };
  }
}

/** 4.16(b): the days in leap years over 366 plus the other days over 365. */
function actualOverActual(start: CalendarDay, end: CalendarDay): Fraction {
  let [inLeapYears, others] = [0, 0];
  for (let { year } = start; year <= end.year; year += 1) {
    const first = year === start.year ? dayNumber(start) : dayNumber({ year, month: 1, day: 1 });
    const last = year === end.year ? dayNumber(end) : dayNumber({ year: year + 1, month: 1, day: 1 });
    if (isLeap(year)) inLeapYears += last - first;
    else others += last - first;
  }
  if (inLeapYears === 0) return { numerator: BigInt(others), denominator: 365n };
  if (others === 0) return { numerator: BigInt(inLeapYears), denominator: 366n };
  return { numerator: BigInt(inLeapYears * 365 + others * 366), denominator: 365n * 366n };
}

/** 4.16(f): the 31st counts as the 30th: always as the first day, and as the last if the first is the 30th or 31st. */
function thirtyDayMonths(start: CalendarDay, end: CalendarDay): number {
  const first = Math.min(start.day, 30);
  const last = end.day === 31 && first > 29 ? 30 : end.day;
  return 360 * (end.year - start.year) + 30 * (end.month - start.month) + (last - first);
}

/** The day after `date`. */
export function nextDay(date: string): string {
  const { year, month, day } = calendarDay(date);
  const next = new Date(midnight({ year, month, day: day + 1 }));
  const pad = (value: number, digits: number) => String(value).padStart(digits, "0");
  return `${pad(next.getUTCFullYear(), 4)}-${pad(next.getUTCMonth() + 1, 2)}-${pad(next.getUTCDate(), 2)}`;
}
