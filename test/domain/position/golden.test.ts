import { describe, expect, it } from "vitest";
import { calendarOf, UTC } from "../../../src/domain/core/calendar.ts";
import type { PaymentFacts } from "../../../src/domain/position/facts.ts";
import { positionAt, USUAL } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { at, cents, expected, loan, paid, receipt } from "./loans.ts";

/* The golden cases of docs/portfolio.md, each figure worked out by hand. Amounts are dollars. */

describe("1: late installments", () => {
  const golden = loan(
    { amount: 2000, margin: 200, start: "2025-12-01", maturity: "2026-03-01" },
    [],
    [
      paid(expected("P-1", "2026-02-01", 1000, 100), "2026-02-01", 700),
      paid(expected("P-2", "2026-03-01", 1000, 100), "2026-07-01"),
    ],
  );

  it.each([
    ["2026-02-15", { state: "late", arrears: 400, days: 14 }],
    ["2026-04-01", { state: "matured_unpaid", arrears: 1500, days: 59 }],
    ["2026-07-02", { state: "matured_unpaid", arrears: 400, days: 123, outstanding: 400 }],
    ["2036-01-01", { state: "matured_unpaid", arrears: 400, outstanding: 400 }],
  ])("as of %s", (day, figures) => {
    expect(at(golden, day)).toMatchObject(figures);
  });
});

describe("2: what reduces a loan reduces what is due", () => {
  const first = { amount: 1000, margin: 100, start: "2026-01-01", maturity: "2026-03-01" };
  const rows = [expected("P-1", "2026-02-01", 500, 50), expected("P-2", "2026-03-01", 500, 50)] as const;

  it("(a) a rebate and one receipt of the rest repay it from that day on", () => {
    const one = loan(first, [{ on: "2026-02-01", margin: 50 }], [...rows, receipt("R", "2026-02-01", 1050)]);
    expect(at(one, "2026-01-31")).toMatchObject({ state: "current", outstanding: 1000, margin_due: 100 });
    for (const day of ["2026-02-01", "2026-02-15", "2026-04-01", "2030-01-01"]) {
      expect(at(one, day), day).toMatchObject({ state: "repaid", arrears: 0, days: 0, overpaid: 0 });
    }
  });

  it("(b) a write-down bounds the arrears", () => {
    const one = loan(first, [{ on: "2026-02-15", amount: 600 }], rows);
    expect(at(one, "2026-04-01")).toMatchObject({
      arrears: 700,
      outstanding: 600,
      margin_due: 100,
      days: 59,
    });
    expect(at(one, "2026-02-14")).toMatchObject({ arrears: 550, outstanding: 1000, days: 13 });
  });

  it("(c) the write-down after a paid row cuts the row that is left", () => {
    const [one, two] = rows;
    const lowered = loan(first, [{ on: "2026-02-15", amount: 700 }], [paid(one, "2026-02-01"), two]);
    expect(at(lowered, "2026-04-01")).toMatchObject({
      arrears: 250,
      days: 31,
      outstanding: 200,
      margin_due: 50,
    });
  });

  it("(d) a lump sum without a number is only money", () => {
    const one = loan(first, [], [...rows, receipt("R", "2026-02-01", 1100)]);
    expect(at(one, "2026-02-01")).toMatchObject({ state: "repaid", scheduled: 550 });
    expect(at(one, "2026-04-01")).toMatchObject({ state: "repaid", scheduled: 1100 });
    const none = { total: 0n, principal: 0n, fee: 0n };
    expect(positionAt(ready(one, UTC), "2026-01-01")).toMatchObject({ scheduled: none, received: none });
    expect(positionAt(ready(one, UTC), "2026-04-01").arrears).toEqual(none);
  });
});

describe("3: an extension moves the bullet", () => {
  const bullet = loan(
    { amount: 1000, margin: 100, start: "2026-01-01", maturity: "2026-03-01" },
    [{ on: "2026-02-20", maturity: "2026-06-01" }],
    [expected("P-1", "2026-03-01", 1000, 100)],
  );
  const dueOn = (day: string) =>
    ready(bullet, UTC)
      .agreementAt(day)
      .schedule.installments.map(({ due }) => due);

  it("so nothing is late before the new maturity", () => {
    expect(at(bullet, "2026-04-01")).toMatchObject({ state: "current", days: 0, arrears: 0 });
    expect(at(bullet, "2026-06-02")).toMatchObject({ state: "matured_unpaid", days: 1, arrears: 1100 });
  });

  it("from its day on", () => {
    expect(dueOn("2026-02-10")).toEqual(["2026-03-01"]);
    expect(dueOn("2026-02-20")).toEqual(["2026-06-01"]);
  });
});

