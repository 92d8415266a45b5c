import { describe, expect, it } from "vitest";
import { type DayCountConvention, nextDay, yearFraction } from "../../../src/domain/ledger/day-count.ts";
import { carriedInterest, scaledRate } from "../../../src/domain/ledger/interest.ts";

const fraction = (convention: DayCountConvention, from: string, to: string): number => {
  const { numerator, denominator } = yearFraction(convention, from, to);
  return Number(numerator) / Number(denominator);
};

/** ISDA, "EMU and Market Conventions: Recent Developments" (1998), the worked examples of Actual/Actual (ISDA). */
describe("ACT_ACT has ISDA's published figures", () => {
  it.each([
    ["2003-11-01", "2004-05-01", 61 / 365 + 121 / 366, 0.497724380567],
    ["1999-02-01", "1999-07-01", 150 / 365, 0.41095890411],
    ["1999-07-01", "2000-07-01", 184 / 365 + 182 / 366, 1.0013773486],
    ["2002-08-15", "2003-07-15", 334 / 365, 0.915068493151],
    ["2003-07-15", "2004-01-15", 170 / 365 + 14 / 366, 0.504004790778],
    ["1999-07-30", "2000-01-30", 155 / 365 + 29 / 366, 0.503892506925],
    ["2000-01-30", "2000-06-30", 152 / 366, 0.415300546448],
    ["1999-11-30", "2000-04-30", 32 / 365 + 120 / 366, 0.415540085336],
  ])("from %s to %s", (from, to, exact, printed) => {
    expect(fraction("ACT_ACT", from, to)).toBeCloseTo(exact, 15);
    expect(fraction("ACT_ACT", from, to)).toBeCloseTo(printed, 11);
  });
});

/** ISDA, "30/360 Day Count Conventions" (spreadsheet of the 2006 Definitions): days under 4.16(f), 30/360. */
describe("30_360 has ISDA's published days", () => {
  it.each([
    ["2007-01-15", "2007-01-30", 15],
    ["2007-01-15", "2007-02-15", 30],
    ["2007-01-15", "2007-07-15", 180],
    ["2007-09-30", "2008-03-31", 180],
    ["2007-09-30", "2007-10-31", 30],
    ["2007-09-30", "2008-09-30", 360],
    ["2007-01-15", "2007-01-31", 16],
    ["2007-01-31", "2007-02-28", 28],
    ["2007-02-28", "2007-03-31", 33],
    ["2006-08-31", "2007-02-28", 178],
    ["2007-02-28", "2007-08-31", 183],
    ["2007-02-14", "2007-02-28", 14],
    ["2007-02-26", "2008-02-29", 363],
    ["2008-02-29", "2009-02-28", 359],
    ["2008-02-29", "2008-03-30", 31],
    ["2008-02-29", "2008-03-31", 32],
    ["2007-02-28", "2007-03-05", 7],
    ["2007-10-31", "2007-11-28", 28],
    ["2007-08-31", "2008-02-29", 179],
    ["2008-02-29", "2008-08-31", 182],
    ["2008-08-31", "2009-02-28", 178],
    ["2009-02-28", "2009-08-31", 183],
  ])("from %s to %s", (from, to, days) => {
    expect(yearFraction("30_360", from, to)).toEqual({ numerator: BigInt(days), denominator: 360n });
  });
});

describe("ACT_365 and ACT_360", () => {
  it.each([
    ["2007-01-15", "2007-07-15", 181],
    ["2007-09-30", "2008-03-31", 183],
    ["2008-02-28", "2008-03-01", 2],
    ["2007-02-28", "2007-03-01", 1],
    ["2023-12-31", "2025-01-01", 367],
  ])("count the days from %s to %s over a fixed year", (from, to, days) => {
    expect(yearFraction("ACT_365", from, to)).toEqual({ numerator: BigInt(days), denominator: 365n });
    expect(yearFraction("ACT_360", from, to)).toEqual({ numerator: BigInt(days), denominator: 360n });
  });
});

/** Each day of some years as `[day, next]`. */
function* daysOf(first: string, end: string): Generator<readonly [string, string]> {
  for (let day = first; day < end; day = nextDay(day)) yield [day, nextDay(day)];
}

