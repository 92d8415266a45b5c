import { describe, expect, it } from "vitest";
import { calendarOf, UTC } from "../../../src/domain/core/calendar.ts";
import { creditorOn, NO_ATTRIBUTES } from "../../../src/domain/position/attributes.ts";
import type { PaymentFacts } from "../../../src/domain/position/facts.ts";
import { positionAt } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { agreedUpTo, termsAsOf } from "../../../src/domain/position/terms.ts";
import { at, cents, expected, FIRST, loan, ROWS, rowsOn } from "./loans.ts";

/* Terms, extensions and reductions (docs/portfolio.md#terms), by hand. Amounts are dollars. */

const EXPECTED = {
  status: "expected",
  due_date: "2026-03-01",
  payment_total: 550_00n,
  payment_principal: 500_00n,
} as const;

describe("a change of only the creditor", () => {
  const changes = [{ on: "2026-02-25" }, { on: "2026-02-15", maturity: "2026-06-01" }, { on: "2026-02-16" }];

  it("is no change of the terms, and moves no row", () => {
    const one = ready(loan(FIRST, changes, ROWS), UTC);
    const { terms } = positionAt(one, "2026-02-28");
    const agreed = { amount: cents(1000), margin: cents(100), maturity_date: "2026-06-01" };
    expect(terms.changes).toEqual([{ sequence: 102, change_date: "2026-02-15", ...agreed }]);
    expect(terms.first_agreed).toEqual({ ...agreed, maturity_date: "2026-03-01" });
    expect(terms.extensions).toEqual([{ sequence: 102, from: "2026-03-01", to: "2026-06-01" }]);
    expect(rowsOn(one.loan, "2026-02-28").map(([, due]) => due)).toEqual(["2026-02-01", "2026-06-01"]);
    expect([...one.changes.terms]).toEqual(["2026-02-15"]);
  });

  it.each([
    ["2026-01-31", "A"],
    ["2026-02-01", "B"],
    ["2026-02-15", "B"],
    ["2026-03-01", "C"],
  ])("holds from its day on: on %s it is pledged to %s", (day, creditor) => {
    // The second row changes the terms and keeps the creditor; the last one was corrected on all days.
    const pledges = [
      { on_date: "2026-01-01", pledge_creditor: "A" },
      { on_date: "2026-02-01", pledge_creditor: "B" },
      { on_date: "2026-01-10", pledge_creditor: "B" },
      { on_date: "2026-03-01", pledge_creditor: "C" },
    ];
    const attributes = { ...NO_ATTRIBUTES, pledges };
    expect(creditorOn(attributes, day, UTC)).toBe(creditor);
    const corrected = [...pledges, { on_date: "0001-01-01", pledge_creditor: null }];
    expect(creditorOn({ ...attributes, pledges: corrected }, day, UTC)).toBeNull();
  });

  it("was agreed at first for all days, and there is none without terms", () => {
    const attributes = NO_ATTRIBUTES;
    const first = { on_date: "2026-01-01", pledge_creditor: "A" };
    expect(creditorOn({ ...attributes, pledges: [first] }, "2025-12-31", UTC)).toBe("A");
    expect(creditorOn({ ...attributes, pledges: [] }, "2026-01-01", UTC)).toBeNull();
  });
});

