import { describe, expect, it } from "vitest";
import { calendarOf, isTimeZone, UTC } from "../../../src/domain/core/calendar.ts";

describe("the calendar of a time zone", () => {
  it.each([
    ["UTC", "2026-01-31T23:59:59.999", "2026-01-31"],
    ["Asia/Tokyo", "2026-01-31T14:59:59.999", "2026-01-31"],
    ["Asia/Tokyo", "2026-01-31T15:00:00", "2026-02-01"],
    ["America/New_York", "2026-02-01T04:59:59", "2026-01-31"],
    ["America/New_York", "2026-07-01T04:00:00", "2026-07-01"],
    ["Asia/Kathmandu", "2026-01-31T18:14:59", "2026-01-31"],
    ["Asia/Kathmandu", "2026-01-31T18:15:00", "2026-02-01"],
    // The clocks of Newfoundland went back at one minute past midnight.
    ["America/St_Johns", "1990-10-28T02:30:30", "1990-10-28"],
    ["America/St_Johns", "1990-10-28T02:31:00", "1990-10-27"],
    // Samoa left out a day.
    ["Pacific/Apia", "2011-12-30T09:59:59", "2011-12-29"],
    ["Pacific/Apia", "2011-12-30T10:00:00", "2011-12-31"],
    ["America/New_York", "0001-01-01T00:00:00", "0001-01-01"],
    ["Asia/Tokyo", "9999-12-31T23:00:00", "9999-12-31"],
    ["Asia/Tokyo", "0987-03-01T12:00:00", "0987-03-01"],
  ])("in %s, %sZ is on %s", (zone, instant, day) => {
    expect(calendarOf(zone).dayOf(instant)).toBe(day);
    expect(calendarOf(zone).dayAt(Date.parse(`${instant}Z`))).toBe(day);
  });

  it("leaves a date as it is, in every zone", () => {
    for (const zone of ["UTC", "Asia/Tokyo"]) expect(calendarOf(zone).dayOf("2026-02-01")).toBe("2026-02-01");
  });

  it("is made once", () => {
    expect(calendarOf("Asia/Tokyo")).toBe(calendarOf("Asia/Tokyo"));
    expect(calendarOf("UTC")).toBe(UTC);
  });

  it.each([
    ["Asia/Tokyo", true],
    ["UTC", true],
    ["+09:00", false],
    ["Mars/Olympus", false],
    ["", false],
  ])("%j names one: %s", (name, isZone) => {
    expect(isTimeZone(name)).toBe(isZone);
  });
});