describe("day by day", () => {
  it.each([
    ["2024-01-30", "2024-01-31", 0],
    ["2024-01-31", "2024-02-01", 1],
    ["2023-02-28", "2023-03-01", 3],
    ["2024-02-28", "2024-02-29", 1],
    ["2024-02-29", "2024-03-01", 2],
    ["2024-04-30", "2024-05-01", 1],
    ["2024-01-29", "2024-01-30", 1],
    ["2024-12-31", "2025-01-01", 1],
  ])("30_360 counts from %s to %s %d", (day, next, count) => {
    expect(nextDay(day)).toBe(next);
    expect(yearFraction("30_360", day, next).numerator).toBe(BigInt(count));
  });

  it("whole months of 30_360 sum to 30, and whole years of ACT_ACT to 1", () => {
    const months = new Map<string, bigint>();
    const years = new Map<string, number>();
    for (const [day, next] of daysOf("2023-01-01", "2029-01-01")) {
      const month = day.slice(0, 7);
      const { numerator } = yearFraction("30_360", day, next);
      months.set(month, (months.get(month) ?? 0n) + numerator);
      years.set(day.slice(0, 4), (years.get(day.slice(0, 4)) ?? 0) + fraction("ACT_ACT", day, next));
    }
    expect(months.size).toBe(72);
    expect(new Set(months.values())).toEqual(new Set([30n]));
    for (const [year, sum] of years) expect([year, sum.toFixed(12)]).toEqual([year, "1.000000000000"]);
  });

  it("the day after is the calendar's, through centuries and to the last day", () => {
    expect(nextDay("1900-02-28")).toBe("1900-03-01");
    expect(nextDay("2000-02-28")).toBe("2000-02-29");
    expect(nextDay("0001-12-31")).toBe("0002-01-01");
    expect(nextDay("0099-02-28")).toBe("0099-03-01");
    expect(yearFraction("ACT_ACT", "9999-12-31", nextDay("9999-12-31")).numerator).toBe(1n);
  });
});

it("a year below 100 is that year, not one of the 20th century", () => {
  expect(yearFraction("ACT_365", "0099-12-31", "0100-01-01")).toEqual({ numerator: 1n, denominator: 365n });
  expect(yearFraction("ACT_ACT", "0003-12-31", "0005-01-01")).toEqual({
    numerator: 1n * 366n + 366n * 365n,
    denominator: 365n * 366n,
  });
});

/** Without a remainder of other days. */
const interestOf = (principal: bigint, rate: string, convention: DayCountConvention, date: string) =>
  carriedInterest(principal, scaledRate(rate), { convention, date }, 0n).interest_minor;

describe("the interest of a day", () => {
  it.each([
    ["100000", "0.1375", "ACT_365", "2024-03-01", "38"],
    ["100000", "0.1375", "ACT_360", "2024-03-01", "38"],
    ["365000000", "0.1", "ACT_365", "2023-03-01", "100000"],
    ["366000000", "0.1", "ACT_ACT", "2024-03-01", "100000"],
    ["365000000", "0.1", "ACT_ACT", "2023-03-01", "100000"],
    ["360000", "0.1", "30_360", "2024-01-30", "0"],
    ["360000", "0.1", "30_360", "2023-02-28", "300"],
    ["9223372036854775807", "10", "ACT_360", "2024-01-01", "256204778801521550"],
    ["100", "0", "ACT_365", "2024-01-01", "0"],
    ["0", "10", "ACT_365", "2024-01-01", "0"],
    ["360", "0.000000000001", "ACT_360", "2024-01-01", "0"],
  ] as const)("of %s at %s by %s on %s is %s", (principal, rate, convention, day, interest) => {
    expect(interestOf(BigInt(principal), rate, convention, day)).toBe(BigInt(interest));
  });

  it("rounds half to even: 0.5 to 0, 1.5 to 2, 2.5 to 2, and anything above half up", () => {
    const of = (principal: bigint) => interestOf(principal, "0.5", "ACT_360", "2024-01-01");
    expect([360n, 1080n, 1800n, 2520n].map(of)).toEqual([0n, 2n, 2n, 4n]);
    expect([359n, 361n, 1081n, 1799n].map(of)).toEqual([0n, 1n, 2n, 2n]);
  });
});

describe("years below 100 are years, not those of the 20th century", () => {
  it.each([
    ["ACT_365", "0099-12-31", "0100-01-01", { numerator: 1n, denominator: 365n }],
    ["ACT_360", "0001-01-01", "0099-01-01", { numerator: 35_794n, denominator: 360n }],
    ["ACT_ACT", "0004-02-28", "0004-03-01", { numerator: 2n, denominator: 366n }],
    ["ACT_ACT", "0099-12-31", "0100-01-01", { numerator: 1n, denominator: 365n }],
    ["30_360", "0099-12-30", "0100-01-30", { numerator: 30n, denominator: 360n }],
  ] as const)("%s from %s to %s", (convention, from, to, expected) => {
    expect(yearFraction(convention, from, to)).toEqual(expected);
  });
});

it.each([
  ["1900-02-01", 365n],
  ["2000-02-01", 366n],
  ["2100-02-01", 365n],
  ["2101-02-01", 365n],
  ["2104-02-01", 366n],
  ["2023-02-01", 365n],
])("a day of the year of %s is one of %d: a century is a leap year only every 400 years", (day, days) => {
  expect(yearFraction("ACT_ACT", day, nextDay(day))).toEqual({ numerator: 1n, denominator: days });
});
