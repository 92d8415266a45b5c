import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import { daysLate } from "../../../src/domain/position/days.ts";
import type { PaymentFacts } from "../../../src/domain/position/facts.ts";
import { installmentsAt, USUAL } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { dollars, expected, FIRST, loan, paid, ROWS, receipt } from "./loans.ts";

/* Which money covers which installment (docs/portfolio.md#coverage). Amounts are dollars. */

const DAY = "2026-12-31";
const [first, second] = ROWS;

/** Of each installment its id, what is covered of it, and since when in full. */
const coveredBy = (payments: readonly PaymentFacts[], allocation: "oldest" | "own" = "oldest", day = DAY) =>
  installmentsAt(ready(loan(FIRST, [], payments), UTC), day, { ...USUAL, allocation }).map(
    ({ payment_id, covered, paid_on }) => [payment_id, dollars(covered), paid_on],
  );

describe("money without an installment of its own", () => {
  it("covers the oldest one first, and the last cent makes it paid", () => {
    const payments = [...ROWS, receipt("R-1", "2026-01-10", 549.99), receipt("R-2", "2026-01-11", 0.01)];
    expect(coveredBy(payments, "oldest", "2026-01-10")).toEqual([
      ["P-1", 549.99, null],
      ["P-2", 0, null],
    ]);
    expect(coveredBy(payments)).toEqual([
      ["P-1", 550, "2026-01-11"],
      ["P-2", 0, null],
    ]);
  });

  it("covers several at once, and what is left over covers none", () => {
    expect(coveredBy([...ROWS, receipt("R-1", "2026-01-10", 1200)])).toEqual([
      ["P-1", 550, "2026-01-10"],
      ["P-2", 550, "2026-01-10"],
    ]);
  });

  it("covers rows of one day in the order of payment_id, also where the log has them otherwise", () => {
    const rows = ["P-3", "P-1", "P-2"].map((id) => expected(id, "2026-02-01", 400, 0));
    expect(coveredBy([...rows, receipt("R-1", "2026-01-10", 450)])).toEqual([
      ["P-1", 400, "2026-01-10"],
      ["P-2", 50, null],
      ["P-3", 0, null],
    ]);
  });

  it("of one day comes in the order of payment_id, a refund last", () => {
    const day = "2026-01-10";
    const [late, early] = [receipt("R-2", day, 300), receipt("R-1", day, 250)];
    const back = receipt("R-0", day, 300, { refund: true });
    const { receipts } = ready(loan(FIRST, [], [back, late, early]), UTC).money;
    expect(receipts.map(({ payment_id }) => payment_id)).toEqual(["R-1", "R-2", "R-0"]);
    const days = ["2026-01-12", "2026-01-11", "2026-01-13"].map((on) => receipt(on, on, 1));
    const inTime = ready(loan(FIRST, [], days), UTC).money.receipts;
    expect(inTime.map(({ day: on }) => on)).toEqual(["2026-01-11", "2026-01-12", "2026-01-13"]);
  });
});

describe("money recorded on an installment", () => {
  it("pays that one first, on its day, and the next ones keep that day", () => {
    const payments = [first, paid(second, "2026-02-05"), receipt("R-1", "2026-02-20", 550)];
    expect(coveredBy(payments, "own")).toEqual([
      ["P-1", 550, "2026-02-20"],
      ["P-2", 550, "2026-02-05"],
    ]);
  });

  it("pays it with its last cent", () => {
    const payments = [...ROWS, receipt("R-1", "2026-01-10", 549.99, { number: 2 })];
    const cent = receipt("R-2", "2026-01-11", 0.01, { number: 2 });
    expect(coveredBy([...payments, cent], "own")[1]).toEqual(["P-2", 550, "2026-01-11"]);
  });

  it("covers the oldest one with what is left, before its own day has come", () => {
    const payments = [first, second, receipt("R-1", "2026-01-10", 600, { number: 2 })];
    expect(coveredBy(payments, "own")).toEqual([
      ["P-1", 50, null],
      ["P-2", 550, "2026-01-10"],
    ]);
  });

  it("moves waiting money on to the next one", () => {
    const payments = [
      ...ROWS,
      receipt("R-1", "2026-01-10", 200),
      receipt("R-2", "2026-01-20", 550, { number: 1 }),
    ];
    expect(coveredBy(payments, "own")).toEqual([
      ["P-1", 550, "2026-01-20"],
      ["P-2", 200, null],
    ]);
  });

  it.each([
    ["without a number", null, [first, second]],
    ["with the number of no row", 9, [first, second]],
    ["with the number of two rows", 2, [expected("P-1", "2026-02-01", 500, 50, { number: 2 }), second]],
    [
      "with the number of three rows",
      2,
      [
        expected("P-1", "2026-02-01", 500, 50, { number: 2 }),
        second,
        expected("P-3", "2026-03-02", 500, 50, { number: 2 }),
      ],
    ],
    [
      "without a number, where a row has none",
      null,
      [first, expected("P-2", "2026-03-01", 500, 50, { number: null })],
    ],
  ])("is recorded on none %s", (_, number, rows) => {
    const covered = coveredBy([...rows, receipt("R-1", "2026-01-10", 550, { number })], "own");
    expect(covered[0]).toEqual(["P-1", 550, "2026-01-10"]);
    expect(covered.slice(1).every(([, amount]) => amount === 0)).toBe(true);
  });

  it("is that of the payment itself before that of its number", () => {
    const other = expected("P-9", "2026-03-02", 500, 50, { number: 2 });
    const payments = [first, paid(second, "2026-02-05"), other];
    expect(coveredBy(payments, "own")).toEqual([
      ["P-1", 0, null],
      ["P-2", 550, "2026-02-05"],
      ["P-9", 0, null],
    ]);
  });

  it("is not that of a receipt that schedules itself and has its number", () => {
    const self = [
      receipt("R-0", "2026-01-02", 100, { number: 5 }),
      receipt("R-1", "2026-01-05", 400, { number: 7 }),
    ];
    const back = [5, 7].map((number) => receipt(`B-${number}`, "2026-01-11", 100, { refund: true, number }));
    const later = receipt("R-2", "2026-03-05", 100, { number: 7 });
    expect(coveredBy([...self, ...back, second, later], "own")).toEqual([
      ["R-0", 100, "2026-03-05"],
      ["R-1", 300, null],
      ["P-2", 0, null],
    ]);
  });
});

