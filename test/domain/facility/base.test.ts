import { describe, expect, it } from "vitest";
import { type Base, baseOf } from "../../../src/domain/facility/base.ts";
import type { PoolLoan } from "../../../src/domain/facility/pool.ts";
import type { Covenant, FacilityTerms } from "../../../src/domain/facility/terms.ts";
import { OPEN_TERMS, pooled } from "./pool.ts";

const countsOf = ({ counted }: Base) =>
  Object.fromEntries(counted.map(({ loan, counts_for }) => [loan.disbursement_id, counts_for]));
const takenOf = ({ counted }: Base) =>
  Object.fromEntries(counted.map(({ loan, taken }) => [loan.disbursement_id, taken]));

/** Limits by one dimension each; the groups of a disbursement stand in their order. */
const limited = (limits: FacilityTerms["limits"], others: Partial<FacilityTerms> = {}): FacilityTerms => ({
  ...OPEN_TERMS,
  limits,
  ...others,
});

describe("the base", () => {
  it("takes excess in proportion, one limit after another", () => {
    const pool = [
      pooled("A", 600_00, { client_id: "1", groups: ["1", "BR"] }),
      pooled("B", 300_00, { client_id: "1", groups: ["1", "US"] }),
      pooled("C", 100_00, { client_id: "2", groups: ["2", "BR"] }),
    ];
    const base = baseOf(
      pool,
      limited(
        [
          { by: "client_id", max_share: "0.5" },
          { by: "country", max_share: "0.4" },
        ],
        { advance_rate: "0.8", drawn: 500_00n },
      ),
    );
    expect(base.pool).toEqual({ number: 3, outstanding: 1000_00n });
    expect(base.eligible).toEqual({ number: 3, outstanding: 1000_00n });
    expect(base.excess).toEqual([
      { index: 0, by: "client_id", group: "1", outstanding: 900_00n, allowed: 500_00n, excess: 400_00n },
      { index: 1, by: "country", group: "BR", outstanding: 433_33n, allowed: 400_00n, excess: 33_33n },
    ]);
    // 33.33 x 333.33 / 433.33 = 25.63…, 33.33 x 100 / 433.33 = 7.69…; the cent that is left is A's.
    expect(takenOf(base)).toEqual({
      A: [
        { index: 0, amount: 266_67n },
        { index: 1, amount: 25_64n },
      ],
      B: [{ index: 0, amount: 133_33n }],
      C: [{ index: 1, amount: 7_69n }],
    });
    expect(countsOf(base)).toEqual({ A: 307_69n, B: 166_67n, C: 92_31n });
    expect([base.base, base.available, base.headroom]).toEqual([566_67n, 453_33n, -46_67n]);
  });

  it("depends on the order of the limits", () => {
    const pool = [
      pooled("A", 600_00, { client_id: "1", groups: ["BR", "1"] }),
      pooled("B", 300_00, { client_id: "1", groups: ["US", "1"] }),
      pooled("C", 100_00, { client_id: "2", groups: ["BR", "2"] }),
    ];
    const base = baseOf(
      pool,
      limited([
        { by: "country", max_share: "0.4" },
        { by: "client_id", max_share: "0.5" },
      ]),
    );
    // BR 700 may be 400: A gives 300 x 600/700 = 257.142…, C 42.857…; the cent is A's. Then client 1: 642.85 may be 500.
    expect(base.excess.map(({ group, excess }) => [group, excess])).toEqual([
      ["BR", 300_00n],
      ["1", 142_85n],
    ]);
    expect(base.base).toBe(557_15n);
  });

  it("gives what rounding leaves to those that count for most, ties by id, one minor unit each", () => {
    const three = ["C", "A", "B"].map((id) => pooled(id, 100, { groups: ["x"] }));
    const base = baseOf(three, limited([{ by: "kind", max_share: "0.33" }]));
    // 300 may be 99: 201 in three is 67 each.
    expect(countsOf(base)).toEqual({ C: 33n, A: 33n, B: 33n });
    const odd = baseOf(three, limited([{ by: "kind", max_share: "0.335" }]));
    // 300 may be 100 (100.5 rounded down): 200 in three is 66 each, and two units are left.
    expect(odd.excess[0]?.allowed).toBe(100n);
    expect(countsOf(odd)).toEqual({ A: 33n, B: 33n, C: 34n });
  });

  it("takes no more from a disbursement than it counts for", () => {
    const pool = [
      pooled("A", 1, { groups: ["x"] }),
      pooled("B", 0, { groups: ["x"] }),
      pooled("C", 2, { groups: ["x"] }),
    ];
    expect(countsOf(baseOf(pool, limited([{ by: "kind", max_share: "0" }])))).toEqual({
      A: 0n,
      B: 0n,
      C: 0n,
    });
    // 3 may be 2: each third is below one unit, and the one that is left is C's.
    expect(countsOf(baseOf(pool, limited([{ by: "kind", max_share: "0.9" }])))).toEqual({
      A: 1n,
      B: 0n,
      C: 1n,
    });
  });

  it("a limit of all that is eligible, before any limit, takes nothing at equality", () => {
    const pool = [pooled("A", 50, { groups: ["x"] }), pooled("B", 50, { groups: ["y"] })];
    expect(baseOf(pool, limited([{ by: "country", max_share: "0.5" }])).excess).toEqual([]);
    expect(baseOf(pool, limited([{ by: "country", max_share: "0.49" }])).base).toBe(98n);
  });

  it("a limit with values is about these groups only; null stands for those without one", () => {
    const pool = [
      pooled("A", 40, { groups: ["BR"] }),
      pooled("B", 40, { groups: ["US"] }),
      pooled("C", 20, { groups: [null] }),
    ];
    const excessOf = (values: readonly (string | null)[]) =>
      baseOf(pool, limited([{ by: "country", max_share: "0.1", values }])).excess.map(({ group, excess }) => [
        group,
        excess,
      ]);
    expect(excessOf(["US"])).toEqual([["US", 30n]]);
    expect(excessOf([null, "US"])).toEqual([
      [null, 10n],
      ["US", 30n],
    ]);
    expect(excessOf(["FR"])).toEqual([]);
  });

  it("a purchase with several clients is a client of its own, and shares a country's group with the others", () => {
    const several = (id: string) => pooled(id, 30, { client_id: null, groups: [null, null] });
    const pool = [several("P"), several("Q"), pooled("A", 40, { client_id: "1", groups: ["1", "BR"] })];
    const limits = [
      { by: "client_id", max_share: "0.25" },
      { by: "country", max_share: "0.4" },
    ] as const;
    const base = baseOf(pool, limited(limits));
    expect(base.excess).toEqual([
      { index: 0, by: "client_id", group: null, outstanding: 30n, allowed: 25n, excess: 5n },
      { index: 0, by: "client_id", group: null, outstanding: 30n, allowed: 25n, excess: 5n },
      { index: 0, by: "client_id", group: "1", outstanding: 40n, allowed: 25n, excess: 15n },
      { index: 1, by: "country", group: null, outstanding: 50n, allowed: 40n, excess: 10n },
    ]);
  });

  it("counts a disbursement under the first rule that it fails, and lists each rule", () => {
    const eligibility = [
      { rule: "max_days_past_due", bound: 30 },
      { rule: "insured" },
      { rule: "no_write_off" },
    ] as const;
    const pool = [
      pooled("A", 100, { failed: 1, groups: ["x"] }),
      pooled("B", 200, { failed: 1, groups: ["x"] }),
      pooled("C", 50, { failed: 0, groups: ["x"] }),
      pooled("D", 10, { groups: ["x"] }),
    ];
    const base = baseOf(pool, limited([{ by: "kind", max_share: "0.5" }], { eligibility }));
    expect(base.ineligible).toEqual([
      { index: 0, rule: "max_days_past_due", number: 1, outstanding: 50n },
      { index: 1, rule: "insured", number: 2, outstanding: 300n },
      { index: 2, rule: "no_write_off", number: 0, outstanding: 0n },
    ]);
    expect([base.pool, base.eligible]).toEqual([
      { number: 4, outstanding: 360n },
      { number: 1, outstanding: 10n },
    ]);
    // What is ineligible is no part of E.
    expect(base.excess).toMatchObject([{ outstanding: 10n, allowed: 5n, excess: 5n }]);
    expect(countsOf(base)).toEqual({ D: 5n });
  });

  it("what can be borrowed is at most the commitment, and rounded down", () => {
    const pool = [pooled("A", 1001)];
    const figures = (others: Partial<FacilityTerms>) => {
      const { base, available, headroom } = baseOf(pool, { ...OPEN_TERMS, ...others });
      return [base, available, headroom];
    };
    expect(figures({ advance_rate: "0.999" })).toEqual([1001n, 999n, 999n]);
    expect(figures({ advance_rate: "1.000" })).toEqual([1001n, 1001n, 1001n]);
    expect(figures({ commitment: 500n, drawn: 600n })).toEqual([1001n, 500n, -100n]);
    expect(figures({ advance_rate: "0" })).toEqual([1001n, 0n, 0n]);
  });

  it("of an empty pool is 0", () => {
    const covenants: Covenant[] = [
      { code: "par0", max: "0" },
      { code: "largest_client_share", max: "0" },
      { code: "average_remaining_days", max: "0" },
      { code: "pool_outstanding", min: 1n },
    ];
    const base = baseOf([], limited([{ by: "country", max_share: "0.1" }], { covenants, drawn: 5n }));
    expect([base.base, base.available, base.headroom, base.excess]).toEqual([0n, 0n, -5n, []]);
    expect(base.covenants.map(({ value, holds }) => [value, holds])).toEqual([
      [null, true],
      [null, true],
      [null, true],
      [0n, false],
    ]);
  });

  it("is exact beyond 64 bits", () => {
    const huge = 9_000_000_000_000_000_000n;
    const pool = ["A", "B", "C"].map((id) => pooled(id, 0, { outstanding: huge, groups: [id] }));
    const base = baseOf(pool, limited([{ by: "client_id", max_share: "0.3" }], { commitment: 3n * huge }));
    expect(base.base).toBe(24_300_000_000_000_000_000n);
    expect(base.available).toBe(24_300_000_000_000_000_000n);
  });
});

