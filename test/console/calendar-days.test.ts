import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysShown, endOfDay, moved } from "../../src/console/calendar-days.ts";
import { calendarOf } from "../../src/domain/core/calendar.ts";

const day = fc
  .integer({
    min: Date.parse("0001-01-01T00:00:00Z") / 86_400_000,
    max: Date.parse("9999-12-31T00:00:00Z") / 86_400_000,
  })
  .map((number) => new Date(number * 86_400_000).toISOString().slice(0, 10));

describe("a move in the calendar", () => {
  it.each([
    ["2026-01-31", { months: 1 }, "2026-02-28"],
    ["2028-01-31", { months: 1 }, "2028-02-29"],
    ["2026-03-31", { months: -1 }, "2026-02-28"],
    ["2026-12-31", { months: 1 }, "2027-01-31"],
    ["2028-02-29", { months: 12 }, "2029-02-28"],
    ["2026-12-31", { days: 1 }, "2027-01-01"],
    ["2026-03-01", { days: -1 }, "2026-02-28"],
    ["2026-09-30", { weekEnd: -1 }, "2026-09-28"],
    ["2026-09-30", { weekEnd: 1 }, "2026-10-04"],
    ["2026-10-04", { weekEnd: 1 }, "2026-10-04"],
    ["0001-01-01", { days: -1 }, "0001-01-01"],
    ["0001-01-15", { months: -1 }, "0001-01-01"],
    ["9999-12-31", { months: 12 }, "9999-12-31"],
  ] as const)("from %s by %j is to %s", (from, move, to) => {
    expect(moved(from, move)).toBe(to);
  });

  it("by a month keeps the day of the month, or is to the month's last one", () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -30, max: 30 }), (from, months) => {
        const to = moved(from, { months });
        if (to === "0001-01-01" || to === "9999-12-31") return;
        const index = (one: string) => Number(one.slice(0, 4)) * 12 + Number(one.slice(5, 7));
        expect(index(to) - index(from)).toBe(months);
        const kept = to.slice(8) === from.slice(8);
        const isLast = moved(to, { days: 1 }).slice(8) === "01";
        expect(kept || (isLast && to.slice(8) < from.slice(8))).toBe(true);
      }),
    );
  });
});

describe("the days of a month", () => {
  it("are whole weeks from Monday on, with every day of the month once", () => {
    fc.assert(
      fc.property(day, (one) => {
        const weeks = daysShown(one);
        const inMonth = weeks.flat().filter((shown) => shown.startsWith(one.slice(0, 7)));
        expect(inMonth[0]?.slice(8)).toBe("01");
        expect(inMonth).toHaveLength(Number(inMonth.at(-1)?.slice(8)));
        expect(inMonth).toContain(one);
        expect(new Set(weeks.flat()).size).toBe(weeks.flat().length);
        for (const week of weeks.slice(1, -1)) expect(week).toHaveLength(7);
      }),
    );
  });

  it("of September 2026 begin on Tuesday", () => {
    expect(daysShown("2026-09-30").map((week) => week[0])).toEqual([
      "2026-08-31",
      "2026-09-07",
      "2026-09-14",
      "2026-09-21",
      "2026-09-28",
    ]);
  });
});

describe("the end of a day in a time zone", () => {
  it.each([
    ["2026-09-30", "UTC", "2026-09-30T23:59:59.999Z"],
    ["2026-09-30", "Pacific/Kiritimati", "2026-09-30T09:59:59.999Z"],
    ["2026-09-30", "Pacific/Pago_Pago", "2026-10-01T10:59:59.999Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-29T21:59:59.999Z"],
    ["2026-10-25", "Europe/Berlin", "2026-10-25T22:59:59.999Z"],
  ])("%s in %s is %s", (of, zone, end) => {
    expect(new Date(endOfDay(of, calendarOf(zone))).toISOString()).toBe(end);
  });
});
