import { describe, expect, it } from "vitest";
import { futureMonths, pastMonths } from "../../../src/domain/analytics/cash-months.ts";

describe("past months", () => {
  it("are those that ended by the day, then the day's own up to it", () => {
    expect(pastMonths("2026-03-15", 2)).toEqual([
      { month: "2026-01", to: "2026-01-31", before: "2025-12-31" },
      { month: "2026-02", to: "2026-02-28", before: "2026-01-31" },
      { month: "2026-03", to: "2026-03-15", before: "2026-02-28" },
    ]);
    expect(pastMonths("2026-03-15", 0).map(({ to }) => to)).toEqual(["2026-03-15"]);
  });

  it("end with the day's own month where it ends on the day", () => {
    expect(pastMonths("2024-02-29", 2).map(({ to }) => to)).toEqual(["2024-01-31", "2024-02-29"]);
    expect(pastMonths("2024-02-29", 0)).toEqual([]);
  });
});

describe("future months", () => {
  it("begin with that of the next day, and pass the end of a year", () => {
    expect(futureMonths("2026-11-29", 3)).toEqual(["2026-11", "2026-12", "2027-01"]);
    expect(futureMonths("2026-11-30", 2)).toEqual(["2026-12", "2027-01"]);
    expect(futureMonths("2026-12-31", 1)).toEqual(["2027-01"]);
  });

  it("end with the last month in which a day can lie", () => {
    expect(futureMonths("9999-11-15", 4)).toEqual(["9999-11", "9999-12"]);
    expect(futureMonths("9999-12-31", 4)).toEqual([]);
  });
});
