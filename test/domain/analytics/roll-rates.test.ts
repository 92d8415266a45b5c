import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Portfolio } from "../../../src/domain/analytics/portfolio.ts";
import { ratio } from "../../../src/domain/analytics/ratio.ts";
import { RollRates } from "../../../src/domain/analytics/roll-rates.ts";
import type { Loan } from "../../../src/domain/position/facts.ts";
import { BUCKETS } from "../../../src/domain/position/state.ts";
import { day, factsOf, holds, lives } from "../position/lives.ts";
import { dollars, expected, FIRST, loan, ROWS, receipt } from "../position/loans.ts";
import { examined } from "./examined.ts";

/* How disbursements move between buckets (docs/analytics.md#roll-rates), by hand. Amounts are dollars. */

const cellsOf = (from: string, to: string, all: readonly Loan[]) => {
  const rates = new RollRates({ span: { from, to }, grouping: [], filters: {} });
  for (const one of all) expect(rates.add(examined(one))).toBe(true);
  return rates.cells();
};

const shown = (...asked: Parameters<typeof cellsOf>) =>
  cellsOf(...asked).map(({ from, to, number, outstanding_from, outstanding_to, share }) => [
    from,
    to,
    number,
    dollars(outstanding_from),
    dollars(outstanding_to),
    ratio(...share),
  ]);

const start = { start: "2026-01-01", maturity: "2026-12-31" };
/** 600 due in February and never paid; 400 paid in full in February. */
const LATE = loan({ amount: 600, ...start }, [], [expected("P-1", "2026-02-10", 600, 0)]);
const PAID = loan(
  { amount: 400, ...start },
  [],
  [expected("P-1", "2026-02-10", 400, 0), receipt("R", "2026-02-20", 400)],
);

describe("roll rates", () => {
  it("are shares of what was outstanding in the bucket", () => {
    expect(shown("2026-01-31", "2026-02-28", [LATE, PAID])).toEqual([
      ["current", "1-30", 1, 600, 600, "0.600000"],
      ["current", "repaid", 1, 400, 0, "0.400000"],
    ]);
  });

  it("of what has nothing outstanding are by number", () => {
    const pending = loan({ amount: 100, start: "2026-02-15", maturity: "2026-12-31" });
    const written = loan({ amount: 100, ...start }, [{ on: "2026-01-10", amount: 0 }]);
    const later = loan({ amount: 100, start: "2026-03-15", maturity: "2026-12-31" });
    const again = loan(
      { amount: 100, start: "2026-02-15", maturity: "2026-12-31" },
      [],
      [receipt("R", "2026-02-20", 100)],
    );
    expect(shown("2026-01-31", "2026-02-28", [pending, written, later, again, pending])).toEqual([
      ["pending", "current", 2, 0, 200, "0.666667"],
      ["pending", "repaid", 1, 0, 0, "0.333333"],
      ["written_off", "written_off", 1, 0, 0, "1.000000"],
    ]);
  });

  it("of a bucket that owes only margin are null", () => {
    const owes = loan(FIRST, [], [...ROWS, receipt("R", "2026-01-15", 1000)]);
    expect(shown("2026-01-20", "2026-01-21", [owes])).toEqual([["current", "current", 1, 0, 0, null]]);
  });

  it("continue from what was saved", () => {
    const view = { span: { from: "2026-01-31", to: "2026-02-28" }, grouping: [], filters: {} };
    const rates = new RollRates(view);
    rates.add(examined(LATE));
    const next = new RollRates(view, rates.save());
    next.add(examined(PAID));
    expect(next.cells()).toEqual(cellsOf("2026-01-31", "2026-02-28", [LATE, PAID]));
  });
});

holds(
  "rows and columns of the roll rates are the buckets of the portfolios of both days",
  fc.property(fc.array(lives(8), { maxLength: 6 }), day, day, (all, one, other) => {
    const [from = "", to = ""] = [one, other].sort();
    const loans = all.map(factsOf);
    const cells = cellsOf(from, to, loans);
    for (const end of ["from", "to"] as const) {
      const portfolio = new Portfolio({
        day: end === "from" ? from : to,
        ends: [],
        grouping: [],
        filters: {},
      });
      for (const facts of loans) portfolio.add(examined(facts));
      const [line] = portfolio.lines();
      for (const [index, bucket] of BUCKETS.entries()) {
        const own = cells.filter((cell) => cell[end] === bucket);
        const { number, outstanding } = line?.sums.buckets[index] ?? { number: 0, outstanding: 0n };
        expect(own.reduce((sum, cell) => sum + cell.number, 0)).toBe(number);
        expect(own.reduce((sum, cell) => sum + cell[`outstanding_${end}`], 0n)).toBe(outstanding);
      }
      const repaid = cells.filter((cell) => cell[end] === "repaid");
      expect(repaid.reduce((sum, cell) => sum + cell.number, 0)).toBe(line?.sums.repaid ?? 0);
    }
    for (const row of new Set(cells.map((cell) => cell.from))) {
      const own = cells.filter((cell) => cell.from === row);
      const [whole = 0n] = own.map(({ share }) => share[1]);
      expect(own.reduce((sum, { share }) => sum + share[0], 0n)).toBe(whole);
    }
  }),
);
