import { calendarOf } from "../core/calendar.ts";
import { openDay } from "../core/closed-period.ts";
import type { Day } from "../core/dates.ts";
import type { Stamp } from "../core/event.ts";

/** What the day of a command depends on, besides its members and the entry that it names. */
export type Clock = Pick<Stamp, "now" | "settings" | "closed_through">;

/** The present day in the tenant's time zone. */
const todayOf = ({ now, settings }: Clock): Day => calendarOf(settings.time_zone).dayAt(now);

/**
 * The day of a reversal: the one that was asked for, or else the latest of today, the day of the entry, and the first open
 * day. `entryDay` is the latest day of what it takes back.
 */
export function reversalDay(asked: Day | null, entryDay: Day, clock: Clock): Day {
  if (asked !== null) return asked;
  const today = todayOf(clock);
  return openDay(today < entryDay ? entryDay : today, clock.closed_through);
}

/** The days from which a load reads books before it knows the tenant's clock. */
export interface Presumed {
  /** Today where it is earliest on earth: books from an earlier day do no harm. */
  readonly earliest: Day;
  /** Today in the time zone that the gate remembers. What is decided on this day alone is loaded again if it is another. */
  readonly today: Day;
}

const HALF_A_DAY_MS = 43_200_000;

/** The days to presume at `now`, in milliseconds since 1970. */
export const presumedDays = (now: number, settings: Stamp["settings"]): Presumed => ({
  earliest: new Date(now - HALF_A_DAY_MS).toISOString().slice(0, 10),
  today: todayOf({ now, settings }),
});
