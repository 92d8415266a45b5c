import { describe, expect, it } from "vitest";
import { invalid, stocked } from "../../support/decisions.ts";
import { loan, operation, payment } from "../../support/examples.ts";

describe("payments", () => {
  const update = (change: object) => ({ step: "update", payment_id: "PAY-1", ...change });

  it.each([
    [{ currency: "EUR" }, { currency: "currency_mismatch" }],
    [{ client_id: "C-CO" }, { client_id: "client_mismatch" }],
    [
      { client_id: "X", currency: "JPY" },
      { client_id: "client_mismatch", currency: "currency_mismatch" },
    ],
    [{ disbursement_id: "X", client_id: "X" }, { disbursement_id: "unknown_reference" }],
    [{ disbursement_id: "P-1" }, { client_id: "required" }],
    [{ disbursement_id: "P-1", client_id: "C-CO" }, { client_id: "client_mismatch" }],
  ])("a new payment does not take %j", (change, fields) => {
    const event = { ...payment, payment_id: "PAY-2", ...change };
    expect(stocked().send("payment", event)).toEqual(invalid(fields));
  });

  it.each([
    [{ payment_principal: 400 }, 400_00n, 100_00n],
    [{ payment_fee: 100 }, 400_00n, 100_00n],
    [{ payment_principal: 500 }, 500_00n, 0n],
    [{ payment_fee: 500 }, 0n, 500_00n],
    [{ payment_principal: 0 }, 0n, 500_00n],
    [{ payment_principal: 499.99, payment_fee: 0.01 }, 499_99n, 1n],
    [{ payment_principal: null, payment_fee: null }, null, null],
  ])("with %j principal and fee add up to the total", (change, payment_principal, payment_fee) => {
    const ledger = stocked();
    ledger.accept("payment", { ...payment, payment_id: "PAY-2", ...change });
    expect(ledger.state.payment.get("PAY-2")?.record).toMatchObject({ payment_principal, payment_fee });
  });

  it.each([
    [{ payment_total: 600 }, { payment_fee: "inconsistent_amounts" }],
    [{ payment_principal: 300 }, { payment_fee: "inconsistent_amounts" }],
    [{ payment_fee: null, payment_principal: 501 }, { payment_principal: "inconsistent_amounts" }],
    [{ payment_principal: null, payment_fee: 501 }, { payment_fee: "inconsistent_amounts" }],
    [{ payment_total: 0.005 }, { payment_total: "invalid_value" }],
  ])("an update to %j never contradicts the rest", (change, fields) => {
    const ledger = stocked();
    ledger.accept("payment", update({ payment_principal: 400 }));
    expect(ledger.send("payment", update(change))).toEqual(invalid(fields));
  });

  it("an update fills in what it clears", () => {
    const ledger = stocked();
    ledger.accept("payment", update({ payment_principal: 400 }));
    ledger.accept("payment", update({ payment_total: 600, payment_fee: null }));
    expect(ledger.state.payment.get("PAY-1")?.record).toMatchObject({
      payment_principal: 400_00n,
      payment_fee: 200_00n,
    });
  });

  it("a receipt whose total differs from the expected one has unknown parts, and the expected parts stay known", () => {
    const ledger = stocked();
    ledger.accept("payment", update({ payment_principal: 400 }));
    const due = {
      expected_total: 500_00n,
      expected_principal: 400_00n,
      expected_fee: 100_00n,
      expected_due_date: "2024-11-20",
    };
    const received = { status: "paid", payment_date: "2024-11-25", payment_total: 300 };
    ledger.accept("payment", update({ ...received, due_date: "2024-11-21" }));
    const record = () => ledger.state.payment.get("PAY-1")?.record;
    const unsplit = { payment_principal: null, payment_fee: null };
    expect(record()).toMatchObject({ payment_total: 300_00n, ...unsplit, ...due });
    ledger.accept("payment", update({ payment_total: 450 }));
    expect(record()).toMatchObject({ status: "paid", payment_total: 450_00n, ...unsplit, ...due });
    ledger.accept("payment", update({ payment_fee: 100 }));
    expect(record()).toMatchObject({ payment_principal: 350_00n, payment_fee: 100_00n, ...due });
  });

  it.each([
    [{ payment_principal: 400, payment_fee: 100 }, { payment_fee: "inconsistent_amounts" }],
    [{ payment_principal: 300, payment_fee: 1 }, { payment_fee: "inconsistent_amounts" }],
    [{ payment_fee: 50 }, { payment_fee: "inconsistent_amounts" }],
    [{ payment_fee: null }, { payment_principal: "inconsistent_amounts" }],
    [{ status: "expected" }, { payment_fee: "inconsistent_amounts" }],
    [{ status: "canceled" }, { payment_fee: "inconsistent_amounts" }],
  ])("a receipt of 300 that states %j contradicts itself and is refused", (change, fields) => {
    const ledger = stocked();
    ledger.accept("payment", update({ payment_principal: 400 }));
    const event = update({ status: "paid", payment_total: 300, ...change });
    expect(ledger.send("payment", event)).toEqual(invalid(fields));
    const advised = { ...event, payment_principal: null, payment_fee: null };
    ledger.accept("payment", advised);
  });

  it("the source is client by default, and again when it is cleared", () => {
    const ledger = stocked();
    const source = () => ledger.state.payment.get("PAY-1")?.record.source;
    expect(source()).toBe("client");
    ledger.accept("payment", update({ source: "insurer" }));
    expect(source()).toBe("insurer");
    ledger.accept("payment", update({ source: null }));
    expect(source()).toBe("client");
  });

  it("nothing new refers to a deleted disbursement, and what refers to it already stays valid", () => {
    const ledger = stocked();
    ledger.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    expect(ledger.send("payment", { ...payment, payment_id: "PAY-2" })).toEqual(
      invalid({ disbursement_id: "unknown_reference" }),
    );
    ledger.accept("payment", update({ status: "paid" }));
    ledger.accept("operation", { step: "update", operation_id: "OP-1", asset_condition: "good" });
  });

  it("a payment on a purchase follows the purchase's clients", () => {
    const ledger = stocked();
    const both = [{ client_id: "C-1" }, { client_id: "C-CO" }];
    ledger.accept("payment", { ...payment, payment_id: "PAY-2", disbursement_id: "P-1", client_id: "C-1" });
    const move = { step: "update", payment_id: "PAY-2", client_id: "C-CO" };
    expect(ledger.send("payment", move)).toEqual(invalid({ client_id: "client_mismatch" }));
    ledger.accept("disbursement", { step: "update", disbursement_id: "P-1", purchase_clients: both });
    ledger.accept("payment", move);
    expect(ledger.send("payment", { ...move, client_id: null })).toEqual(invalid({ client_id: "required" }));
  });

  it("an update is not refused for what it leaves as it was: neither the currency of the parent nor the client", () => {
    const ledger = stocked();
    const ofPurchase = { ...payment, payment_id: "PAY-2", disbursement_id: "P-1", client_id: "C-1" };
    ledger.accept("payment", ofPurchase);
    ledger.accept("disbursement", {
      step: "update",
      disbursement_id: "P-1",
      purchase_clients: [{ client_id: "C-CO" }],
    });
    ledger.accept("client", { step: "delete", client_id: "C-1" });
    ledger.accept("payment", { step: "update", payment_id: "PAY-2", status: "paid", client_id: "C-1" });
    for (const id of ["L-1", "P-1"]) {
      ledger.accept("disbursement", { step: "delete", disbursement_id: id });
    }
    ledger.accept("disbursement", { ...loan, client_id: "C-CO", currency: "EUR" });
    ledger.accept("payment", update({ status: "paid" }));
    ledger.accept("operation", { step: "update", operation_id: "OP-1", asset_condition: "good" });
    expect(ledger.state.payment.get("PAY-1")?.record).toMatchObject({ currency: "USD", client_id: "C-CO" });
  });

  it("a payment does not move to a deleted client of its purchase", () => {
    const ledger = stocked();
    const both = [{ client_id: "C-1" }, { client_id: "C-CO" }];
    ledger.accept("disbursement", { step: "update", disbursement_id: "P-1", purchase_clients: both });
    ledger.accept("payment", { ...payment, payment_id: "PAY-2", disbursement_id: "P-1", client_id: "C-1" });
    ledger.accept("client", { step: "delete", client_id: "C-CO" });
    const move = { step: "update", payment_id: "PAY-2", client_id: "C-CO" };
    expect(ledger.send("payment", move)).toEqual(invalid({ client_id: "unknown_reference" }));
  });

  it("a loan's payments move with it to another client", () => {
    const ledger = stocked();
    const accepted = ledger.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      client_id: "C-CO",
    });
    expect(accepted.effects).toContainEqual({ type: "reassign", disbursement_id: "L-1", client_id: "C-CO" });
    expect(ledger.state.payment.get("PAY-1")?.record.client_id).toBe("C-CO");
    expect(ledger.send("payment", update({ client_id: "C-1" }))).toEqual(
      invalid({ client_id: "client_mismatch" }),
    );
  });
});

