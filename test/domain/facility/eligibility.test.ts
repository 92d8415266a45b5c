import { describe, expect, it } from "vitest";
import { firstFailed, type LoanFacts } from "../../../src/domain/facility/eligibility.ts";
import type { EligibilityRule } from "../../../src/domain/facility/terms.ts";

const FACTS: LoanFacts = {
  kind: "loan",
  outstanding: 1000n,
  days_past_due: 30,
  remaining_days: 90,
  original_days: 365,
  seasoning_days: 10,
  extensions: 2,
  written_off: 0n,
  insurer_name: "Sure",
  country: "BR",
  info: new Map([["branch", "north"]]),
};

const passes = (rule: EligibilityRule, others: Partial<LoanFacts> = {}) =>
  firstFailed({ ...FACTS, ...others }, [rule]) === null;

describe("a rule of eligibility", () => {
  it.each([
    ["max_days_past_due", 30, 29],
    ["max_remaining_days", 90, 89],
    ["max_original_days", 365, 364],
    ["min_seasoning_days", 10, 11],
    ["max_extensions", 2, 1],
  ] as const)("%s passes at %i and fails at %i", (rule, at, beyond) => {
    expect([passes({ rule, bound: at }), passes({ rule, bound: beyond })]).toEqual([true, false]);
  });

  it.each([
    ["min_outstanding", 1000n, 1001n],
    ["max_outstanding", 1000n, 999n],
  ] as const)("%s passes at equality and fails beyond", (rule, at, beyond) => {
    expect([passes({ rule, bound: at }), passes({ rule, bound: beyond })]).toEqual([true, false]);
  });

  it.each(["max_remaining_days", "max_original_days"] as const)("%s passes what has no such days", (rule) => {
    expect(passes({ rule, bound: 0 }, { remaining_days: null, original_days: null })).toBe(true);
  });

  it("no_write_off fails what is written down, insured what has no insurer", () => {
    expect([passes({ rule: "no_write_off" }), passes({ rule: "no_write_off" }, { written_off: 1n })]).toEqual(
      [true, false],
    );
    expect([passes({ rule: "insured" }), passes({ rule: "insured" }, { insurer_name: null })]).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    [{ rule: "kind_in", values: ["loan"] }, {}, true],
    [{ rule: "kind_in", values: ["purchase"] }, {}, false],
    [{ rule: "country_in", values: ["US", "BR"] }, {}, true],
    [{ rule: "country_in", values: ["US"] }, {}, false],
    [{ rule: "country_in", values: ["US"] }, { country: null }, false],
    [{ rule: "country_not_in", values: ["BR"] }, {}, false],
    [{ rule: "country_not_in", values: ["US"] }, {}, true],
    [{ rule: "country_not_in", values: ["US"] }, { country: null }, true],
    [{ rule: "info_in", member: "branch", values: ["north"] }, {}, true],
    [{ rule: "info_in", member: "branch", values: ["south"] }, {}, false],
    [{ rule: "info_in", member: "region", values: ["north"] }, {}, false],
  ] as const)("%j of %j passes: %s", (rule, others, passed) => {
    expect(passes(rule, others)).toBe(passed);
  });

  it("the first one that fails counts", () => {
    const rules = [
      { rule: "insured" },
      { rule: "max_extensions", bound: 1 },
      { rule: "max_days_past_due", bound: 0 },
    ] as const;
    expect(firstFailed(FACTS, rules)).toBe(1);
    expect(firstFailed(FACTS, rules.slice(0, 1))).toBeNull();
    expect(firstFailed(FACTS, [])).toBeNull();
  });
});
