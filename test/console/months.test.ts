import { describe, expect, it } from "vitest";
import { monthEndsBefore, monthsUpTo } from "../../src/console/books/months.ts";

describe("the months that the books offer", () => {
  it.each([
    ["2026-11-30", ["2026-10-31", "2026-09-30"]],
    ["2026-12-01", ["2026-11-30", "2026-10-31"]],
    ["2028-03-01", ["2028-02-29", "2028-01-31"]],
    ["2027-03-01", ["2027-02-28", "2027-01-31"]],
    ["2027-01-15", ["2026-12-31", "2026-11-30"]],
  ])("are, before %s, closed through %j", (day, ends) => {
    expect(monthEndsBefore(day, 2)).toEqual(ends);
  });

  it("run up to the month of the day, over the end of a year", () => {
    expect(monthsUpTo("2027-02-28", 4)).toEqual(["2027-02", "2027-01", "2026-12", "2026-11"]);
  });
});
