import { describe, expect, it } from "vitest";
import { endOf, lastMonthOf, monthOf, periodOf } from "../../../src/domain/analytics/months.ts";

describe("the months of reports", () => {
  it.each([
    ["2026-01-01", "2026-01", "2026-Q1", "2026", ["2026-01-31", "2026-03-31", "2026-12-31"]],
    ["2024-02-29", "2024-02", "2024-Q1", "2024", ["2024-02-29", "2024-03-31", "2024-12-31"]],
    ["2026-03-31", "2026-03", "2026-Q1", "2026", ["2026-03-31", "2026-03-31", "2026-12-31"]],
    ["2026-04-01", "2026-04", "2026-Q2", "2026", ["2026-04-30", "2026-06-30", "2026-12-31"]],
    ["2026-12-31", "2026-12", "2026-Q4", "2026", ["2026-12-31", "2026-12-31", "2026-12-31"]],
    ["0001-01-01", "0001-01", "0001-Q1", "0001", ["0001-01-31", "0001-03-31", "0001-12-31"]],
  ])("of %s are %s, %s and %s, which end on %j", (day, month, quarter, year, ends) => {
    expect([periodOf(day, "month"), periodOf(day, "quarter"), periodOf(day, "year")]).toEqual([
      ...[month, quarter, year],
    ]);
    const last = (["month", "quarter", "year"] as const).map((period) => endOf(lastMonthOf(day, period)));
    expect(last).toEqual(ends);
  });

  it("count on over the end of a year", () => {
    expect(monthOf("2027-01-15") - monthOf("2026-12-15")).toBe(1);
    expect(endOf(monthOf("2026-12-15") + 2)).toBe("2027-02-28");
  });
});
