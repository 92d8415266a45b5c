import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Vintages } from "../../../src/domain/analytics/vintages.ts";
import type { Loan } from "../../../src/domain/position/facts.ts";
import type { Filters } from "../../../src/domain/position/filters.ts";
import { day, factsOf, holds, lives } from "../position/lives.ts";
import { cents, dollars, FIRST, loan, ROWS, receipt } from "../position/loans.ts";
import { examined } from "./examined.ts";

/* How vintages perform (docs/analytics.md#vintages), by hand. Amounts are dollars. */

interface Asked {
  readonly by?: "month" | "quarter" | "year";
  readonly months?: number;
  readonly filters?: Filters;
}

const linesOf = (
  on: string,
  all: readonly Loan[],
  { by = "month", months = 24, filters = {} }: Asked = {},
) => {
  const vintages = new Vintages({ day: on, by, months, grouping: [], filters });
  for (const one of all) expect(vintages.add(examined(one))).toBe(true);
  return vintages.lines.inOrder();
};

const cellsOf = (...asked: Parameters<typeof linesOf>) => linesOf(...asked).map(({ cell }) => cell);

/** 1,100 in two rows, never paid; and 500 without margin, of which 200 are written off and 300 paid. */
const UNPAID = loan(FIRST, [], ROWS);
const REDUCED = loan(
  { amount: 500, start: "2026-01-31", maturity: "2026-12-31" },
  [{ on: "2026-02-10", amount: 300 }],
  [receipt("R", "2026-03-31", 300)],
);

describe("vintages", () => {
  it("measure each disbursement at the ends of the months after its own", () => {
    const figures = linesOf("2026-04-15", [UNPAID, REDUCED]).map(({ cell, sums }) => {
      const { number, repaid, ...amounts } = sums;
      return [cell, number, repaid, ...Object.values(amounts).map(dollars)];
    });
    // disbursed, outstanding, principal and fees received, arrears, outstanding over 30 and 90 days, written off, recovered
    expect(figures).toEqual([
      ["2026-01 000", 2, 0, 1500, 1500, 0, 0, 0, 0, 0, 0, 0],
      ["2026-01 001", 2, 0, 1500, 1300, 0, 0, 550, 0, 0, 200, 0],
      ["2026-01 002", 2, 0, 1500, 1000, 300, 0, 1100, 1000, 0, 200, 0],
    ]);
    const [, , , , later] = linesOf("2026-06-30", [UNPAID, REDUCED]);
    // From 2026-02-01 to 2026-05-31 are 119 days.
    expect(later?.sums).toMatchObject({ outstanding_30: cents(1000), outstanding_90: cents(1000) });
  });

  it("give a cell once its month has ended for the whole cohort", () => {
    expect(cellsOf("2026-03-30", [UNPAID])).toEqual(["2026-01 000", "2026-01 001"]);
    expect(cellsOf("2026-03-31", [UNPAID])).toEqual(["2026-01 000", "2026-01 001", "2026-01 002"]);
    expect(cellsOf("2026-01-30", [UNPAID])).toEqual([]);
    expect(cellsOf("2026-01-31", [UNPAID])).toEqual(["2026-01 000"]);
    expect(cellsOf("2026-03-30", [UNPAID], { by: "quarter" })).toEqual([]);
    expect(cellsOf("2026-04-30", [UNPAID], { by: "quarter" })).toEqual(["2026-Q1 000", "2026-Q1 001"]);
    expect(cellsOf("2027-01-31", [UNPAID], { by: "year" })).toEqual(["2026 000", "2026 001"]);
    expect(cellsOf("2030-01-31", [UNPAID], { months: 0 })).toEqual(["2026-01 000"]);
  });

  it("measure a quarter's disbursements each from its own month", () => {
    const march = loan({ ...FIRST, start: "2026-03-31", maturity: "2026-12-31" });
    const [first, second] = linesOf("2026-04-30", [UNPAID, march], { by: "quarter" });
    // One month on book is 2026-02-28 for the loan of January, 2026-04-30 for the one of March.
    expect(first?.sums).toMatchObject({ number: 2, outstanding: cents(2000), arrears: 0n });
    expect(second?.sums).toMatchObject({ number: 2, outstanding: cents(2000), arrears: cents(550) });
  });

  it("take the state of the day, not of the month that is measured", () => {
    expect(cellsOf("2026-04-15", [UNPAID, REDUCED], { filters: { state: ["current"] } })).toEqual([]);
    const [first] = linesOf("2026-04-15", [UNPAID, REDUCED], { filters: { state: ["written_off"] } });
    expect(first?.sums).toMatchObject({ number: 1, disbursed: cents(500), outstanding: cents(500) });
  });

  it("continue from what was saved", () => {
    const view = { day: "2026-04-15", by: "month", months: 24, grouping: [], filters: {} } as const;
    const vintages = new Vintages(view);
    vintages.add(examined(UNPAID));
    const next = new Vintages(view, vintages.save());
    next.add(examined(REDUCED));
    expect(next.lines.inOrder()).toEqual(linesOf("2026-04-15", [UNPAID, REDUCED]));
  });

  it("say when there are more than 20,000 lines", () => {
    const vintages = new Vintages({
      day: "2025-12-31",
      by: "month",
      months: 120,
      grouping: ["client_id"],
      filters: {},
    });
    const old = { ...FIRST, start: "2000-01-01" };
    const ofClient = (client_id: string): Loan => {
      const { disbursement, ...others } = loan(old);
      return { ...others, disbursement: { ...disbursement, client_id } };
    };
    // 121 lines each.
    const added = Array.from({ length: 166 }, (_, index) => vintages.add(examined(ofClient(`C-${index}`))));
    expect([added.slice(0, 165).every(Boolean), added[165]]).toEqual([true, false]);
  });
});

