import fc from "fast-check";
import { describe, expect } from "vitest";
import { baseOf } from "../../../src/domain/facility/base.ts";
import type { PoolLoan } from "../../../src/domain/facility/pool.ts";
import type { ConcentrationLimit, FacilityTerms } from "../../../src/domain/facility/terms.ts";
import { holds } from "../position/lives.ts";
import { OPEN_TERMS, pooled } from "./pool.ts";

const RULES: FacilityTerms["eligibility"] = [
  { rule: "insured" },
  { rule: "no_write_off" },
  { rule: "max_extensions", bound: 0 },
];
const DIMENSIONS = ["client_id", "country", "insurer_name"] as const;
const group = fc.constantFrom("x", "y", "z", null);
/** Shares of at most four decimals, so that the model can count in ten-thousandths. */
const share = fc
  .integer({ min: 0, max: 10_000 })
  .map((parts) => ({ parts, text: (parts / 10_000).toFixed(4) }));

interface SharedLimit {
  readonly limit: ConcentrationLimit;
  readonly parts: number;
}

const limit: fc.Arbitrary<SharedLimit> = fc
  .tuple(
    fc.constantFrom(...DIMENSIONS),
    share,
    fc.option(fc.uniqueArray(group, { minLength: 1 }), { nil: undefined }),
  )
  .map(([by, { parts, text }, values]) => ({
    limit: { by, max_share: text, ...(values && { values }) },
    parts,
  }));

const pools = fc
  .tuple(
    fc.array(limit, { maxLength: 4 }),
    fc.array(
      fc.tuple(fc.integer({ min: 0, max: 60 }), group, group, group, fc.constantFrom(null, null, null, 0, 2)),
      {
        maxLength: 12,
      },
    ),
  )
  .map(([limits, loans]) => {
    const pool = loans.map(([cents, client_id, country, insurer, failed], index): PoolLoan => {
      const own = { client_id, country, insurer_name: insurer };
      const groups = limits.map(({ limit: { by } }) => own[by as keyof typeof own]);
      return pooled(`L-${String(index).padStart(2, "0")}`, cents, { client_id, failed, groups });
    });
    return { pool, limits };
  });

/**
 * What each disbursement counts for, computed otherwise: whole numbers of cents in a list, and the rest handed out unit by
 * unit to the largest of those that have not given one.
 */
function model(pool: readonly PoolLoan[], limits: readonly SharedLimit[]) {
  const left = new Map(
    pool.flatMap((one) => (one.failed === null ? [[one.disbursement_id, Number(one.outstanding)]] : [])) as [
      string,
      number,
    ][],
  );
  const total = [...left.values()].reduce((sum, cents) => sum + cents, 0);
  const excess: [number, string | null, number][] = [];
  for (const [
    index,
    {
      limit: { by, values },
      parts,
    },
  ] of limits.entries()) {
    const allowed = Math.floor((total * parts) / 10_000);
    const names = new Map<string, string[]>();
    for (const one of pool) {
      const value = one.groups[index] ?? null;
      if (!left.has(one.disbursement_id) || (values && !values.includes(value))) continue;
      const name = by === "client_id" && value === null ? `own ${one.disbursement_id}` : `group ${value}`;
      names.set(name, [...(names.get(name) ?? []), one.disbursement_id]);
    }
    for (const [name, ids] of names) {
      const before = new Map(ids.map((id) => [id, left.get(id) ?? 0]));
      const sum = [...before.values()].reduce((all, cents) => all + cents, 0);
      if (sum <= allowed) continue;
      const over = sum - allowed;
      excess.push([index, /^own|^group null$/.test(name) ? null : name.slice("group ".length), over]);
      let given = 0;
      for (const [id, cents] of before) {
        const part = Math.floor((over * cents) / sum);
        left.set(id, cents - part);
        given += part;
      }
      const waiting = [...before].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([id]) => id);
      while (given < over) {
        const id = waiting.shift() ?? "";
        left.set(id, (left.get(id) ?? 0) - 1);
        given += 1;
      }
    }
  }
  return { left, excess };
}

const sum = (amounts: readonly bigint[]) => amounts.reduce((all, one) => all + one, 0n);
const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).sort();

describe("the base of any pool", () => {
  holds(
    "is what a plain model says",
    fc.property(pools, ({ pool, limits }) => {
      const terms = { ...OPEN_TERMS, eligibility: RULES, limits: limits.map((one) => one.limit) };
      const base = baseOf(pool, terms);
      const { left, excess } = model(pool, limits);
      expect(
        new Map(base.counted.map(({ loan, counts_for }) => [loan.disbursement_id, Number(counts_for)])),
      ).toEqual(left);
      expect(sorted(base.excess.map((one) => [one.index, one.group, Number(one.excess)]))).toEqual(
        sorted(excess),
      );
    }),
  );

  holds(
    "adds up: by rules, by limits, by disbursements",
    fc.property(pools, ({ pool, limits }) => {
      const terms = { ...OPEN_TERMS, eligibility: RULES, limits: limits.map((one) => one.limit) };
      const { ineligible, eligible, excess, base, counted, pool: whole } = baseOf(pool, terms);
      expect(sum(ineligible.map(({ outstanding }) => outstanding)) + eligible.outstanding).toBe(
        whole.outstanding,
      );
      expect(ineligible.reduce((all, { number }) => all + number, eligible.number)).toBe(whole.number);
      expect(base).toBe(eligible.outstanding - sum(excess.map((one) => one.excess)));
      for (const [index] of limits.entries()) {
        const taken = counted.flatMap((one) =>
          one.taken.flatMap((part) => (part.index === index ? [part.amount] : [])),
        );
        expect(sum(taken)).toBe(sum(excess.flatMap((one) => (one.index === index ? [one.excess] : []))));
      }
      for (const { loan, counts_for, taken } of counted) {
        expect(counts_for >= 0n).toBe(true);
        expect(counts_for + sum(taken.map(({ amount }) => amount))).toBe(loan.outstanding);
      }
      for (const one of excess) expect(one.outstanding - one.excess).toBe(one.allowed);
    }),
  );

  holds(
    "does not depend on the order in which the disbursements were read",
    fc.property(pools, ({ pool, limits }) => {
      const terms = { ...OPEN_TERMS, limits: limits.map((one) => one.limit) };
      const countsOf = (loans: readonly PoolLoan[]) =>
        baseOf(loans, terms)
          .counted.map(({ loan, counts_for }) => [loan.disbursement_id, counts_for] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1));
      expect(countsOf([...pool].reverse())).toEqual(countsOf(pool));
    }),
    5,
  );
});