describe("a refund", () => {
  const [one, two, three] = [1, 2, 3].map((month) =>
    receipt(`R-${month}`, `2026-01-0${month}`, 100, { number: month === 3 ? 1 : month }),
  ) as [PaymentFacts, PaymentFacts, PaymentFacts];
  const rows = [1, 2, 3, 4].map((number) =>
    expected(`P-${number}`, `2026-02-0${number}`, number === 4 ? 800 : 100, 0),
  );
  const firstThree = (payments: readonly PaymentFacts[], allocation?: "own") =>
    coveredBy([...rows, ...payments], allocation).slice(0, 3);
  const back = (total: number, number: number | null = null) =>
    receipt("R-9", "2026-01-09", total, { refund: true, number });

  it("takes back the latest money, one after another", () => {
    expect(firstThree([one, two, three, back(150)])).toEqual([
      ["P-1", 100, "2026-01-01"],
      ["P-2", 50, null],
      ["P-3", 0, null],
    ]);
  });

  it("takes back the first money last", () => {
    expect(firstThree([one, two, three, back(250)])[0]).toEqual(["P-1", 50, null]);
  });

  it("takes back the last cent", () => {
    const [, , last] = firstThree([one, two, three, back(0.01)]);
    expect(last).toEqual(["P-3", 99.99, null]);
  });

  it("first takes back money with its own number, where money belongs to rows", () => {
    const payments = [one, two, back(100, 1)];
    expect(firstThree(payments, "own").slice(0, 2)).toEqual([
      ["P-1", 0, null],
      ["P-2", 100, "2026-01-02"],
    ]);
    expect(firstThree(payments).slice(0, 2)).toEqual([
      ["P-1", 100, "2026-01-01"],
      ["P-2", 0, null],
    ]);
  });

  it("takes back money with its number from the latest on, then other money", () => {
    // 50 of R-3, which has the number 1 as R-1 has it.
    expect(firstThree([one, three, two, back(50, 1)], "own")).toEqual([
      ["P-1", 100, "2026-01-01"],
      ["P-2", 100, "2026-01-02"],
      ["P-3", 50, null],
    ]);
    expect(firstThree([one, two, back(150, 1)], "own").slice(0, 2)).toEqual([
      ["P-1", 0, null],
      ["P-2", 50, null],
    ]);
  });

  it("without a number takes back the latest money, also where that has none", () => {
    const none = receipt("R-0", "2026-01-01", 100);
    expect(firstThree([none, { ...two, due_date: "2026-01-02" }, back(100)], "own").slice(0, 2)).toEqual([
      ["P-1", 100, "2026-01-01"],
      ["P-2", 0, null],
    ]);
  });

  it("takes from later money what it does not find", () => {
    const later = receipt("R-8", "2026-01-20", 130);
    const last = receipt("R-7", "2026-01-21", 20);
    expect(firstThree([one, back(150), later, last])).toEqual([
      ["P-1", 100, "2026-01-21"],
      ["P-2", 0, null],
      ["P-3", 0, null],
    ]);
  });
});

it("an installment of which nothing is left is not late, and was never paid", () => {
  const written = loan(FIRST, [{ on: "2026-01-15", amount: 0, margin: 0 }], ROWS);
  const rows = installmentsAt(ready(written, UTC), "2026-02-20");
  expect(rows.map((row) => [row.total, row.paid_on, daysLate(row, "2026-02-20")])).toEqual([
    [0n, null, 0],
    [0n, null, 0],
  ]);
  const cent = { due: "2026-02-01", total: 1n };
  expect(daysLate({ ...cent, paid_on: null }, "2026-02-20")).toBe(19);
  expect(daysLate({ ...cent, paid_on: "2026-01-20" }, "2026-02-20")).toBe(0);
});
