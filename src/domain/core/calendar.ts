import type { Day, StoredDate } from "./dates.ts";

/** Gives the calendar day of dates and instants in one time zone (docs/portfolio.md#days). */
export interface Calendar {
  readonly time_zone: string;
  /** A date is its own day. An instant lies in the day that its time zone has then. */
  readonly dayOf: (date: StoredDate) => Day;
  /** The day of an instant in milliseconds since 1970. */
  readonly dayAt: (ms: number) => Day;
}

/** The calendar of UTC: a stored instant begins with its day. */
export const UTC: Calendar = {
  time_zone: "UTC",
  dayOf: (date) => date.slice(0, 10),
  dayAt: (ms) => new Date(ms).toISOString().slice(0, 10),
};

const FIRST_DAY: Day = "0001-01-01";
const LAST_DAY: Day = "9999-12-31";
/** `Intl` takes microseconds for an instant, and a tape repeats its instants: midnight of a day, for example. */
const REMEMBERED_MAX = 20_000;

const calendars = new Map<string, Calendar>([[UTC.time_zone, UTC]]);

/** True for a name that `Intl` knows and that is no offset. */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && formatIn(name) !== null;
}

/** The calendar of a time zone for which `isTimeZone` is true. It is made once. */
export function calendarOf(time_zone: string): Calendar {
  const known = calendars.get(time_zone);
  if (known) return known;
  const format = formatIn(time_zone);
  if (format === null) throw new RangeError("calendarOf needs a time zone that Intl knows");
  const made = calendarBy(time_zone, format);
  calendars.set(time_zone, made);
  return made;
}

function formatIn(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  } catch {
    return null;
  }
}

function calendarBy(time_zone: string, format: Intl.DateTimeFormat): Calendar {
  const remembered = new Map<string, Day>();
  const dayOfSecond = (second: string): Day => {
    const known = remembered.get(second);
    if (known) return known;
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    const day = shownDay(format, second);
    remembered.set(second, day);
    return day;
  };
  return {
    time_zone,
    dayOf: (date) => (date.includes("T") ? dayOfSecond(date.slice(0, 19)) : date),
    dayAt: (ms) => dayOfSecond(new Date(ms).toISOString().slice(0, 19)),
  };
}

/** Days beyond the years 0001 to 9999 become the first or the last of them. */
function shownDay(format: Intl.DateTimeFormat, second: string): Day {
  const [month = "", day = "", year = ""] = format.format(Date.parse(`${second}Z`)).split("/");
  if (second.startsWith(FIRST_DAY) && month === "12") return FIRST_DAY;
  if (year.length > 4) return LAST_DAY;
  return `${year.padStart(4, "0")}-${month}-${day}`;
}