describe("4: what is received after a write-off", () => {
  it("is recovered", () => {
    const one = loan(
      { amount: 1000, start: "2026-01-01", maturity: "2026-12-31" },
      [{ on: "2026-03-01", amount: 0 }],
      [receipt("R", "2026-05-01", 300)],
    );
    expect(at(one, "2026-06-01")).toMatchObject({ state: "written_off", recovered: 300, overpaid: 0 });
  });

  it("4b: a rebate paid in the seed's form ends repaid", () => {
    const one = loan(
      { amount: 1000, margin: 100, start: "2026-01-01", maturity: "2026-03-01" },
      [{ on: "2026-02-01", margin: 50 }],
      [
        paid(expected("P-1", "2026-02-01", 500, 50), "2026-02-01"),
        paid(expected("P-2", "2026-03-01", 500, 50), "2026-03-01", 500),
      ],
    );
    expect(at(one, "2026-03-01")).toMatchObject({
      state: "repaid",
      outstanding: 0,
      margin_due: 0,
      overpaid: 0,
    });
  });
});

it("5: a cent that no row schedules is owed after maturity, and a tolerance passes over it", () => {
  const due = ["2026-02-01", "2026-03-01", "2026-04-01"] as const;
  const rows = due.map((day, index) => paid(expected(`P-${index + 1}`, day, 333.33, 0), day));
  const one = loan({ amount: 1000, start: "2026-01-01", maturity: "2026-04-01" }, [], rows);
  expect(at(one, "2026-12-31")).toMatchObject({ state: "matured_unpaid", outstanding: 0.01, days: 274 });
  const tolerance = { amount: "1", by_currency: {}, share: "0" };
  const tolerant = positionAt(ready(one, UTC), "2026-12-31", { ...USUAL, tolerance });
  expect(tolerant).toMatchObject({ state: "current", days_past_due: 0, bucket: "current" });
  expect(tolerant.arrears.total).toBe(1n);
});

it.each([
  ["Asia/Tokyo", "2026-01-31T15:00:00", "2026-02-01"],
  ["America/New_York", "2026-02-01T04:30:00", "2026-01-31"],
])("6: in %s, %sZ is on %s", (zone, instant, day) => {
  const one = loan(
    { amount: 1000, start: "2026-01-01", maturity: "2026-12-31" },
    [],
    [expected("P-1", instant, 1000, 0), receipt("R", instant, 10)],
  );
  const { agreementAt, money } = ready(one, calendarOf(zone));
  expect(agreementAt(day).schedule.installments[0]?.due).toBe(day);
  expect(money.receipts[0]?.day).toBe(day);
});

describe("7: a restructure on 2026-03-10", () => {
  const change_date = "2026-03-10";
  const [create, update] = ["create", "update"] as const;
  const set = (due_date: string, total: number) => ({
    status: "expected" as const,
    due_date,
    payment_total: cents(total),
    payment_principal: cents(total),
    payment_fee: 0n,
  });
  const canceled = (id: string, due: string): PaymentFacts => ({
    ...expected(id, due, 500, 0),
    status: "canceled",
    row_events: [
      { sequence: 2, step: create, change_date: null, set: set(due, 500) },
      { sequence: 9, step: update, change_date, set: { status: "canceled" } },
    ],
  });
  const created = (id: string, due: string): PaymentFacts => ({
    ...expected(id, due, 500, 0),
    row_events: [{ sequence: 10, step: create, change_date, set: set(due, 500) }],
  });
  const one = loan(
    { amount: 1000, start: "2026-01-01", maturity: "2026-12-31" },
    [],
    [
      canceled("P-1", "2026-02-01"),
      canceled("P-2", "2026-03-01"),
      created("P-3", "2026-09-01"),
      created("P-4", "2026-12-31"),
    ],
  );
  const ids = (day: string) =>
    ready(one, UTC)
      .agreementAt(day)
      .schedule.installments.map(({ payment_id }) => payment_id);

  it("leaves the month end before it as it was reported", () => {
    expect(ids("2026-02-28")).toEqual(["P-1", "P-2"]);
    expect(at(one, "2026-02-28")).toMatchObject({ state: "late", arrears: 500, days: 27 });
    expect(at(one, "2026-03-09")).toMatchObject({ state: "late", arrears: 1000, days: 36 });
  });

  it("holds from its day on", () => {
    expect(ids("2026-03-10")).toEqual(["P-3", "P-4"]);
    expect(at(one, "2026-03-10")).toMatchObject({ state: "current", arrears: 0, days: 0, outstanding: 1000 });
  });
});
