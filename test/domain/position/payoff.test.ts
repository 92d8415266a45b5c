import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import type { Loan, PaymentFacts } from "../../../src/domain/position/facts.ts";
import { payoffOn, type Rebate } from "../../../src/domain/position/payoff.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { cents, dollars, expected, FIRST, loan, paid, receipt } from "./loans.ts";

describe("a pay-off", () => {
  const half = loan(
    { ...FIRST, maturity: "2026-04-11" },
    [],
    [expected("P-1", "2026-02-01", 500, 50), expected("P-2", "2026-04-11", 500, 50)],
  );
  const payoff = (one: Loan, on: string, rebate: Rebate) => {
    const found = payoffOn(ready(one, UTC), on, rebate);
    if (!found.ok) return found.error;
    const { principal, margin, rebate: given, upfront_fee, total } = found.value;
    return [principal, margin, given, upfront_fee, total].map(dollars);
  };

  it.each([
    ["none", [1000, 100, 0, 0, 1100]],
    // 50 of 100 days are left: half of the margin.
    ["straight_line", [1000, 100, 50, 0, 1050]],
    // The fee of the first row is due; the other is given up.
    ["all", [1000, 100, 50, 0, 1050]],
  ] as const)("with the rebate %s", (rebate, expectedAmounts) => {
    expect(payoff(half, "2026-02-20", rebate)).toEqual(expectedAmounts);
  });

  it("rounds half of a cent to the even one, and gives up at most what is due", () => {
    const odd = loan({ ...FIRST, margin: 0.01, maturity: "2026-01-03" }, [], []);
    expect(payoff(odd, "2026-01-02", "straight_line")).toEqual([1000, 0.01, 0, 0, 1000.01]);
    const three = loan({ ...FIRST, margin: 0.03, maturity: "2026-01-03" }, [], []);
    expect(payoff(three, "2026-01-02", "straight_line")).toEqual([1000, 0.03, 0.02, 0, 1000.01]);
    const early = { payment_principal: 0n, payment_fee: cents(90) };
    const earned = { ...half, payments: [...half.payments, receipt("R-1", "2026-01-02", 90, early)] };
    expect(payoff(earned, "2026-01-02", "straight_line")).toEqual([1000, 10, 10, 0, 1000]);
  });

  it("asks for the upfront fees that fell due, less what is overpaid", () => {
    const fee = expected("P-0", "2026-01-01", 0, 30, { number: 0 });
    const upfront = { ...half, payments: [...half.payments, fee] };
    expect(payoff(upfront, "2026-02-20", "none")).toEqual([1000, 100, 0, 30, 1130]);
    const over = { ...upfront, payments: [...upfront.payments, receipt("R-1", "2026-02-01", 1110)] };
    expect(payoff(over, "2026-02-20", "none")).toEqual([0, 0, 0, 20, 20]);
  });

  it("is nothing before the start, and asks for nothing where nothing is owed", () => {
    expect(payoff(half, "2025-12-31", "none")).toBe("not_started");
    const all: PaymentFacts = receipt("R-1", "2026-01-05", 1100);
    const found = payoffOn(ready({ ...half, payments: [...half.payments, all] }, UTC), "2026-02-20", "all");
    expect(found).toMatchObject({ ok: true, value: { total: 0n, events: [] } });
  });

  const events = (one: Loan, on: string, rebate: Rebate = "none") => {
    const found = payoffOn(ready(one, UTC), on, rebate);
    return found.ok ? found.value.events : null;
  };
  const money = (type: string, total: number, principal: number, fee: number, more = {}) => {
    const parts = { total: cents(total), principal: cents(principal), fee: cents(fee) };
    return { type, client_id: null, installment_number: null, ...parts, ...more };
  };

  it("says what to send: a rebate, a receipt, and the upfront fee with the number that is expected", () => {
    const fee = expected("P-0", "2026-01-01", 0, 30, { number: 0 });
    expect(events({ ...half, payments: [...half.payments, fee] }, "2026-02-20", "straight_line")).toEqual([
      { type: "rebate", total_expected_margin: cents(50) },
      money("receipt", 1050, 1000, 50),
      money("upfront_fee", 30, 0, 30, { installment_number: 0 }),
    ]);
    // Received without ever having been expected, and then taken back: nothing expects the number 0.
    const own = receipt("R-0", "2026-01-01", 30, { number: 0 });
    const back = receipt("R-1", "2026-01-02", 30, { number: 0, refund: true });
    expect(events({ ...half, payments: [...half.payments, own, back] }, "2026-02-20")).toEqual([
      money("receipt", 1100, 1000, 100),
      money("upfront_fee", 30, 0, 30),
    ]);
  });

  it("of one cent is an event of one cent", () => {
    const all = receipt("R-1", "2026-02-01", 1099.99);
    const cent = { ...half, payments: [...half.payments, all] };
    expect(events(cent, "2026-02-20")).toEqual([money("receipt", 0.01, 0, 0.01)]);
    expect(events(cent, "2026-02-20", "straight_line")).toEqual([
      { type: "rebate", total_expected_margin: cents(99.99) },
    ]);
  });

  it("of a purchase is received from its first client", () => {
    const bought = loan({ ...FIRST, kind: "purchase" }, [], half.payments);
    expect(events(bought, "2026-02-20")?.[0]).toMatchObject({ client_id: "C-1" });
    const of = (purchase_clients: string[] | null) =>
      events({ ...bought, disbursement: { ...bought.disbursement, purchase_clients } }, "2026-02-20")?.[0];
    expect(of([])).toMatchObject({ client_id: null });
    expect(of(null)).toMatchObject({ client_id: null });
    // The client of a loan is known from the loan.
    const { disbursement } = half;
    const odd = { ...half, disbursement: { ...disbursement, purchase_clients: ["C-9"] } };
    expect(events(odd, "2026-02-20")?.[0]).toMatchObject({ client_id: null });
  });

  it("gives up no margin by days that are over: at and after maturity, and of one that matures at its start", () => {
    expect(payoff(half, "2026-04-10", "straight_line")).toEqual([1000, 100, 1, 0, 1099]);
    expect(payoff(half, "2026-04-11", "straight_line")).toEqual([1000, 100, 0, 0, 1100]);
    expect(payoff(half, "2026-04-12", "straight_line")).toEqual([1000, 100, 0, 0, 1100]);
    const short = loan({ ...FIRST, maturity: FIRST.start });
    expect(payoff(short, FIRST.start, "straight_line")).toEqual([1000, 100, 0, 0, 1100]);
    const unscheduled = loan({ ...FIRST, kind: "purchase" }, [], [receipt("R-1", "2026-01-05", 1)]);
    expect(payoff(unscheduled, "2026-01-06", "straight_line")).toEqual([999, 100, 0, 0, 1099]);
    // Two days after the start, two before maturity: half.
    const four = loan({ ...FIRST, maturity: "2026-01-05" });
    expect(payoff(four, "2026-01-03", "straight_line")).toEqual([1000, 100, 50, 0, 1050]);
  });

  it("gives up all that is not due, not the upfront fee, and nothing where more is due than is owed", () => {
    const fee = expected("P-0", "2026-01-01", 0, 30, { number: 0 });
    expect(payoff({ ...half, payments: [fee, ...half.payments] }, "2026-02-20", "all")).toEqual([
      1000, 100, 50, 30, 1080,
    ]);
    const dear = loan(FIRST, [], [expected("P-1", "2026-02-01", 500, 150)]);
    expect(payoff(dear, "2026-02-01", "all")).toEqual([1000, 100, 0, 0, 1100]);
  });

  it("gives up at most the margin of the record, where a later change lowers it", () => {
    const later = loan({ ...FIRST, maturity: "2026-01-11" }, [{ on: "2026-12-01", margin: 30 }]);
    expect(payoff(later, "2026-01-06", "straight_line")).toEqual([1000, 100, 30, 0, 1070]);
    expect(events(later, "2026-01-06", "straight_line")?.[0]).toEqual({
      type: "rebate",
      total_expected_margin: 0n,
    });
  });

  it("asks for an upfront fee from its due day on, less what came in for it up to the day", () => {
    const fee = expected("P-0", "2026-02-20", 0, 30, { number: 0 });
    const upfront = { ...half, payments: [...half.payments, paid(fee, "2026-02-21", 10)] };
    expect(payoff(upfront, "2026-02-19", "none")).toEqual([1000, 100, 0, 0, 1100]);
    expect(payoff(upfront, "2026-02-20", "none")).toEqual([1000, 100, 0, 30, 1130]);
    expect(payoff(upfront, "2026-02-21", "none")).toEqual([1000, 100, 0, 20, 1120]);
  });
});
