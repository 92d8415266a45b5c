/** Calendar days as `YYYY-MM-DD`, in UTC; their text order is their order in time. */
export type SampleDay = string;

const DAY_MS = 86_400_000;

const dayOf = (ms: number): SampleDay => new Date(ms).toISOString().slice(0, 10);

export const addDays = (day: SampleDay, days: number): SampleDay => dayOf(Date.parse(day) + days * DAY_MS);

/** The same day of a later month, or that month's last day if it has no such day. */
export function addMonths(day: SampleDay, months: number): SampleDay {
  const date = new Date(Date.parse(day));
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return dayOf(Date.UTC(year, month, Math.min(date.getUTCDate(), last)));
}
