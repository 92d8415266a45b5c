import { LosslessNumber } from "lossless-json";
import { describe, expect, it } from "vitest";
import {
  type ConcentrationJson,
  cumulative,
  filterOf,
  loansFilter,
  totalOf,
} from "../../src/console/concentration/groups.ts";

const exact = (digits: string) => new LosslessNumber(digits);
const owing = (outstanding: string) => ({
  number: exact("1"),
  outstanding: exact(outstanding),
  share: null,
  arrears: exact("0"),
  par30: null,
});
const LINE: ConcentrationJson = {
  currency: "USD",
  groups: exact("4"),
  largest_share: exact("0.500000"),
  hhi: exact("0.365000"),
  rows: [
    { group: "BR", ...owing("500") },
    { group: null, ...owing("300.01") },
  ],
  others: owing("199.99"),
};

describe("the concentration", () => {
  it("adds up shares of what all owe, those beyond the list included", () => {
    expect(String(totalOf(LINE))).toBe("1000");
    expect(cumulative(LINE).map(String)).toEqual(["0.500000", "0.800010"]);
    expect(String(totalOf({ ...LINE, others: null }))).toBe("800.01");
  });

  it("leads only to loans that owe, which the filters of the page fit too", () => {
    const buckets = ["current", "1-30", "31-60", "61-90", "91-180", "181+"];
    expect(loansFilter("country", "BR", { kind: ["loan"] })).toEqual({
      kind: ["loan"],
      bucket: buckets,
      country: ["BR"],
    });
    expect(loansFilter("country", "BR", { bucket: ["1-30"] })).toMatchObject({ bucket: ["1-30"] });
    expect(loansFilter("bucket", "31-60", {})).toMatchObject({ bucket: ["31-60"] });
  });

  it.each([
    ["country", "BR", { country: ["BR"] }],
    ["country", null, { country: [""] }],
    ["info.branch", "a & b", { "info.branch": ["a & b"] }],
    ["disbursed_month", "2028-02", { disbursed_from: "2028-02-01", disbursed_to: "2028-02-29" }],
    ["disbursed_quarter", "2026-Q1", { disbursed_from: "2026-01-01", disbursed_to: "2026-03-31" }],
    ["disbursed_quarter", "2026-Q4", { disbursed_from: "2026-10-01", disbursed_to: "2026-12-31" }],
    ["disbursed_year", "2026", { disbursed_from: "2026-01-01", disbursed_to: "2026-12-31" }],
  ])("finds the loans of a group by %s: %s", (by, group, filter) => {
    expect(filterOf(by, group)).toEqual(filter);
  });
});
