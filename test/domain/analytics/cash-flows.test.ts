import { describe, expect, it } from "vitest";
import { CashFlows } from "../../../src/domain/analytics/cash-flows.ts";
import type { Loan } from "../../../src/domain/position/facts.ts";
import { dollars, expected, FIRST, loan, ROWS, receipt } from "../position/loans.ts";
import { examined } from "./examined.ts";

/* What fell due and came in, and what will (docs/analytics.md#cash-flows), by hand. Amounts are dollars. */

const VIEW = { day: "2026-03-15", past: 2, months: 2, grouping: [], filters: {} } as const;

/** The sums of one line in dollars. The past is January, February and March up to the 15th, the future March and April. */
function sumsOf(all: readonly Loan[], text: string | null = null) {
  const flows = new CashFlows(VIEW, text);
  for (const one of all) expect(flows.add(examined(one))).toBe(true);
  const [line, ...others] = flows.lines.inOrder();
  expect(others).toEqual([]);
  const inDollars = (_: string, value: unknown) => (typeof value === "bigint" ? dollars(value) : value);
  return line ? JSON.parse(JSON.stringify(line.sums, inDollars)) : null;
}
const parts = (principal: number, fee = 0) => ({ total: principal + fee, principal, fee });
const NONE = { due: parts(0), received: parts(0), covered: parts(0) };
const NOTHING = { due: parts(0), unscheduled: 0 };

const AGREED = { amount: 1000, margin: 100, start: "2026-01-10", maturity: "2026-05-01" };
const SCHEDULE = [
  ...[expected("P-1", "2026-02-01", 500, 50), expected("P-2", "2026-02-28", 200, 20)],
  ...[expected("P-3", "2026-03-15", 100, 10), expected("P-4", "2026-03-16", 60, 6)],
  ...[expected("P-5", "2026-04-30", 50, 5), expected("P-6", "2026-05-01", 90, 9)],
];
const RECEIPTS = [
  ...[receipt("R-1", "2026-01-31", 100), receipt("R-2", "2026-02-28", 500)],
  receipt("R-3", "2026-03-15", 7),
];

const GOLDEN = {
  past: [
    { due: parts(0), received: parts(100), covered: parts(0) },
    // 600 came in: 550 for the first row, 50 for the second, its fee of 20 first.
    { due: parts(700, 70), received: parts(500), covered: parts(530, 70) },
    { due: parts(100, 10), received: parts(7), covered: parts(0) },
  ],
  outstanding: 393,
  // Of the second row 163 are left, of the third all.
  overdue: parts(263, 10),
  overdue_unscheduled: 0,
  future: [
    { due: parts(60, 6), unscheduled: 0 },
    { due: parts(50, 5), unscheduled: 0 },
  ],
  beyond: { due: parts(90, 9), unscheduled: 0 },
  // 463 of principal in uncovered rows: all receipts counted as principal, although they paid 70 of fees.
  over_scheduled: 70,
};