describe("extensions", () => {
  it("hold as the last event of the log says, also where it is dated before an earlier one", () => {
    const changes = [
      { on: "2026-02-20", maturity: "2026-06-01" },
      { on: "2026-02-10", maturity: "2026-04-15" },
    ];
    const one = loan(FIRST, changes, ROWS);
    const maturityOn = (day: string) => ready(one, UTC).agreementAt(day).maturity;
    expect(["2026-02-09", "2026-02-10", "2026-02-20"].map(maturityOn)).toEqual([
      "2026-03-01",
      "2026-04-15",
      "2026-04-15",
    ]);
    expect(rowsOn(one, "2026-02-10").at(-1)?.[1]).toBe("2026-04-15");
  });

  it("leave a row whose due date a later event set", () => {
    const later = { ...ROWS[1], due_sequence: 102 };
    const changes = [{ on: "2026-02-20", maturity: "2026-06-01" }];
    const dueDates = (row: PaymentFacts) =>
      rowsOn(loan(FIRST, changes, [ROWS[0], row]), "2026-02-20").map(([, due]) => due);
    expect(dueDates(later)).toEqual(["2026-02-01", "2026-03-01"]);
    // The event that extends the maturity has the sequence 101; a row that was due before it moves.
    expect(dueDates({ ...later, due_sequence: 100 })).toEqual(["2026-02-01", "2026-06-01"]);
    expect(dueDates({ ...later, due_sequence: 101 })).toEqual(["2026-02-01", "2026-03-01"]);
  });

  it("leave the maturity of the day where an earlier event is dated later", () => {
    const changes = [
      { on: "2026-03-10", maturity: "2026-06-01" },
      { on: "2026-02-10", amount: 900 },
    ];
    const { terms, maturity } = ready(loan(FIRST, changes, ROWS), UTC).agreementAt("2026-02-15");
    expect([terms.maturity_date, maturity, terms.extensions]).toEqual(["2026-03-01", "2026-03-01", []]);
  });

  it("are on the days of the calendar: a maturity may be a timestamp", () => {
    const first = { ...FIRST, maturity: "2026-03-01T15:00:00" };
    const changes = [{ on: "2026-02-10T15:00:00", maturity: "2026-06-01T15:00:00" }];
    const one = ready(loan(first, changes, ROWS), calendarOf("Asia/Tokyo"));
    expect([...one.changes.terms]).toEqual(["2026-02-11"]);
    expect(one.agreementAt("2026-02-10").maturity).toBe("2026-03-02");
    const { maturity, terms } = one.agreementAt("2026-02-11");
    expect(maturity).toBe("2026-06-02");
    expect(terms.extensions).toEqual([{ sequence: 101, from: "2026-03-02", to: "2026-06-02" }]);
  });

  it("follow each other in the order of the log, also to an earlier day", () => {
    const changes = [
      { on: "2026-02-20", maturity: "2026-06-01" },
      { on: "2026-02-25", maturity: "2026-04-15" },
    ];
    const one = loan(FIRST, changes, ROWS);
    expect(rowsOn(one, "2026-02-20").at(-1)?.[1]).toBe("2026-06-01");
    expect(rowsOn(one, "2026-02-25").at(-1)?.[1]).toBe("2026-04-15");
  });
});

