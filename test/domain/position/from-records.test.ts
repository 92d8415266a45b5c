import { describe, expect, it } from "vitest";
import { clientOf, PLAIN_PAYMENT } from "../../../src/domain/position/facts.ts";
import { loanOf } from "../../../src/domain/position/from-records.ts";
import { loansOf } from "../../../src/domain/position/past.ts";
import { foldEvent, noPast } from "../../../src/domain/tape/past.ts";
import { type Ledger, stocked } from "../../support/decisions.ts";
import { loan, payment, purchase } from "../../support/examples.ts";

/** The loan L-1 as the log of a ledger says that it is. */
function loanIn(ledger: Ledger) {
  const past = noPast();
  for (const event of ledger.log) foldEvent(past, event);
  const [found] = loansOf(past, ["L-1"]);
  if (!found) throw new Error("the loan is not live");
  return found;
}
const because = { change_date: "2025-01-10", change_reason: "Agreed" };
const dated = { ...because, due_date: "2024-12-20" };
const deleted = { step: "delete", disbursement_id: "L-1" };

describe("a disbursement that takes the id of a deleted one", () => {
  it("has the terms of its own life only", () => {
    const ledger = stocked();
    ledger.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_amount: 9000,
      ...because,
    });
    ledger.accept("disbursement", deleted);
    ledger.accept("disbursement", { ...loan, disbursement_amount: 500 });
    ledger.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_amount: 400,
      ...because,
    });
    const { terms } = loanIn(ledger).loan;
    expect(terms.map(({ disbursement_amount }) => disbursement_amount)).toEqual([500_00n, 400_00n]);
    expect(loanIn(ledger).attributes.pledges).toHaveLength(2);
  });

  it("has live payments, and of deleted ones only those that it had itself", () => {
    const ledger = stocked();
    ledger.accept("payment", { ...payment, payment_id: "PAY-2", ...dated });
    ledger.accept("payment", { step: "delete", payment_id: "PAY-2" });
    const idsOf = () => loanIn(ledger).loan.payments.map(({ payment_id, status }) => [payment_id, status]);
    expect(idsOf()).toEqual([
      ["PAY-1", "expected"],
      ["PAY-2", "canceled"],
    ]);
    ledger.accept("disbursement", deleted);
    ledger.accept("disbursement", loan);
    expect(idsOf()).toEqual([["PAY-1", "expected"]]);
    ledger.accept("payment", { ...payment, payment_id: "PAY-3", ...dated });
    ledger.accept("payment", { step: "delete", payment_id: "PAY-3" });
    expect(idsOf()).toEqual([
      ["PAY-1", "expected"],
      ["PAY-3", "canceled"],
    ]);
  });
});

describe("the payments of a loan in a past", () => {
  const dateOf = (ledger: Ledger, id: string) =>
    loanIn(ledger).loan.payments.find(({ payment_id }) => payment_id === id)?.row_events?.length ?? null;

  it("have all their events if one is dated, and none if none is in this life of theirs", () => {
    const ledger = stocked();
    expect(dateOf(ledger, "PAY-1")).toBeNull();
    ledger.accept("payment", { step: "update", payment_id: "PAY-1", ...dated });
    expect(dateOf(ledger, "PAY-1")).toBe(2);
    ledger.accept("payment", { step: "delete", payment_id: "PAY-1" });
    expect(dateOf(ledger, "PAY-1")).toBe(3);
    ledger.accept("payment", payment);
    expect(loanIn(ledger).loan.payments).toHaveLength(1);
    expect(loanIn(ledger).loan.payments[0]?.status).toBe("expected");
    expect(dateOf(ledger, "PAY-1")).toBeNull();
  });

  it("of a deleted one are a canceled payment of no amount, in the currency of the loan", () => {
    const ledger = stocked();
    ledger.accept("payment", { ...payment, payment_id: "PAY-2", ...dated });
    ledger.accept("payment", { step: "delete", payment_id: "PAY-2" });
    const found = loanIn(ledger).loan.payments.find(({ payment_id }) => payment_id === "PAY-2");
    const { row_events, ...plain } = PLAIN_PAYMENT;
    expect(found).toMatchObject({ ...plain, status: "canceled", currency: "USD", payment_total: 0n });
    expect(found?.row_events).toHaveLength(2);
  });

  it("count with the loan in whose life they were deleted, also if they are older than it", () => {
    const ledger = stocked();
    ledger.accept("payment", { ...payment, payment_id: "PAY-2", ...dated });
    ledger.accept("disbursement", deleted);
    ledger.accept("disbursement", loan);
    ledger.accept("payment", { step: "delete", payment_id: "PAY-2" });
    expect(dateOf(ledger, "PAY-2")).toBe(2);
  });

  it("are none of a loan that has none, and of what is not live there is no loan", () => {
    const past = noPast();
    const ledger = stocked();
    ledger.accept("disbursement", { ...loan, disbursement_id: "L-9" });
    ledger.accept("disbursement", deleted);
    for (const event of ledger.log) foldEvent(past, event);
    expect(loansOf(past, ["L-1", "L-9", "L-X"]).map(({ loan: one }) => one.payments)).toEqual([[]]);
  });
});

it("a disbursement without the terms of its create is refused", () => {
  const [stored] = [...stocked().state.disbursement.values()];
  if (!stored) throw new Error("the ledger has a disbursement");
  const { record: disbursement, created_seq } = stored;
  const records = { disbursement, created_seq, terms: [], payments: [], payment_terms: [] };
  expect(() => loanOf(records)).toThrow("a disbursement has the terms that it was created with");
});

it.each([
  ["C-1", null, "C-1"],
  [null, ["C-2"], "C-2"],
  [null, ["C-1", "C-2"], null],
  [null, [], null],
  [null, null, null],
])(
  "the client of a disbursement with %j and %j, whose country counts, is %j",
  (client_id, clients, client) => {
    const { kind, currency } = purchase;
    const dates = { disbursement_date: null, payment_date: purchase.payment_date };
    const facts = { disbursement_id: "P-1", kind, currency, client_id, purchase_clients: clients, ...dates };
    expect(clientOf(facts)).toBe(client);
  },
);
