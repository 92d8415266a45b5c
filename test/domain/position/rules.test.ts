import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import type { Loan } from "../../../src/domain/position/facts.ts";
import { installmentsAt, USUAL } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { at, cents, expected, FIRST, loan, paid, ROWS, receipt, rowsOn } from "./loans.ts";

/* Rules of docs/portfolio.md that the golden cases do not reach, by hand. Amounts are dollars. */

describe("receipts that were never expected", () => {
  const receipts = ["2026-01-10", "2026-01-20"].map((day, index) => receipt(`R-${index + 1}`, day, 400));

  it("are the schedule of a tape that has no other", () => {
    const one = loan(FIRST, [], [...receipts, receipt("R-3", "2026-02-20", 400)]);
    expect(rowsOn(one, "2026-02-20")).toEqual([
      ["R-1", "2026-01-10", 400, 0, 400, true],
      ["R-2", "2026-01-20", 400, 0, 400, true],
      // Of the last one only the part counts that was still lacking.
      ["R-3", "2026-02-20", 300, 0, 300, true],
    ]);
  });

  it("fill what the rows of a tape lack that begins in mid-life, the fee of the last one first", () => {
    const old = receipt("R-1", "2026-01-10", 600, { payment_principal: cents(540), payment_fee: cents(60) });
    const one = loan(FIRST, [], [old, ROWS[1]]);
    expect(rowsOn(one, "2026-01-31")).toEqual([
      ["R-1", "2026-01-10", 490, 60, 550, true],
      ["P-2", "2026-03-01", 500, 50, 50, false],
    ]);
  });

  it.each([
    ["on the day of the first expected row", "2026-03-01", {}],
    ["with the number of an expected row", "2026-01-10", { number: 2 }],
    ["that refund", "2026-01-10", { refund: true }],
    ["that recover", "2026-01-10", { recovery: true }],
  ] as const)("schedule nothing: those %s", (_, day, more) => {
    expect(rowsOn(loan(FIRST, [], [receipt("R-1", day, 100, more), ROWS[1]]), day)).toHaveLength(1);
  });

  it("fill what is lacking in the order of their days, regardless of the log", () => {
    const late = receipt("R-1", "2026-01-20", 800);
    const early = receipt("R-2", "2026-01-10", 800);
    expect(rowsOn(loan(FIRST, [], [late, early]), "2026-01-20")).toEqual([
      ["R-2", "2026-01-10", 800, 0, 800, true],
      ["R-1", "2026-01-20", 300, 0, 300, true],
    ]);
  });

  it("fill also what raises of the amount and the margin added", () => {
    const changes = [{ on: "2026-01-02", amount: 1200, margin: 150 }];
    const one = loan(FIRST, changes, [receipt("R-1", "2026-01-10", 2000)]);
    expect(rowsOn(one, "2026-01-01")[0]?.[2]).toBe(1100);
    expect(rowsOn(one, "2026-01-02")[0]?.[2]).toBe(1350);
  });

  it("count before the earliest row, regardless of the log, and an upfront fee is no row", () => {
    const rows = [expected("P-2", "2026-03-01", 100, 0), expected("P-1", "2026-02-01", 100, 0)];
    const between = receipt("R-1", "2026-02-10", 300);
    expect(rowsOn(loan(FIRST, [], [...rows, between]), "2026-03-01").map(([id]) => id)).toEqual([
      "P-1",
      "P-2",
    ]);
    const fee = expected("P-0", "2026-01-05", 0, 30, { number: 0 });
    const after = receipt("R-1", "2026-01-10", 1000);
    expect(
      rowsOn(loan(FIRST, [], [fee, ROWS[1], after]), "2026-03-01").map(([id, , , , , own]) => [id, own]),
    ).toEqual([
      ["P-0", false],
      ["R-1", true],
      ["P-2", false],
    ]);
    expect(rowsOn(loan(FIRST, [], [fee, ROWS[1], after]), "2026-03-01")[1]?.[2]).toBe(550);
  });

  it("with the number 0 are upfront fees of their own, unless one is expected", () => {
    const fee = receipt("R-0", "2026-05-01", 30, { number: 0 });
    expect(rowsOn(loan(FIRST, [], [...ROWS, fee]), "2026-05-01").at(-1)?.[0]).toBe("R-0");
    const upfront = expected("P-0", "2026-01-01", 0, 30, { number: 0 });
    expect(rowsOn(loan(FIRST, [], [...ROWS, upfront, fee]), "2026-05-01")).toHaveLength(3);
  });
});

it("a row whose parts are unknown is all principal, and one with the number 0 all fee", () => {
  const unknown = { expected_principal: null, expected_fee: null };
  const rows = [
    expected("P-0", "2026-01-05", 30, 0, { number: 0 }),
    expected("P-1", "2026-02-01", 500, 50, unknown),
  ];
  expect(rowsOn(loan(FIRST, [], rows), "2026-01-05").map(([, , principal, fee]) => [principal, fee])).toEqual(
    [
      [0, 30],
      [550, 0],
    ],
  );
});

