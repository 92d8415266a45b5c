import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import { Telling, TOLD_MEMBERS } from "../../../src/domain/proof/telling.ts";
import { toldLoan } from "../../../src/domain/proof/told.ts";
import { told } from "./booked.ts";

/* What the events of a loan say, by hand. Amounts are dollars as sent, cents as told. */

const agreed = {
  ...{ step: "create", disbursement_id: "L-1", kind: "loan", currency: "USD" },
  ...{ disbursement_amount: 20, total_expected_margin: 2, disbursement_date: "2026-01-15" },
};
const paid = {
  ...{ step: "create", payment_id: "P-1", status: "paid", currency: "USD", due_date: "2026-02-01" },
  ...{ payment_date: "2026-02-03", payment_total: 11, payment_principal: 10, payment_fee: 1 },
};
const loanBy = (...events: readonly object[]) =>
  toldLoan(
    told(events.map((data) => ({ category: "payment_id" in data ? "payment" : "disbursement", data }))),
    UTC,
  );

describe("the events of a disbursement say", () => {
  it("what was agreed first, and each change as the difference to what was agreed before it", () => {
    const change = { step: "update", disbursement_id: "L-1", change_date: "2026-03-01" };
    const { disbursement } = loanBy(
      agreed,
      { ...change, total_expected_margin: 1.99 },
      { ...change, maturity_date: "2027-01-01" },
      { ...change, disbursement_amount: 25, change_date: "2026-02-01" },
      { step: "update", disbursement_id: "L-1", disbursement_date: "2026-01-16" },
    );
    expect(disbursement).toEqual({
      ...{ currency: "USD", is_deleted: false },
      first: { day: "2026-01-16", amount: 2000n, margin: 200n },
      changes: [
        { day: "2026-03-01", amount: 0n, margin: -1n },
        { day: "2026-02-01", amount: 500n, margin: 0n },
      ],
    });
  });

  it("that it begins on the payment date of a purchase, and that it is deleted", () => {
    const dates = { disbursement_date: "2026-01-15", payment_date: "2026-01-20" };
    const purchase = { ...agreed, ...dates, kind: "purchase" };
    expect(loanBy(purchase).disbursement?.first.day).toBe("2026-01-20");
    expect(loanBy({ ...agreed, ...dates }).disbursement?.first.day).toBe("2026-01-15");
    const removed = { step: "delete", disbursement_id: "L-1" };
    expect(loanBy(agreed, removed).disbursement).toMatchObject({ is_deleted: true, changes: [] });
    expect(loanBy(agreed, removed, agreed).disbursement).toMatchObject({ is_deleted: false, changes: [] });
  });

  it("the same in any order in which they are read", () => {
    const sent = [
      agreed,
      { step: "update", disbursement_id: "L-1", disbursement_amount: 15, change_date: "2026-03-01" },
      { step: "update", disbursement_id: "L-1", disbursement_amount: 25, change_date: "2026-04-01" },
    ].map((data) => ({ category: "disbursement" as const, data }));
    const events = told(sent);
    expect(toldLoan(events.toReversed(), UTC)).toEqual(toldLoan(events, UTC));
    expect(toldLoan(events, UTC).disbursement?.changes.map(({ amount }) => amount)).toEqual([-500n, 1000n]);
  });

  it("nothing of an amount that none of them names", () => {
    const { disbursement_amount: _, total_expected_margin: __, ...rest } = agreed;
    expect(loanBy(rest).disbursement?.first).toMatchObject({ amount: 0n, margin: 0n });
    const { payment_total: ___, ...receipt } = paid;
    expect(loanBy({ ...receipt, payment_principal: 0, payment_fee: 0 }).receipts).toMatchObject([
      { total: 0n },
    ]);
  });
});

describe("the events of a payment say", () => {
  it.each([
    ["what was received", {}, { kind: "loan", total: 1100n, fee: 100n }],
    ["that it is a recovery, without a fee", { recovery: true }, { kind: "recovery", total: 1100n, fee: 0n }],
    ["that it is the upfront fee as a whole", { installment_number: 0 }, { kind: "upfront_fee", fee: 1100n }],
    [
      "its fee where only principal is named",
      { payment_fee: undefined, payment_principal: 8 },
      { fee: 300n },
    ],
    ["no fee where neither part is named", { payment_fee: null, payment_principal: null }, { fee: 0n }],
    ["that it went back", { refund: true }, { is_refund: true, total: 1100n }],
  ])("%s", (_, change, expected) => {
    const { receipts } = loanBy(agreed, { ...paid, ...change });
    expect(receipts).toMatchObject([{ day: "2026-02-03", currency: "USD", is_refund: false, ...expected }]);
  });

  it("that nothing was received where it is due, canceled or deleted", () => {
    expect(loanBy({ ...paid, status: "expected" }).receipts).toEqual([]);
    expect(loanBy({ ...paid, status: "canceled" }).receipts).toEqual([]);
    expect(loanBy(paid, { step: "delete", payment_id: "P-1" }).receipts).toEqual([]);
  });
});

describe("what one event says", () => {
  const telling = (said: Readonly<Record<string, string>>) =>
    new Telling(TOLD_MEMBERS.map((name) => said[name] ?? null));

  it("is a text without its quotes and without spaces around it, a clear, or nothing", () => {
    const said = telling({ status: '" paid "', payment_fee: "null" });
    expect([said.word("status", "x"), said.names("status")]).toEqual(["paid", true]);
    expect([said.word("payment_fee", "x"), said.names("payment_fee")]).toEqual([null, true]);
    expect([said.word("due_date", "x"), said.names("due_date")]).toEqual(["x", false]);
    expect(new Telling([]).word("recovery", "x")).toBe("x");
    expect([said.knownWord("status", "x"), said.knownWord("due_date", "x")]).toEqual(["paid", "x"]);
    expect(said.knownWord("payment_fee", "x")).toBe("");
  });

  it("is an amount in minor units: the one before where it is not named, none or 0 where it is cleared", () => {
    const said = telling({ payment_total: "7.25", payment_fee: "null" });
    const read = (member: "payment_total" | "payment_fee" | "payment_principal") => [
      said.amount(member, "USD", 5n),
      said.knownAmount(member, "USD", 5n),
    ];
    expect(read("payment_total")).toEqual([725n, 725n]);
    expect(read("payment_principal")).toEqual([5n, 5n]);
    expect(read("payment_fee")).toEqual([null, 0n]);
  });

  it("is a day: the one before where it is not named, none where it is cleared", () => {
    const said = telling({ due_date: '"2026-02-01T00:30:00+01:00"', payment_date: "null" });
    expect(said.date("due_date", "x")).toBe("2026-01-31T23:30:00");
    expect(said.date("payment_date", "x")).toBeNull();
    expect(said.date("change_date", "x")).toBe("x");
    expect([said.knownDate("due_date", "x"), said.knownDate("payment_date", "x")]).toEqual([
      "2026-01-31T23:30:00",
      "",
    ]);
  });

  it("is a fault where the log holds neither an amount nor a day", () => {
    const said = telling({ payment_total: "7.255", due_date: '"2026-02-30"' });
    expect(() => said.amount("payment_total", "USD", null)).toThrow("holds no amount as payment_total");
    expect(() => said.date("due_date", null)).toThrow("holds no date as due_date");
  });
});
