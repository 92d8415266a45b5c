/** Calendar days as `YYYY-MM-DD`, in UTC; their text order is their order in time. */
export type Day = string;

const DAY_MS = 86_400_000;

const dayOf = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

export const addDays = (day: Day, days: number): Day => dayOf(Date.parse(day) + days * DAY_MS);

/** The same day of a later month, or that month's last day if it has no such day. */
export function addMonths(day: Day, months: number): Day {
  const date = new Date(Date.parse(day));
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return dayOf(Date.UTC(year, month, Math.min(date.getUTCDate(), last)));
}
