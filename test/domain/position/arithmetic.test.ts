import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ratio } from "../../../src/domain/analytics/ratio.ts";
import { daysBetween, monthEnds } from "../../../src/domain/position/days.ts";
import { daysMax, evenly } from "../../../src/domain/position/evenly.ts";
import { type Ranked, Ranking } from "../../../src/domain/position/ranking.ts";
import { restored, saved } from "../../../src/domain/position/saved.ts";
import { bucketOf } from "../../../src/domain/position/state.ts";

describe("days", () => {
  it.each([
    ["2026-02-01", "2026-02-15", 14],
    ["2028-02-28", "2028-03-01", 2],
    ["2027-12-31", "2028-01-01", 1],
    ["2026-03-02", "2026-03-01", -1],
    ["0001-01-01", "9999-12-31", 3_652_058],
  ])("from %s to %s are %d", (from, to, days) => {
    expect(daysBetween(from, to)).toBe(days);
  });

  it.each([
    ["2026-03-31", 3, ["2026-03-31", "2026-02-28", "2026-01-31"]],
    ["2026-03-30", 2, ["2026-02-28", "2026-01-31"]],
    ["2028-03-01", 2, ["2028-02-29", "2028-01-31"]],
    ["2026-01-15", 2, ["2025-12-31", "2025-11-30"]],
    ["0001-02-10", 12, ["0001-01-31"]],
    ["0001-02-10", 40, ["0001-01-31"]],
    ["9999-12-31", 1, ["9999-12-31"]],
    ["2026-03-31", 0, []],
  ])("the month ends up to %s, %d of them", (day, count, ends) => {
    expect(monthEnds(day, count)).toEqual(ends);
  });
});

describe("a ratio", () => {
  it.each(
    [
      [0n, 0n, null],
      [0n, 3n, "0.000000"],
      [3n, 3n, "1.000000"],
      [1n, 3n, "0.333333"],
      [2n, 3n, "0.666667"],
      [1n, 2_000_000n, "0.000000"],
      [3n, 2_000_000n, "0.000002"],
      [5n, 2_000_000n, "0.000002"],
      [10n ** 30n, 3n * 10n ** 30n, "0.333333"],
    ].map(([part, whole, text]) => [String(part), String(whole), text]),
  )("of %s to %s has six decimals, half to even: %s", (part, whole, text) => {
    expect(ratio(BigInt(String(part)), BigInt(String(whole)))).toBe(text);
  });
});

it("a ranking keeps the first of any number of entries, also after it is saved and restored", () => {
  const entries = fc.array(fc.record({ key: fc.integer({ min: 0, max: 9 }), id: fc.string() }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      entries,
      fc.boolean(),
      fc.integer({ min: 1, max: 8 }),
      fc.nat(60),
      (all, descending, max, pause) => {
        const distinct = [...new Map(all.map((entry) => [entry.id, entry])).values()];
        const direction = descending ? -1 : 1;
        const sorted = distinct.toSorted(
          (a, b) => direction * (a.key - b.key) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
        );
        let ranking = new Ranking(descending, max);
        let before: readonly Ranked[] = [];
        for (const [index, { key, id }] of distinct.entries()) {
          if (index === pause) {
            const text = saved({ first: ranking.first(), seen: ranking.seen });
            const { first, seen } = restored<{ first: readonly Ranked[]; seen: number }>(text);
            ranking = new Ranking(descending, max, first, seen);
            before = first;
          }
          ranking.add(BigInt(key), id);
        }
        expect(ranking.first().map(({ id }) => id)).toEqual(sorted.slice(0, max).map(({ id }) => id));
        expect(ranking.seen).toBe(distinct.length);
        const known = new Set(before.map(({ id }) => id));
        expect(ranking.added()).toEqual(ranking.first().filter(({ id }) => !known.has(id)));
      },
    ),
    { seed: 20261121, numRuns: 50 },
  );
});

describe("a ranking", () => {
  const ranked = (descending: boolean, max: number, ...entries: readonly (readonly [number, string])[]) => {
    const ranking = new Ranking(descending, max);
    for (const [key, id] of entries) ranking.add(BigInt(key), id);
    return ranking.first().map(({ id }) => id);
  };
  const entries = [
    [2, "C"],
    [2, "A"],
    [1, "D"],
    [3, "E"],
    [2, "B"],
  ] as const;

  it("is by key, up or down, and then by id", () => {
    expect(ranked(false, 9, ...entries)).toEqual(["D", "A", "B", "C", "E"]);
    expect(ranked(true, 9, ...entries)).toEqual(["E", "A", "B", "C", "D"]);
    expect(ranked(true, 9, ...entries.toReversed())).toEqual(["E", "A", "B", "C", "D"]);
  });

  it("keeps the first ones of more than twice as many", () => {
    expect(ranked(false, 2, ...entries)).toEqual(["D", "A"]);
    expect(ranked(true, 1, ...entries)).toEqual(["E"]);
  });

  it("continues from saved entries, and knows those that are new", () => {
    const saved = [
      { key: 3n, id: "X" },
      { key: 1n, id: "Y" },
      { key: 2n, id: "Z" },
    ];
    const ranking = new Ranking(false, 2, saved, 7);
    expect([ranking.first().map(({ id }) => id), ranking.added(), ranking.seen]).toEqual([["Y", "Z"], [], 7]);
    ranking.add(0n, "W");
    expect(ranking.first().map(({ id }) => id)).toEqual(["W", "Y"]);
    expect(ranking.added()).toEqual([{ key: 0n, id: "W" }]);
    expect(ranking.seen).toBe(8);
    expect(new Ranking(false, 2, saved).seen).toBe(3);
  });
});

it("figures are saved with each digit, and nothing else is taken for a figure", () => {
  const figures = {
    big: 9_223_372_036_854_775_807n,
    below: -1n,
    list: [0n, 1, "1", null, true, undefined],
    text: { n: 5 },
    more: { n: "5", m: "6" },
    none: {},
  };
  expect(restored(saved(figures))).toEqual({ ...figures, list: [0n, 1, "1", null, true, null] });
  expect(saved(5n)).toBe('{"n":"5"}');
});

it.each([
  [0, "current"],
  [1, "1-30"],
  [30, "1-30"],
  [31, "31-60"],
  [60, "31-60"],
  [61, "61-90"],
  [90, "61-90"],
  [91, "91-180"],
  [180, "91-180"],
  [181, "181+"],
])("%i days past due are in the bucket %s", (days, bucket) => {
  expect(bucketOf(days)).toBe(bucket);
});

describe("days of a series", () => {
  it.each([
    [0, 2_000],
    [250, 2_000],
    [251, 1_992],
    [9_999, 50],
    [19_230, 26],
    [19_231, 25],
    [1_000_000, 20],
  ])("with %i payments are at most %i", (payments, most) => {
    expect(daysMax(payments)).toBe(most);
  });

  it.each([
    [6, "ABCDEF"],
    [5, "ABDEF"],
    [3, "ADF"],
    [2, "AF"],
    [9, "ABCDEF"],
  ])("are left out evenly: of six days at most %i are %s", (most, days) => {
    expect(evenly("BADCFE", most).join("")).toBe(days);
  });
});