describe("reductions", () => {
  it("cut fees above the margin, then principal above the amount, from the latest row backwards", () => {
    const one = loan(FIRST, [{ on: "2026-01-15", amount: 400, margin: 20 }], ROWS);
    expect(rowsOn(one, "2026-01-15")).toEqual([
      ["P-1", "2026-02-01", 400, 20, 0, false],
      ["P-2", "2026-03-01", 0, 0, 0, false],
    ]);
  });

  it("leave the upfront fee, also where it falls due last", () => {
    const upfront = expected("P-0", "2026-03-02", 0, 30, { number: 0 });
    const one = loan(FIRST, [{ on: "2026-02-01", amount: 700, margin: 60 }], [...ROWS, upfront]);
    expect(rowsOn(one, "2026-02-01").map(([id, , principal, fee]) => [id, principal, fee])).toEqual([
      ["P-1", 500, 50],
      ["P-2", 200, 10],
      ["P-0", 0, 30],
    ]);
  });

  it("do not cut a schedule that the lender corrected", () => {
    const corrected = expected("P-2", "2026-03-01", 200, 50);
    const one = loan(FIRST, [{ on: "2026-01-15", amount: 700 }], [ROWS[0], corrected]);
    expect(rowsOn(one, "2026-01-15").at(-1)).toEqual(["P-2", "2026-03-01", 200, 50, 0, false]);
  });

  it("are undone by a raise first, and only the rest is a raise", () => {
    const changes = [
      { on: "2026-01-10", amount: 600 },
      { on: "2026-01-20", amount: 900 },
      { on: "2026-01-30", amount: 1200 },
    ];
    const one = loan(FIRST, changes, ROWS);
    expect(at(one, "2026-01-10")).toMatchObject({ written_off: 400, raised: 0 });
    expect(at(one, "2026-01-20")).toMatchObject({ written_off: 100, raised: 0 });
    expect(at(one, "2026-01-30")).toMatchObject({ written_off: 0, raised: 200 });
  });

  it("never take an amount below 0 where changes come out of order", () => {
    const changes = [
      { on: "2026-02-10", amount: 1500 },
      { on: "2026-01-10", amount: 100 },
    ];
    const one = loan(FIRST, changes, []);
    expect(at(one, "2026-01-20")).toMatchObject({ outstanding: 0, written_off: 1000, overpaid: 0 });
    expect(at(one, "2026-02-10")).toMatchObject({ outstanding: 100, written_off: 1400 });
    expect(termsAsOf(one.terms, "2026-01-20", UTC)).toMatchObject({ amount: 0n, reductions: cents(1000) });
    expect(termsAsOf(one.terms, "2026-02-10", UTC).reductions).toBe(cents(1400));
  });

  it("never take a margin below 0 either", () => {
    const changes = [
      { on: "2026-02-10", margin: 150 },
      { on: "2026-01-10", margin: 10 },
    ];
    const { terms } = loan(FIRST, changes);
    expect(termsAsOf(terms, "2026-01-20", UTC)).toMatchObject({
      margin: 0n,
      rebates: cents(100),
      margin_raised: 0n,
      reductions: cents(100),
    });
    expect(termsAsOf(terms, "2026-02-10", UTC)).toMatchObject({ margin: cents(10), rebates: cents(140) });
  });

  it("add up to all that they took, and a raise of the margin undoes rebates first", () => {
    const changes = [
      { on: "2026-01-10", amount: 700, margin: 60 },
      { on: "2026-01-20", amount: 800, margin: 130 },
    ];
    const { terms } = loan(FIRST, changes);
    expect(termsAsOf(terms, "2026-01-20", UTC)).toMatchObject({
      amount: cents(800),
      margin: cents(130),
      written_off: cents(200),
      rebates: 0n,
      raised: 0n,
      margin_raised: cents(30),
      reductions: cents(340),
    });
  });

  it("of one cent cut the last row by one cent", () => {
    const one = loan(FIRST, [{ on: "2026-01-15", amount: 999.99 }], ROWS);
    expect(rowsOn(one, "2026-01-15").at(-1)).toEqual(["P-2", "2026-03-01", 499.99, 50, 0, false]);
  });
});

it("what the books show has no bound at 0", () => {
  const changes = [
    { on: "2026-02-10", amount: 1500, margin: 300 },
    { on: "2026-01-10", amount: 100, margin: 50 },
  ];
  const upTo = (day: string) => agreedUpTo(loan(FIRST, changes).terms, day, UTC);
  expect(upTo("2026-01-09")).toEqual({ amount: cents(1000), margin: cents(100) });
  expect(upTo("2026-01-10")).toEqual({ amount: cents(-400), margin: cents(-150) });
  expect(upTo("2026-02-10")).toEqual({ amount: cents(100), margin: cents(50) });
});

describe("a loan that is ready for all days", () => {
  const change_date = "2026-02-20";
  const moved = {
    ...expected("P-2", "2026-03-01", 500, 50),
    row_events: [
      { sequence: 2, step: "create", change_date: null, set: EXPECTED },
      { sequence: 9, step: "update", change_date, set: { due_date: "2026-04-01" } },
    ],
  } as const;

  it("has on each day the terms and the schedule of that day, in any order of the days", () => {
    const one = ready(loan(FIRST, [{ on: "2026-02-10", amount: 900 }], [ROWS[0], moved]), UTC);
    const on = (day: string) => {
      const { terms, schedule } = one.agreementAt(day);
      return [Number(terms.amount) / 100, schedule.installments.at(-1)?.due];
    };
    expect(on("2026-02-09")).toEqual([1000, "2026-03-01"]);
    expect(on("2026-02-10")).toEqual([900, "2026-03-01"]);
    expect(on("2026-02-19")).toEqual([900, "2026-03-01"]);
    expect(on("2026-02-20")).toEqual([900, "2026-04-01"]);
    expect(on("2026-02-09")).toEqual([1000, "2026-03-01"]);
    expect([...one.changes.terms, ...one.changes.schedule]).toEqual(["2026-02-10", "2026-02-20"]);
  });
});
