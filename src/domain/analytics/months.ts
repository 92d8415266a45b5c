import type { Day } from "../core/dates.ts";

/** Calendar months in a row, counted from the year 0. */
type Month = number;

export const monthOf = (day: Day): Month => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;

/** The last day of a month of the years 0 to 9999. */
export function endOf(month: Month): Day {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(month / 12), (month % 12) + 1, 0);
  return date.toISOString().slice(0, 10);
}

export const PERIODS = ["month", "quarter", "year"] as const;
export type Period = (typeof PERIODS)[number];

const MONTHS: Readonly<Record<Period, number>> = { month: 1, quarter: 3, year: 12 };

/** The last month of the period in which a day lies. */
export function lastMonthOf(day: Day, period: Period): Month {
  const months = MONTHS[period];
  return Math.floor(monthOf(day) / months) * months + months - 1;
}

/** The name of the period in which a day lies: `2026-01`, `2026-Q1` or `2026`. */
export function periodOf(day: Day, period: Period): string {
  const year = day.slice(0, "YYYY".length);
  if (period === "year") return year;
  const month = day.slice(0, "YYYY-MM".length);
  return period === "month" ? month : `${year}-Q${Math.ceil(Number(month.slice(-2)) / 3)}`;
}
