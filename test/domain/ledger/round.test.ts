import fc from "fast-check";
import { expect, it } from "vitest";
import { isInTime, NEW_ROUND, type Round, roundAfter, stepOf } from "../../../src/domain/ledger/round.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ids = (count: number) =>
  Array.from({ length: count }, (_, index) => `L-${String(index).padStart(6, "0")}`);

/** Takes turns at a moment as the check does: one, and more while the round is late. Returns what was added up. */
function visit(start: Round, loans: readonly string[], now: number): { round: Round; found: string[] } {
  const found: string[] = [];
  let round = start;
  do {
    const step = stepOf(round, now);
    expect(step).toBeLessThanOrEqual(100);
    const some = loans.filter((loan) => loan > round.round_after).slice(0, step);
    found.push(...some);
    round = roundAfter(round, { isEnd: some.length < step, found: some, loans: loans.length }, now);
  } while (!isInTime(round, now));
  return { round, found };
}

it("adds every loan up again within a week if the tenant has at least two turns a day", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 800 }),
      fc.array(fc.integer({ min: 60_000, max: 12 * HOUR }), { minLength: 50, maxLength: 50 }),
      (count, pauses) => {
        const loans = ids(count);
        const last = new Map(loans.map((loan) => [loan, 0]));
        let [round, now]: [Round, number] = [NEW_ROUND, 0];
        for (const pause of pauses) {
          now += pause;
          const made = visit(round, loans, now);
          round = made.round;
          for (const loan of made.found) last.set(loan, now);
          for (const at of last.values()) expect(now - at).toBeLessThanOrEqual(7 * DAY);
        }
      },
    ),
    { seed: 20261122, numRuns: 20 },
  );
});

it("of a few loans adds all of them up in one turn", () => {
  expect(visit(NEW_ROUND, ids(19), 5)).toEqual({ round: NEW_ROUND, found: ids(19) });
});

it("of a million loans takes as many in a minute as make three days, at most a hundred in a turn", () => {
  const started: Round = { round_after: "L", round_loans: 1_000_000, round_done: 0, round_started_at: 0 };
  expect(stepOf(started, 60_000)).toBe(100);
  const once = roundAfter(started, { isEnd: false, found: ids(100), loans: 1_000_000 }, 60_000);
  expect([once.round_done, isInTime(once, 60_000)]).toEqual([100, false]);
  const twice = roundAfter(once, { isEnd: false, found: ids(100), loans: 1_000_000 }, 60_000);
  expect(stepOf(twice, 60_000)).toBe(32);
});