holds(
  "a cell is the sum of the positions at the ends of the months",
  fc.property(
    fc.array(lives(8), { maxLength: 4 }),
    day,
    fc.constantFrom("month", "quarter", "year"),
    (all, on, by) => {
      const loans = all.map(factsOf);
      for (const { cell, sums } of linesOf(on, loans, { by, months: 30 })) {
        const [cohort = "", months = ""] = cell.split(" ");
        const own = loans.map((facts) => examined(facts)).filter(({ start }) => isIn(start, cohort));
        const ends = own.map((one) => one.positionAt(endAfter(one.start, Number(months))));
        const sum = (figure: (position: (typeof ends)[number]) => bigint) =>
          ends.reduce((total, position) => total + figure(position), 0n);
        expect(sums).toEqual({
          number: own.length,
          repaid: ends.filter(({ state }) => state === "repaid").length,
          disbursed: sum(({ terms }) => terms.first_agreed.amount),
          outstanding: sum((position) => position.outstanding_principal),
          principal_received: sum(({ received }) => received.principal),
          fees_received: sum(({ received }) => received.fee),
          arrears: sum(({ arrears }) => arrears.total),
          outstanding_30: sum((one) => (one.days_past_due > 30 ? one.outstanding_principal : 0n)),
          outstanding_90: sum((one) => (one.days_past_due > 90 ? one.outstanding_principal : 0n)),
          written_off: sum(({ terms }) => terms.written_off),
          recovered: sum(({ recovered }) => recovered),
        });
      }
    },
  ),
);

/** By the text of the day only. */
function isIn(start: string, cohort: string): boolean {
  const quarter = /^(\d{4})-Q(\d)$/.exec(cohort);
  if (!quarter) return start.startsWith(cohort);
  const month = Number(start.slice(5, 7));
  return start.startsWith(quarter[1] ?? "") && Math.floor((month + 2) / 3) === Number(quarter[2]);
}

/** The day before the first of the month after. */
function endAfter(start: string, months: number): string {
  const date = new Date(`${start.slice(0, 7)}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + months + 1);
  return new Date(date.getTime() - 86_400_000).toISOString().slice(0, 10);
}