describe("refunds and recoveries", () => {
  it("money back to the client covers nothing, and what was received is net of it", () => {
    const payments = [
      paid(ROWS[0], "2026-02-01"),
      ROWS[1],
      receipt("R-1", "2026-02-01", 100),
      receipt("R-2", "2026-02-10", 100, { refund: true }),
      receipt("R-3", "2026-02-20", 50, { refund: true, number: 1 }),
    ];
    const one = loan(FIRST, [], payments);
    expect(at(one, "2026-02-10")).toMatchObject({
      received: 550,
      refunded: 100,
      outstanding: 500,
      arrears: 0,
    });
    expect(at(one, "2026-02-20")).toMatchObject({ received: 500, refunded: 150, arrears: 50, days: 19 });
  });

  const paidOn = (one: Loan, day: string, allocation: "oldest" | "own" = "oldest") =>
    installmentsAt(ready(one, UTC), day, { ...USUAL, allocation }).map(({ paid_on }) => paid_on);

  it("money back takes the latest money first: on its own day, that of the last payment_id", () => {
    const back = receipt("R-0", "2026-02-10", 550, { refund: true });
    const [early, late] = ["2026-02-01", "2026-02-10"].map((day, index) =>
      receipt(`R-${index + 1}`, day, 550),
    );
    if (!early || !late) throw new Error("two receipts");
    expect(paidOn(loan(FIRST, [], [...ROWS, early, back, late]), "2026-02-10")).toEqual(["2026-02-01", null]);
    // Money of one day: the refund takes that of R-2, also where the log has it before R-1.
    const [one, two] = [1, 2].map((number) => receipt(`R-${number}`, "2026-02-10", 550, { number }));
    if (!one || !two) throw new Error("two receipts");
    for (const payments of [
      [one, two],
      [two, one],
    ]) {
      const own = loan(FIRST, [], [...ROWS, back, ...payments]);
      expect(paidOn(own, "2026-02-10", "own")).toEqual(["2026-02-10", null]);
    }
  });

  it("a marked recovery counts nowhere else, and unmarked money recovers only what is left", () => {
    const payments = [
      receipt("R-1", "2026-02-01", 700, { recovery: true }),
      receipt("R-2", "2026-02-02", 500),
    ];
    const one = loan({ ...FIRST, margin: 0 }, [{ on: "2026-01-10", amount: 0 }], payments);
    expect(at(one, "2026-02-01")).toMatchObject({ recovered: 700, received: 0, state: "written_off" });
    expect(at(one, "2026-02-02")).toMatchObject({ recovered: 1000, received: 500, overpaid: 200 });
  });
});

describe("money recorded on an installment", () => {
  const second = paid(ROWS[1], "2026-02-01");

  it("covers the oldest one first by default", () => {
    expect(at(loan(FIRST, [], [ROWS[0], second]), "2026-02-15")).toMatchObject({ arrears: 0, days: 0 });
  });

  it("covers its own first where that is requested, and what is left the oldest", () => {
    expect(at(loan(FIRST, [], [ROWS[0], second]), "2026-02-15", "own")).toMatchObject({
      arrears: 550,
      days: 14,
    });
    const more = receipt("R-1", "2026-02-10", 200, { number: 2 });
    expect(at(loan(FIRST, [], [ROWS[0], second, more]), "2026-02-15", "own")).toMatchObject({ arrears: 350 });
  });
});

describe("a purchase", () => {
  const bought = { ...FIRST, kind: "purchase" as const };

  it("matures with its last expected row", () => {
    expect(at(loan(bought, [], [ROWS[0]]), "2026-02-02")).toMatchObject({
      state: "matured_unpaid",
      arrears: 1100,
    });
  });

  it("with only receipts has no arrears", () => {
    const one = loan(bought, [], [receipt("R-1", "2026-02-01", 500)]);
    expect(at(one, "2030-01-01")).toMatchObject({ state: "current", arrears: 0, outstanding: 500 });
  });

  it("does not mature with an upfront fee", () => {
    const fee = expected("P-0", "2026-01-01", 0, 30, { number: 0 });
    expect(at(loan(bought, [], [fee]), "2026-01-02")).toMatchObject({ state: "late", arrears: 30, days: 1 });
  });

  it("matures with its last row of which something is left: a cent is enough", () => {
    const maturity = (amount: number) =>
      ready(loan(bought, [{ on: "2026-01-10", amount, margin: 0 }], ROWS), UTC).agreementAt("2026-02-15")
        .maturity;
    expect([maturity(500), maturity(500.01), maturity(0)]).toEqual(["2026-02-01", "2026-03-01", null]);
  });
});
