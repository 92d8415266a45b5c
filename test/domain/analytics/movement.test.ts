import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Movement, type MovementSums } from "../../../src/domain/analytics/movement.ts";
import type { Loan } from "../../../src/domain/position/facts.ts";
import { USUAL } from "../../../src/domain/position/position.ts";
import { day, factsOf, holds, lives } from "../position/lives.ts";
import { dollars, FIRST, loan, paid, ROWS, receipt } from "../position/loans.ts";
import { examined } from "./examined.ts";

/* How principal and arrears move between two days (docs/analytics.md#movement), by hand. Amounts are dollars. */

const [first, second] = ROWS;

const movementOf = (from: string, to: string, all: readonly Loan[], measure = USUAL) => {
  const movement = new Movement({ span: { from, to }, grouping: [], filters: {} });
  for (const one of all) expect(movement.add(examined(one, {}, measure))).toBe(true);
  return movement.lines.inOrder().map(({ sums }) => sums);
};

/** All figures in dollars. */
const inDollars = ({ principal, arrears, outstanding, overpaid, recovered }: MovementSums) => [
  Object.values(principal).map(dollars),
  Object.values(arrears).map(dollars),
  [outstanding, overpaid, recovered].map(({ from, to }) => [dollars(from), dollars(to)]),
];

describe("a movement", () => {
  it("between two days of a loan that is raised, written down and paid in part", () => {
    // 700 without parts is 650 principal and 50 fee. On 2026-03-10 all that is owed is late: 450 and 50.
    const changes = [
      { on: "2026-02-10", amount: 1200 },
      { on: "2026-02-20", amount: 1100 },
    ];
    const one = loan(FIRST, changes, [paid(first, "2026-02-01", 700), second]);
    const [sums] = movementOf("2026-01-15", "2026-03-10", [one]);
    expect(sums && inDollars(sums)).toEqual([
      [1000, 0, 200, 650, 100, 450],
      [0, 1100, 700, 100, 500],
      [
        [1000, 450],
        [0, 0],
        [0, 0],
      ],
    ]);
  });

  it("counts what is dated before the start on the start day", () => {
    const early = [receipt("R", "2025-12-01", 100), first, second];
    const one = loan(FIRST, [{ on: "2025-12-10", amount: 900 }], early);
    const [sums] = movementOf("2025-12-15", "2026-02-01", [one]);
    // The cut of 100 takes the last row's principal. Of the 550 that fell due 100 were paid.
    expect(sums && inDollars(sums)).toEqual([
      [0, 1000, 0, 100, 100, 800],
      [0, 550, 100, 0, 450],
      [
        [0, 800],
        [0, 0],
        [0, 0],
      ],
    ]);
    expect(movementOf("2025-12-01", "2025-12-31", [one])).toEqual([]);
  });

  it("does not clamp what was paid beyond the amount, and names it beside", () => {
    const one = loan(
      { ...FIRST, margin: 0 },
      [{ on: "2026-02-10", amount: 0 }],
      [receipt("R", "2026-02-05", 1007)],
    );
    const [sums] = movementOf("2026-01-15", "2026-02-28", [one]);
    expect(sums && inDollars(sums)).toEqual([
      [1000, 0, 0, 1007, 1000, -1007],
      [0, 0, 0, 0, 0],
      [
        [1000, 0],
        [0, 7],
        [0, 1000],
      ],
    ]);
  });

  it("counts a row that was due before the first day as collected, not as fallen due", () => {
    const one = loan({ ...FIRST, maturity: "2026-12-31" }, [], [paid(first, "2026-02-20"), second]);
    const [sums] = movementOf("2026-02-10", "2026-02-25", [one]);
    expect(sums && inDollars(sums)[1]).toEqual([550, 0, 550, 0, 0]);
  });

  it("collects only what covers rows that are due by the last day", () => {
    const one = loan(
      { ...FIRST, maturity: "2026-12-31" },
      [],
      [first, second, receipt("R", "2026-02-20", 800)],
    );
    const [sums] = movementOf("2026-01-15", "2026-02-25", [one]);
    expect(sums && inDollars(sums)[1]).toEqual([0, 550, 550, 0, 0]);
    const [later] = movementOf("2026-02-20", "2026-03-05", [one]);
    expect(later && inDollars(later)[1]).toEqual([0, 550, 0, -250, 300]);
  });

  it("of a row that is due on the first day does not count it as fallen due, nor what starts on it as new", () => {
    const [sums] = movementOf("2026-02-01", "2026-02-10", [
      loan({ ...FIRST, start: "2026-02-01" }, [], ROWS),
    ]);
    expect(sums && inDollars(sums).slice(0, 2)).toEqual([
      [1000, 0, 0, 0, 0, 1000],
      [550, 0, 0, 0, 550],
    ]);
  });

  it("that begins on the start day collects nothing that came in on it", () => {
    const money = [receipt("R-1", "2026-02-01", 100), receipt("R-2", "2026-02-05", 50)];
    const one = loan({ ...FIRST, start: "2026-02-01" }, [], [...ROWS, ...money]);
    const [sums] = movementOf("2026-02-01", "2026-02-10", [one]);
    expect(sums && inDollars(sums).slice(0, 2)).toEqual([
      [900, 0, 0, 50, 0, 850],
      [450, 0, 50, 0, 400],
    ]);
  });

  it("of one day is no movement", () => {
    const [sums] = movementOf("2026-02-10", "2026-02-10", [loan(FIRST, [], ROWS)]);
    expect(sums && inDollars(sums).slice(0, 2)).toEqual([
      [1000, 0, 0, 0, 0, 1000],
      [550, 0, 0, 0, 550],
    ]);
  });

  it("continues from what was saved", () => {
    const view = { span: { from: "2026-01-15", to: "2026-03-10" }, grouping: [], filters: {} };
    const movement = new Movement(view);
    movement.add(examined(loan(FIRST, [], ROWS)));
    const next = new Movement(view, movement.save());
    next.add(examined(loan(FIRST, [], ROWS)));
    expect(next.lines.inOrder().map(({ sums }) => sums)).toEqual(
      movementOf("2026-01-15", "2026-03-10", [loan(FIRST, [], ROWS), loan(FIRST, [], ROWS)]),
    );
  });
});

