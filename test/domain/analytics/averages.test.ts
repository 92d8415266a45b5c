import { expect, it } from "vitest";
import { addWeighed, noWeighedSums, RATE_ONE } from "../../../src/domain/analytics/averages.ts";
import { cents, FIRST, loan, receipt } from "../position/loans.ts";
import { examined } from "./examined.ts";

const DAY = "2026-02-15";
const weighed = (...all: readonly Parameters<typeof loan>[]) => {
  const sums = noWeighedSums();
  for (const one of all) addWeighed(sums, examined(loan(...one)), DAY);
  return sums;
};

it("a margin rate has twelve decimals, rounded half to even", () => {
  expect(RATE_ONE).toBe(1_000_000_000_000n);
  const third = { amount: 3000, margin: 1000, start: "2026-02-01", maturity: "2026-02-25" };
  expect(weighed([third])).toEqual({
    ...{ with_days: cents(3000), remaining_days: cents(3000) * 10n, original_days: cents(3000) * 24n },
    ...{ with_rate: cents(3000), margin_rates: cents(3000) * 333_333_333_333n },
  });
});

it("a loan of a single cent weighs, and one that owes nothing does not", () => {
  expect(weighed([{ ...FIRST, amount: 0.01, margin: 0.01 }])).toEqual({
    ...{ with_days: 1n, remaining_days: 14n, original_days: 59n, with_rate: 1n, margin_rates: RATE_ONE },
  });
  expect(weighed([{ ...FIRST, margin: 0 }, [], [receipt("R", "2026-02-01", 1000)]])).toEqual({
    ...{ with_days: 0n, remaining_days: 0n, original_days: 0n, with_rate: 0n, margin_rates: 0n },
  });
});
