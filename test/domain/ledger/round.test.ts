import fc from "fast-check";
import { describe, expect, it } from "vitest";
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
  expect(visit(NEW_ROUND, ids(20), 5).round).toEqual({
    ...{ round_after: "L-000019", round_loans: 20, round_done: 20, round_started_at: 5 },
  });
});

it("of a million loans takes as many in a minute as make three days, at most a hundred in a turn", () => {
  const started: Round = { round_after: "L", round_loans: 1_000_000, round_done: 0, round_started_at: 0 };
  expect(stepOf(started, 60_000)).toBe(100);
  const once = roundAfter(started, { isEnd: false, found: ids(100), loans: 1_000_000 }, 60_000);
  expect([once.round_done, isInTime(once, 60_000)]).toEqual([100, false]);
  const twice = roundAfter(once, { isEnd: false, found: ids(100), loans: 1_000_000 }, 60_000);
  expect(stepOf(twice, 60_000)).toBe(32);
});

describe("a round of a million loans", () => {
  const START = 10 * DAY;
  const at = (round_done: number): Round => ({
    ...{ round_after: "L", round_loans: 1_000_000, round_done, round_started_at: START },
  });

  it("is in time where it has done half of them after a day and a half, and all after three days", () => {
    expect(isInTime(at(500_000), START + 1.5 * DAY)).toBe(true);
    expect(isInTime(at(499_999), START + 1.5 * DAY)).toBe(false);
    expect(isInTime(at(999_999), START + 3 * DAY)).toBe(false);
    expect(isInTime(at(1_000_000), START + 4 * DAY)).toBe(true);
    expect(isInTime(at(0), START)).toBe(true);
  });

  it("takes 20 loans in a turn while it is in time, and at most 100 when it is late", () => {
    expect(stepOf(at(500_000), START + 1.5 * DAY)).toBe(20);
    expect(stepOf(at(499_979), START + 1.5 * DAY)).toBe(21);
    expect(stepOf(at(499_900), START + 1.5 * DAY)).toBe(100);
    expect(stepOf(at(0), START + 1.5 * DAY)).toBe(100);
  });
});

it("a round keeps its start, its number of loans, and the last loan that it has done", () => {
  const none: Round = { round_after: "", round_loans: 0, round_done: 0, round_started_at: 0 };
  const turn = (found: readonly string[], loans: number, isEnd = false) => ({ found, loans, isEnd });
  expect(NEW_ROUND).toEqual(none);
  expect([isInTime(NEW_ROUND, 9 * DAY), stepOf(NEW_ROUND, 9 * DAY)]).toEqual([true, 20]);
  const first = roundAfter(NEW_ROUND, turn(["a", "b", "c"], 50), 7);
  expect(first).toEqual({ round_after: "c", round_loans: 50, round_done: 3, round_started_at: 7 });
  const second = roundAfter(first, turn(["d", "e"], 60), 9);
  expect(second).toEqual({ round_after: "e", round_loans: 50, round_done: 5, round_started_at: 7 });
  expect(roundAfter(second, turn(["f"], 60, true), 11)).toEqual(none);
  expect(roundAfter(second, turn([], 60), 11)).toEqual(none);
});