holds(
  "opening and movement add up to closing, and the ends are those of the positions",
  fc.property(fc.array(lives(10), { maxLength: 5 }), day, day, (all, one, other) => {
    const [from = "", to = ""] = [one, other].sort();
    const loans = all.map(factsOf);
    for (const { principal, arrears, ...ends } of movementOf(from, to, loans)) {
      const { opening, disbursed, raised, repaid, written_off, closing } = principal;
      expect(opening + disbursed + raised - repaid - written_off).toBe(closing);
      expect(arrears.opening + arrears.fell_due - arrears.collected + arrears.adjusted).toBe(arrears.closing);
      for (const [end, on, balance] of [
        ["from", from, opening],
        ["to", to, closing],
      ] as const) {
        const positions = loans
          .map((facts) => examined(facts).positionAt(on))
          .filter(({ state }) => state !== "pending");
        const sum = (figure: (position: (typeof positions)[number]) => bigint) =>
          positions.reduce((total, position) => total + figure(position), 0n);
        expect(balance).toBe(sum(({ terms, received }) => terms.amount - received.principal));
        expect(ends.outstanding[end]).toBe(sum((position) => position.outstanding_principal));
        expect(ends.overpaid[end]).toBe(sum((position) => position.overpaid));
        expect(ends.recovered[end]).toBe(sum((position) => position.recovered));
        expect(end === "from" ? arrears.opening : arrears.closing).toBe(
          sum((position) => position.arrears.total),
        );
      }
    }
  }),
);

holds(
  "principal that moves in a span is what moves in its parts",
  fc.property(lives(12), fc.tuple(day, day, day), (life, days) => {
    const [from = "", between = "", to = ""] = days.sort();
    const principalOf = (start: string, end: string) => movementOf(start, end, [factsOf(life)])[0]?.principal;
    const [whole, before, after] = [
      principalOf(from, to),
      principalOf(from, between),
      principalOf(between, to),
    ];
    for (const flow of ["disbursed", "raised", "repaid", "written_off"] as const) {
      expect(whole?.[flow] ?? 0n).toBe((before?.[flow] ?? 0n) + (after?.[flow] ?? 0n));
    }
  }),
);
