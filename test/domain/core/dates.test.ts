import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isBefore,
  isCalendarDate,
  parseDate,
  renderDate,
  storedInstant,
} from "../../../src/domain/core/dates.ts";

const read = (text: string) => {
  const result = parseDate(text);
  if (!result.ok) throw new Error(`refused: ${result.error}`);
  return result.value;
};

const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(1900, 0, 1);
const LAST_MS = Date.UTC(2200, 0, 1);
const instant = fc.integer({ min: FIRST_MS, max: LAST_MS });

/** The same instant as somebody else's clock shows it. */
function withOffset(ms: number, minutes: number): string {
  const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1);
  const two = (value: number) => String(value).padStart(2, "0");
  const size = Math.abs(minutes);
  return `${local}${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

describe("parseDate", () => {
  it.each([
    ["2024-11-20", "2024-11-20"],
    ["2024-02-29", "2024-02-29"],
    ["0001-01-01", "0001-01-01"],
    ["9999-12-31", "9999-12-31"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00"],
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59"],
    ["2024-10-20T12:34:56Z", "2024-10-20T12:34:56"],
    ["2024-10-20t12:34:56z", "2024-10-20T12:34:56"],
    ["2024-10-20T12:34:56+00:00", "2024-10-20T12:34:56"],
    ["2024-10-20T12:34:56-00:00", "2024-10-20T12:34:56"],
    ["2024-10-20T00:30:00+02:00", "2024-10-19T22:30:00"],
    ["2024-12-31T23:30:00-01:00", "2025-01-01T00:30:00"],
    ["2024-10-20T12:34:56.5Z", "2024-10-20T12:34:56.5"],
    ["2024-10-20T12:34:56.500Z", "2024-10-20T12:34:56.5"],
    ["2024-10-20T12:34:56.000Z", "2024-10-20T12:34:56"],
    ["2024-10-20T12:34:56.123456789Z", "2024-10-20T12:34:56.123456789"],
    ["2024-10-20T12:34:56.123456789+05:30", "2024-10-20T07:04:56.123456789"],
  ])("keeps %s as %s", (text, stored) => {
    expect(read(text)).toBe(stored);
  });

  it.each([
    "2024-02-30",
    "2023-02-29",
    "1900-02-29",
    "2024-04-31",
    "2024-13-01",
    "2024-00-10",
    "2024-01-00",
    "2024-01-32",
    "0000-01-01",
    "2024-1-1",
    "24-01-01",
    "20240101",
    "2024-W10-1",
    "2024-060",
    "2024-10",
    "+002024-10-20",
    "+010000-01-01",
    "x2024-10-20T12:34:56Z",
    "2024-10-20T12:34:56Zx",
    "2024-10-20T12:34:56+02:00:00",
    "2024-10-20T12:34:56",
    "2024-10-20T12:34Z",
    "2024-10-20T24:00:00Z",
    "2024-10-20T12:60:00Z",
    "2024-10-20T12:34:61Z",
    "2024-10-20T12:34:56+24:00",
    "2024-10-20T12:34:56+0200",
    "2024-10-20T12:34:56+02",
    "2024-10-20 12:34:56Z",
    "2024-10-20T12:34:56.Z",
    "2024-10-20T12:34:56,5Z",
    "2024-02-30T00:00:00Z",
    "Oct 20 2024",
    "1729427696",
    "today",
    "",
    " 2024-10-20",
    "2024-10-20\n",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "\u0662\u0660\u0662\u0664-10-20",
  ])("refuses %j", (text) => {
    expect(parseDate(text).ok).toBe(false);
  });

  it("reads an instant alike with any offset", () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: -23 * 60, max: 23 * 60 }), (ms, minutes) => {
        expect(read(withOffset(ms, minutes))).toBe(storedInstant(ms));
      }),
    );
  });

  it("never applies an offset to a date without a time", () => {
    fc.assert(
      fc.property(instant, (ms) => {
        const day = new Date(ms).toISOString().slice(0, 10);
        expect(read(day)).toBe(day);
      }),
    );
  });
});

describe("stored dates", () => {
  it("sort as text in the order of time", () => {
    fc.assert(
      fc.property(instant, instant, (left, right) => {
        expect(storedInstant(left) < storedInstant(right)).toBe(left < right);
      }),
    );
  });

  it("sort as text in the order of time below the millisecond too", () => {
    const fraction = fc.stringMatching(/^\d{1,9}$/);
    fc.assert(
      fc.property(fraction, fraction, (left, right) => {
        const [a, b] = [left, right].map((digits) => read(`2024-10-20T12:34:56.${digits}Z`)) as [
          string,
          string,
        ];
        expect(a < b).toBe(Number(left.padEnd(9, "0")) < Number(right.padEnd(9, "0")));
      }),
    );
  });

  it("sort a day before all its moments and after all moments of the day before", () => {
    fc.assert(
      fc.property(instant, (ms) => {
        const moment = storedInstant(ms);
        const day = moment.slice(0, 10);
        const nextDay = new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
        expect(day < moment).toBe(true);
        expect(moment < nextDay).toBe(true);
      }),
    );
  });

  it("are rendered in a form that parseDate reads back", () => {
    fc.assert(
      fc.property(instant, (ms) => {
        const stored = storedInstant(ms);
        expect(read(renderDate(stored))).toBe(stored);
        expect(Date.parse(renderDate(stored))).toBe(ms);
      }),
    );
    expect(renderDate("2024-10-20")).toBe("2024-10-20");
  });
});

describe("isBefore", () => {
  it.each([
    ["2024-10-20", "2024-10-21", true],
    ["2024-10-20", "2024-10-20", false],
    ["2024-10-21", "2024-10-20", false],
    ["2024-10-20T12:00:00", "2024-10-20T12:00:01", true],
    ["2024-10-20T12:00:00", "2024-10-20T12:00:00.1", true],
    ["2024-10-20T12:00:00", "2024-10-20T12:00:00", false],
    ["2024-10-20", "2024-10-20T12:00:00", false],
    ["2024-10-20T12:00:00", "2024-10-20", false],
    ["2024-10-19T23:59:59", "2024-10-20", true],
  ])("%s before %s: %s; a date without a time is compared by day", (earlier, later, expected) => {
    expect(isBefore(earlier, later)).toBe(expected);
  });
});

describe("isCalendarDate", () => {
  it("knows exactly the days of the Gregorian calendar", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, day) => {
          const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
          const days = [0, 31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0][month] ?? 0;
          const two = (value: number) => String(value).padStart(2, "0");
          const text = `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
          expect(isCalendarDate(text)).toBe(day >= 1 && day <= days);
        },
      ),
    );
  });
});
