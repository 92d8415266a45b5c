import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import type { PaymentFacts } from "../../../src/domain/position/facts.ts";
import { positionAt } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { at, cents, dollars, expected, FIRST, loan, ROWS, receipt } from "./loans.ts";

/* State, arrears and money received (docs/portfolio.md#state), by hand. Amounts are dollars. */

describe("a loan of which nothing is outstanding", () => {
  const lowered = [{ on: "2026-01-10", amount: 600 }];
  const free = { ...FIRST, margin: 0 };

  it("is written off until the principal that was first agreed is received", () => {
    const after = (total: number) =>
      at(loan(free, lowered, [receipt("R", "2026-01-20", total)]), "2026-02-15").state;
    expect([599.99, 600, 999.99, 1000].map(after)).toEqual([
      "current",
      "written_off",
      "written_off",
      "repaid",
    ]);
  });

  it("is written off until raises are received too", () => {
    const changes = [{ on: "2026-01-05", amount: 1100 }, ...lowered];
    const after = (total: number) =>
      at(loan(free, changes, [receipt("R", "2026-01-20", total)]), "2026-02-15").state;
    expect([1099.99, 1100].map(after)).toEqual(["written_off", "repaid"]);
  });

  it("is not repaid while margin is due, also where as much money came in for a fee that is due later", () => {
    const fee = { number: 0, due_date: "2026-02-20", payment_date: "2026-01-20" };
    const payments = [receipt("R-1", "2026-01-20", 1000), receipt("R-0", "2026-01-20", 100, fee)];
    expect(at(loan(FIRST, [], payments), "2026-02-15")).toMatchObject({ outstanding: 0, margin_due: 100 });
    expect(at(loan(FIRST, [], payments), "2026-02-15").state).toBe("current");
  });

  it("is repaid once the upfront fee is received too, from the day on which that is due", () => {
    const fee = expected("P-0", "2026-02-10", 0, 30, { number: 0 });
    const on = (day: string, ...more: readonly PaymentFacts[]) =>
      at(loan(FIRST, [], [...ROWS, fee, receipt("R-1", "2026-01-20", 1100), ...more]), day).state;
    expect([on("2026-02-09"), on("2026-02-10"), on("2026-02-11")]).toEqual(["repaid", "current", "current"]);
    expect(on("2026-03-02")).toBe("matured_unpaid");
    const paidFee = receipt("R-2", "2026-02-10", 30, { number: 0 });
    expect(on("2026-02-10", paidFee)).toBe("repaid");
  });
});

describe("arrears", () => {
  it("past maturity are what the rows say, where that is not less than all that is owed", () => {
    const partsOf = (row: PaymentFacts) => {
      const { principal, fee } = positionAt(ready(loan(FIRST, [], [row]), UTC), "2026-03-02").arrears;
      return [dollars(principal), dollars(fee)];
    };
    expect(partsOf(expected("P-1", "2026-02-01", 1100, 0))).toEqual([1100, 0]);
    expect(partsOf(expected("P-1", "2026-02-01", 1099.99, 0))).toEqual([1000, 100]);
  });

  it("count from maturity where each row is covered, and not on its day", () => {
    const one = loan(FIRST, [], [ROWS[0], receipt("R", "2026-02-01", 550)]);
    expect(at(one, "2026-03-01")).toMatchObject({ state: "current", days: 0, arrears: 0 });
    expect(at(one, "2026-03-03")).toMatchObject({ state: "matured_unpaid", days: 2, arrears: 550 });
  });

  it("have the rest of each row as their parts, the fee covered first", () => {
    const partly = [...ROWS, receipt("R", "2026-02-01", 20)];
    const { arrears } = positionAt(ready(loan(FIRST, [], partly), UTC), "2026-02-02");
    expect(arrears).toEqual({ total: cents(530), principal: cents(500), fee: cents(30) });
  });
});

it("the next due day adds up what is not covered on it", () => {
  const rows = [...ROWS, expected("P-3", "2026-03-01", 70, 0), expected("P-4", "2026-04-01", 70, 0)];
  const position = positionAt(
    ready(loan(FIRST, [], [...rows, receipt("R", "2026-01-10", 560)]), UTC),
    "2026-01-10",
  );
  expect(position.next_due).toEqual({ due: "2026-03-01", amount: cents(610) });
});

it("money of a day is received on it, and a refund turns both parts", () => {
  const known = { payment_principal: cents(40), payment_fee: cents(10) };
  const payments = [
    ...ROWS,
    receipt("R-1", "2026-02-01", 50, known),
    receipt("R-2", "2026-02-01", 50),
    receipt("R-3", "2026-01-20", 500),
    receipt("R-4", "2026-02-05", 50, { ...known, refund: true }),
  ];
  const { received, last_received } = positionAt(ready(loan(FIRST, [], payments), UTC), "2026-02-05");
  expect(received).toEqual({ total: cents(550), principal: cents(550), fee: 0n });
  expect(last_received).toEqual({ day: "2026-02-01", amount: cents(100) });
  const none = positionAt(ready(loan(FIRST, [], payments), UTC), "2026-01-19");
  expect(none.last_received).toBeNull();
});
