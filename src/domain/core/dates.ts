import { err, ok, type Result } from "./result.ts";

/**
 * A stored date: `YYYY-MM-DD`, or a UTC instant `YYYY-MM-DDTHH:mm:ss[.fraction]` without the final `Z` and
 * without trailing zeros in the fraction. Written so, text order is time order, a date being its own first moment.
 */
export type StoredDate = string;

/** A calendar day, `YYYY-MM-DD`; text order is time order. */
export type Day = string;

const DAY_CHARACTERS = 10;
const TIMESTAMP =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const MINUTE_MS = 60_000;

/**
 * Reads a calendar date or an RFC 3339 timestamp with an offset (docs/api.md#ingest). A date stays a date; a timestamp
 * becomes UTC and keeps its fraction, to the nanosecond. The error is a sentence for the field's message.
 */
export function parseDate(text: string): Result<StoredDate, string> {
  if (isCalendarDate(text)) return ok(text);
  const match = TIMESTAMP.exec(text);
  const [, date = "", hour, minute, second, fraction = "", sign, offsetHour = "0", offsetMinute = "0"] =
    match ?? [];
  if (!match || !isCalendarDate(date)) {
    return err(
      "must be a real date YYYY-MM-DD, or an RFC 3339 timestamp with an offset and at most 9 decimals of a second",
    );
  }
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * MINUTE_MS;
  const local = Date.parse(`${date}T${hour}:${minute}:${second}Z`);
  const utc = new Date(sign === "-" ? local + offset : local - offset);
  const year = utc.getUTCFullYear();
  if (year < 1 || year > 9999) return err("must be in the years 0001 to 9999 in UTC");
  const digits = fraction.replace(/0+$/, "");
  return ok(utc.toISOString().slice(0, 19) + (digits === "" ? "" : `.${digits}`));
}

/** True for a date `YYYY-MM-DD` that the Gregorian calendar has, in the years 0001 to 9999. */
export function isCalendarDate(text: string): boolean {
  if (text.length !== DAY_CHARACTERS || text.startsWith("0000")) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString() === `${text}T00:00:00.000Z`;
}

/** A stored date as the API writes it: an instant gets its `Z` back. */
export function renderDate(stored: StoredDate): string {
  return stored.includes("T") ? `${stored}Z` : stored;
}

/** True when `earlier` lies before `later`; by day when either is a date only. */
export function isBefore(earlier: StoredDate, later: StoredDate): boolean {
  // An instant sorts after its own day already.
  return earlier < (earlier.includes("T") ? later : later.slice(0, DAY_CHARACTERS));
}

/** The instant of an event (milliseconds since 1970) as a stored date. */
export function storedInstant(ms: number): StoredDate {
  return new Date(ms).toISOString().replace(/(?:\.000|0*)Z/, "");
}
