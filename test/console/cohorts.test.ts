import { LosslessNumber } from "lossless-json";
import { describe, expect, it } from "vitest";
import {
  cohortDays,
  cohortsOf,
  measuredOn,
  shade,
  spread,
  type Vintage,
} from "../../src/console/analytics/cohorts.ts";
import { groupFilters, groupingOf, isOfTheDay, within } from "../../src/console/analytics/grouping.ts";
import { startsOf, totalOfStarts } from "../../src/console/analytics/starts.ts";
import { sumText } from "../../src/console/format.ts";

describe("a cohort", () => {
  it.each([
    ["2026-02", "2026-02-01", "2026-02-28", "2026-04-30"],
    ["2024-02", "2024-02-01", "2024-02-29", "2024-04-30"],
    ["2025-Q4", "2025-10-01", "2025-12-31", "2026-02-28"],
    ["2025-Q1", "2025-01-01", "2025-03-31", "2025-05-31"],
    ["2025", "2025-01-01", "2025-12-31", "2026-02-28"],
  ])("%s is from %s to %s, and all of it is two months on book on %s", (cohort, from, to, on) => {
    expect(cohortDays(cohort)).toEqual({ from, to });
    expect(measuredOn(cohort, 0)).toBe(to);
    expect(measuredOn(cohort, 2)).toBe(on);
  });

  it("is a row whose cells stand by their months on book, also where one is missing", () => {
    const cell = (cohort: string, months: number) =>
      ({ cohort, months_on_book: new LosslessNumber(String(months)) }) as Vintage;
    const lines = [cell("2026-02", 0), cell("2025-12", 2), cell("2025-12", 0)];
    expect(cohortsOf(lines).map(({ cohort, cells, first }) => [cohort, first, [...cells]])).toEqual([
      ["2025-12", lines[2], [lines[2], undefined, lines[1]]],
      ["2026-02", lines[0], [lines[0]]],
    ]);
  });

  it("has the darkest shade where its ratio is the largest, and none at nothing, below it or without a ratio", () => {
    const shades = ["0", "-0.1", "0.000001", "0.5", "1", "2"].map((text) =>
      shade(new LosslessNumber(text), 1),
    );
    expect(shades).toEqual([0, 0, 1, 4, 7, 7]);
    expect([shade(null, 1), shade(new LosslessNumber("0"), 0)]).toEqual([0, 0]);
  });
});

describe("what started", () => {
  const cell = (cohort: string, number: string, disbursed: string) =>
    ({
      cohort,
      months_on_book: new LosslessNumber("0"),
      number: new LosslessNumber(number),
      disbursed: new LosslessNumber(disbursed),
    }) as Vintage;
  const shown = (lines: readonly Vintage[], by: "month" | "quarter" | "year") =>
    startsOf(cohortsOf(lines), by).map(({ period, number, disbursed }) => [
      period,
      `${number}`,
      `${disbursed}`,
    ]);

  it.each([
    ["month", "2025-11", ["2025-12", "2026-01"], "2026-02"],
    ["quarter", "2025-Q2", ["2025-Q3", "2025-Q4"], "2026-Q1"],
    ["year", "2023", ["2024", "2025"], "2026"],
  ] as const)(
    "has each %s from the first to the last, also those in which nothing started",
    (by, first, between, last) => {
      expect(shown([cell(last, "2", "0.30"), cell(first, "1", "9007199254740993.01")], by)).toEqual([
        [first, "1", "9007199254740993.01"],
        ...between.map((period) => [period, "0", "0"]),
        [last, "2", "0.30"],
      ]);
    },
  );

  it("adds up to the cent, and is nothing where there is no cohort", () => {
    const { number, disbursed } = totalOfStarts(
      startsOf(
        cohortsOf([cell("2026-01", "1", "9007199254740993.01"), cell("2026-02", "2", "0.02")]),
        "month",
      ),
    );
    expect([`${number}`, `${disbursed}`]).toEqual(["3", "9007199254740993.03"]);
    expect(shown([], "month")).toEqual([]);
  });
});

describe("the loans behind a figure", () => {
  const none = { values: [], from: "", to: "" };

  it("are also in the group, whose value replaces a filter of the same name", () => {
    const filters = { ...none, values: [["country", "BR"] as const, ["country", "US"] as const] };
    const narrowed = groupFilters(filters, ["country", "info.branch"], ["US", null]);
    expect(narrowed.values).toEqual([
      ["country", "US"],
      ["info.branch", ""],
    ]);
    expect(groupFilters(filters, ["country"], undefined)).toBe(filters);
    expect(groupFilters(none, ["disbursed_quarter"], "2026-Q1")).toEqual({
      values: [],
      from: "2026-01-01",
      to: "2026-03-31",
    });
  });

  it("are within both periods where two are asked for", () => {
    const period = { from: "2026-01-01", to: "2026-03-31" };
    expect(within(none, period)).toEqual({ ...none, ...period });
    expect(within({ ...none, from: "2026-02-01", to: "2026-12-31" }, period)).toEqual({
      values: [],
      from: "2026-02-01",
      to: "2026-03-31",
    });
    expect(within({ ...none, to: "2026-01-15" }, period).to).toBe("2026-01-15");
  });

  it("depend on the day where a filter is of a state, bucket or creditor", () => {
    const of = (name: string) => isOfTheDay({ ...none, values: [[name, ""]] });
    expect(["state", "bucket", "pledge_creditor", "country"].map(of)).toEqual([true, true, true, false]);
  });
});

it("the dimensions of a group_by are one or two, also where a name has a comma", () => {
  const known = ["kind", "info.a", "info.a,b"];
  const read = (text: string) => groupingOf(text, known);
  expect([read(""), read("kind"), read("kind,info.a,b"), read("info.a,b"), read("info.a,b,kind")]).toEqual([
    [],
    ["kind"],
    ["kind", "info.a,b"],
    ["info.a,b"],
    ["info.a,b", "kind"],
  ]);
  expect([read("other"), read("kind,other")]).toEqual([[], []]);
});

it("a sum has every digit of its numbers", () => {
  const numbers = ["90071992547409.91", "0.01", "-1e2"].map((text) => new LosslessNumber(text));
  expect(sumText(numbers)).toBe("90071992547309920000e-6");
  expect(sumText([])).toBe("0e-6");
});

it("some of a list are spread evenly from its first to its last, and a short list is shown whole", () => {
  const days = Array.from({ length: 28 }, (_, at) => at);
  expect(spread(days, 8)).toEqual([0, 4, 8, 12, 15, 19, 23, 27]);
  expect([spread(days.slice(0, 9), 8), spread([1, 2, 3], 8), spread([], 8)]).toEqual([
    [0, 1, 2, 3, 5, 6, 7, 8],
    [1, 2, 3],
    [],
  ]);
});
