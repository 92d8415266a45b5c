import type { Calendar } from "../domain/core/calendar.ts";

const DAY_MS = 86_400_000;
const FIRST = "0001-01-01";
const LAST = "9999-12-31";

/** A way from a day to another: some days, some months, or to the first (-1) or last (1) day of its week. */
export interface CalendarMove {
  readonly days?: number;
  readonly months?: number;
  readonly weekEnd?: -1 | 1;
}

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`);
/** Within the years that the service knows. */
function dayOf(ms: number): string {
  if (ms < at(FIRST)) return FIRST;
  return ms > at(LAST) ? LAST : new Date(ms).toISOString().slice(0, 10);
}
/** 0 for Monday (ISO 8601). */
const weekday = (day: string): number => (new Date(at(day)).getUTCDay() + 6) % 7;

/** Where a move leads. A month later is the same day of it, or its last one. */
export function moved(day: string, { days = 0, months = 0, weekEnd }: CalendarMove): string {
  const steps = weekEnd === undefined ? days : weekEnd < 0 ? -weekday(day) : 6 - weekday(day);
  if (months === 0) return dayOf(at(day) + steps * DAY_MS);
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  const index = year * 12 + month - 1 + months;
  const [to, of] = [Math.floor(index / 12), (index % 12) + 1];
  if (to < 1) return FIRST;
  if (to > 9999) return LAST;
  const first = `${String(to).padStart(4, "0")}-${String(of).padStart(2, "0")}-01`;
  const next =
    of === 12 ? at(first) + 31 * DAY_MS : at(`${first.slice(0, 5)}${String(of + 1).padStart(2, "0")}-01`);
  return dayOf(Math.min(at(first) + (date - 1) * DAY_MS, next - DAY_MS));
}

/** The weeks of a day's month, Monday first, filled up with days of the months beside it. */
export function daysShown(day: string): readonly (readonly string[])[] {
  const first = `${day.slice(0, 8)}01`;
  const start = at(first) - weekday(first) * DAY_MS;
  const weeks = Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_, index) => start + (week * 7 + index) * DAY_MS)
      .filter((ms) => ms >= at(FIRST) && ms <= at(LAST))
      .map(dayOf),
  );
  return weeks.filter((week) => week.some((one) => one.startsWith(day.slice(0, 7))));
}

const month = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });
export const monthName = (day: string): string => month.format(at(day));

/** No time zone is further from UTC. */
const OFFSET_MAX_MS = 26 * 3_600_000;

/** The last millisecond of a day in a calendar, since 1970: the calendar changes its day at whole seconds. */
export function endOfDay(day: string, { dayAt }: Calendar): number {
  let within = at(day) - OFFSET_MAX_MS;
  let behind = at(day) + DAY_MS + OFFSET_MAX_MS;
  while (behind - within > 1000) {
    const middle = within + Math.floor((behind - within) / 2000) * 1000;
    if (dayAt(middle) <= day) within = middle;
    else behind = middle;
  }
  return within + 999;
}