describe("covenants", () => {
  const late = (
    id: string,
    cents: number,
    days_past_due: number,
    remaining_days: number | null = 0,
  ): PoolLoan => pooled(id, cents, { days_past_due, remaining_days, client_id: id.slice(0, 1) });
  // 100 in all: A 30 (two), B 30, C 40. Late over 0: 50, over 30: 30, over 90: 10.
  const pool = [
    late("A1", 10, 91, 10),
    late("A2", 20, 31, null),
    late("B1", 20, 30, 20),
    late("B2", 10, 0, 0),
    late("C1", 40, 0, 30),
  ];
  const check = (covenant: Covenant, loans = pool) => {
    const [checked] = baseOf(loans, { ...OPEN_TERMS, covenants: [covenant] }).covenants;
    return [checked?.value, checked?.holds];
  };
  const share = (numerator: bigint, denominator: bigint) => ({ numerator, denominator });

  it.each([
    ["par0", "0.5", share(50n, 100n)],
    ["par30", "0.3", share(30n, 100n)],
    ["par90", "0.1", share(10n, 100n)],
    ["largest_client_share", "0.4", share(40n, 100n)],
    // 10 x 10 + 20 x 20 + 10 x 0 + 40 x 30 over 80: A2 has no maturity.
    ["average_remaining_days", "21.25", share(1700n, 80n)],
  ] as const)("%s holds at %s, and not below it", (code, max, value) => {
    expect(check({ code, max })).toEqual([value, true]);
    expect(check({ code, max: max.replace(/.$/, (last) => `${Number(last) - 1}9`) })).toEqual([value, false]);
  });

  it("pool_outstanding holds at equality, and not above", () => {
    expect(check({ code: "pool_outstanding", min: 100n })).toEqual([100n, true]);
    expect(check({ code: "pool_outstanding", min: 101n })).toEqual([100n, false]);
  });

  it("compare unrounded: a third is above 0.333333 and below 0.333334", () => {
    const third = [late("A", 1, 1), late("B", 2, 0)];
    expect(check({ code: "par0", max: "0.333333" }, third)).toEqual([share(1n, 3n), false]);
    expect(check({ code: "par0", max: "0.333334" }, third)).toEqual([share(1n, 3n), true]);
  });

  it("are about the whole pool, the ineligible too; each purchase with several clients is one client", () => {
    const own = (id: string) => pooled(id, 30, { client_id: null, failed: 0 });
    const loans = [own("P"), own("Q"), pooled("A", 40, { client_id: "1" })];
    expect(check({ code: "largest_client_share", max: "0.4" }, loans)).toEqual([share(40n, 100n), true]);
  });
});