describe("operations", () => {
  const create = (change: object) => ({ ...operation, operation_id: "OP-2", ...change });
  const update = (change: object) => ({ step: "update", operation_id: "OP-1", ...change });

  it("take the parent's currency, and may name no other", () => {
    const ledger = stocked();
    expect(ledger.state.operation.get("OP-1")?.record.currency).toBe("USD");
    ledger.accept("operation", create({ currency: "USD" }));
    expect(ledger.send("operation", { ...create({ currency: "EUR" }), operation_id: "OP-3" })).toEqual(
      invalid({ currency: "currency_mismatch" }),
    );
  });

  it.each([
    [{ disbursement_id: "X" }, { disbursement_id: "unknown_reference" }],
    [{ operation_cost: 0.001 }, { operation_cost: "invalid_value" }],
    [{ asset_value: 0.001, depreciation_amount: 5 }, { asset_value: "invalid_value" }],
  ])("a new one does not take %j", (change, fields) => {
    expect(stocked().send("operation", create(change))).toEqual(invalid(fields));
  });

  it("are read in their own currency, also where the parent was created anew in another one", () => {
    const ledger = stocked();
    ledger.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    ledger.accept("disbursement", { ...loan, currency: "JPY" });
    ledger.accept("operation", update({ operation_cost: 1.23 }));
    expect(ledger.state.operation.get("OP-1")?.record.operation_cost).toBe(123n);
  });

  it("state the condition of their asset in the facts of the event that sends one", () => {
    const facts = { disbursement_id: "L-1", currency: "USD", asset_id: "A-1" };
    const ledger = stocked();
    const worn = ledger.accept("operation", update({ asset_id: "A-1", asset_condition: "worn" }));
    expect(worn.facts).toMatchObject({ ...facts, asset_condition: "worn" });
    for (const change of [{ operation_cost: 5 }, { asset_condition: " " }]) {
      const { changes: _, ...others } = ledger.accept("operation", update(change)).facts;
      expect(others).toStrictEqual(facts);
    }
  });

  it("depreciate only an asset", () => {
    const ledger = stocked();
    ledger.accept("operation", update({ asset_value: 100, depreciation_method: "straight_line" }));
    expect(ledger.send("operation", update({ asset_value: null }))).toEqual(
      invalid({ asset_id: "required" }),
    );
    ledger.accept("operation", update({ asset_value: null, asset_id: "A-1" }));
    ledger.accept("operation", update({ asset_id: null, depreciation_method: null }));
  });

  it("do not end before they start", () => {
    const ledger = stocked();
    ledger.accept("operation", update({ operation_start_date: "2024-05-01" }));
    expect(ledger.send("operation", update({ operation_end_date: "2024-04-30" }))).toEqual(
      invalid({ operation_end_date: "inconsistent_dates" }),
    );
    ledger.accept("operation", update({ operation_end_date: "2024-05-01" }));
  });
});