describe("the cash flows", () => {
  it("of a loan are what fell due, came in and was covered by month, and what is still to come", () => {
    expect(sumsOf([loan(AGREED, [], [...SCHEDULE, ...RECEIPTS])])).toEqual(GOLDEN);
  });

  it("add up, and continue from what was saved", () => {
    const one = loan(AGREED, [], [...SCHEDULE, ...RECEIPTS]);
    const flows = new CashFlows(VIEW);
    flows.add(examined(one));
    const both = sumsOf([one], flows.save());
    expect(both).toEqual(sumsOf([one, one]));
    expect(both).toMatchObject({ outstanding: 786, overdue: parts(526, 20), over_scheduled: 140 });
    expect(both.past[1]).toEqual({
      ...{ due: parts(1400, 140), received: parts(1000), covered: parts(1060, 140) },
    });
  });

  it.each([
    ["2026-03-15", { overdue_unscheduled: 700 }],
    ["2026-03-16", { future: [{ due: parts(300), unscheduled: 700 }, NOTHING] }],
    [
      "2026-04-30",
      {
        future: [
          { due: parts(300), unscheduled: 0 },
          { ...NOTHING, unscheduled: 700 },
        ],
      },
    ],
    ["2026-05-01", { beyond: { ...NOTHING, unscheduled: 700 } }],
  ])("have principal without a row in the month of its maturity: %s", (maturity, place) => {
    const row = expected("P-1", "2026-03-20", 300, 0);
    const agreed = { amount: 1000, start: "2026-03-01", maturity };
    expect(sumsOf([loan(agreed, [], [row])])).toEqual({
      ...{ past: [NONE, NONE, NONE], outstanding: 1000, overdue: parts(0), overdue_unscheduled: 0 },
      ...{ future: [{ due: parts(300), unscheduled: 0 }, NOTHING], beyond: NOTHING, over_scheduled: 0 },
      ...place,
    });
  });

  it("have the principal of a purchase without rows as overdue", () => {
    const bought = loan({ ...AGREED, kind: "purchase" });
    expect(sumsOf([bought])).toMatchObject({ outstanding: 1000, overdue_unscheduled: 1000, beyond: NOTHING });
  });

  it("count what is dated before the start in the month of the start", () => {
    const early = [expected("P-1", "2026-01-15", 40, 0), expected("P-2", "2026-04-01", 60, 0)];
    const agreed = { amount: 100, start: "2026-02-10", maturity: "2026-04-01" };
    const one = loan(agreed, [], [...early, receipt("R", "2026-01-20", 30)]);
    expect(sumsOf([one]).past).toEqual([
      ...[NONE, { due: parts(40), received: parts(30), covered: parts(30) }, NONE],
    ]);
  });

  it("of a loan that starts on the last day of a month begin in that month", () => {
    const rows = [expected("P-1", "2026-01-31", 40, 0), expected("P-2", "2026-04-01", 60, 0)];
    const agreed = { amount: 100, start: "2026-01-31", maturity: "2026-04-01" };
    const money = [receipt("R-1", "2026-01-31", 30), receipt("R-2", "2026-02-05", 5)];
    expect(sumsOf([loan(agreed, [], [...rows, ...money])])).toMatchObject({
      past: [
        { due: parts(40), received: parts(30), covered: parts(30) },
        { due: parts(0), received: parts(5), covered: parts(0) },
        NONE,
      ],
      overdue: parts(5),
    });
  });

  it("have nothing to come of what is written off, but its past, and nothing at all of what is pending", () => {
    const written = loan(FIRST, [{ on: "2026-03-10", amount: 0 }], ROWS);
    expect(sumsOf([written])).toMatchObject({
      ...{ outstanding: 0, overdue: parts(0), overdue_unscheduled: 0, over_scheduled: 0 },
      ...{ future: [NOTHING, NOTHING], beyond: NOTHING },
      past: [NONE, { due: parts(500, 50) }, {}],
    });
    expect(sumsOf([loan({ ...AGREED, start: "2026-03-16" })])).toBeNull();
    expect(sumsOf([loan({ ...AGREED, start: "2026-03-15" })])).toMatchObject({ outstanding: 1000 });
  });

  it("leave out what the filters leave out", () => {
    const flows = new CashFlows({ ...VIEW, filters: { currency: ["EUR"] } });
    expect(flows.add(examined(loan(AGREED)))).toBe(true);
    expect(flows.lines.inOrder()).toEqual([]);
  });

  it.each([
    // The day's own month counts too.
    [99, 100, 100],
    [1, 1, 6_666],
  ])("with %i past and %i future months are at most %i lines", (past, months, most) => {
    const view = { ...VIEW, past, months, grouping: ["client_id"] } as const;
    const line = { currency: "USD", cell: "", sums: {} };
    const lines = Array.from({ length: most - 1 }, (_, index) => ({ ...line, group: `C-${index}` }));
    const flows = new CashFlows(view, JSON.stringify(lines));
    const ofClient = (client_id: string) => {
      const one = loan({ ...AGREED, start: "2026-03-15" });
      return examined({ ...one, disbursement: { ...one.disbursement, client_id } });
    };
    expect([flows.add(ofClient("X")), flows.add(ofClient("Y"))]).toEqual([true, false]);
  });
});
