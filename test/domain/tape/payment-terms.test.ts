import { describe, expect, it } from "vitest";
import type { Accepted, PaymentTerms } from "../../../src/domain/tape/state.ts";
import { type Ledger, stocked } from "../../support/decisions.ts";
import { payment } from "../../support/examples.ts";

const update = (change: object) => ({ step: "update", payment_id: "PAY-1", ...change });
const dated = { change_date: "2025-03-10", change_reason: "restructured" };

const rowsOf = ({ effects }: Accepted): readonly PaymentTerms[] =>
  effects.flatMap((effect) => (effect.type === "payment_terms" ? effect.rows : []));
const send = (ledger: Ledger, data: object) => rowsOf(ledger.accept("payment", data));
const row = (sequence: number, step: string, change_date: string | null, set: object) => ({
  disbursement_id: "L-1",
  payment_id: "PAY-1",
  sequence,
  step,
  change_date,
  set,
});

/** PAY-1 as its create, event 5, left it. */
const asCreated = {
  status: "expected",
  due_date: "2024-11-20",
  installment_number: null,
  payment_total: 500_00n,
  payment_principal: null,
  payment_fee: null,
};

describe("the events of a payment that act on the schedule from a day on", () => {
  it("a payment without them has no rows", () => {
    const ledger = stocked();
    for (const change of [
      { status: "paid", payment_total: 300 },
      { status: "expected", due_date: "2025-01-01" },
      { ...dated, bank_ref: "B-1" },
      { change_date: null, status: "canceled" },
      { change_reason: "asked for", status: "expected" },
    ]) {
      expect(send(ledger, update(change))).toEqual([]);
    }
    expect(send(ledger, { step: "delete", payment_id: "PAY-1" })).toEqual([]);
    expect(ledger.state.payment.get("PAY-1")?.record.is_dated).toBe(false);
  });

  it("a payment that is created from a day on has a row for its create", () => {
    const ledger = stocked();
    const created = { ...payment, payment_id: "PAY-2", payment_fee: 100, installment_number: 3, ...dated };
    expect(send(ledger, created)).toEqual([
      {
        ...row(7, "create", "2025-03-10", {
          status: "expected",
          due_date: "2024-11-20",
          payment_total: 500_00n,
          payment_fee: 100_00n,
          installment_number: 3,
        }),
        payment_id: "PAY-2",
      },
    ]);
    expect(ledger.state.payment.get("PAY-2")?.record.is_dated).toBe(true);
  });

  it("the first one also writes what the record said before", () => {
    expect(send(stocked(), update({ ...dated, status: "canceled" }))).toEqual([
      row(5, "create", null, asCreated),
      row(7, "update", "2025-03-10", { status: "canceled" }),
    ]);
  });

  it("the row before it has the sequence of the event that set the due date", () => {
    const ledger = stocked();
    ledger.accept("payment", update({ due_date: "2024-12-20" }));
    ledger.accept("payment", update({ payment_fee: 100 }));
    const before = { ...asCreated, due_date: "2024-12-20", payment_principal: 400_00n, payment_fee: 100_00n };
    expect(send(ledger, update({ ...dated, payment_total: 600, payment_fee: null }))).toEqual([
      row(7, "create", null, before),
      row(9, "update", "2025-03-10", { payment_total: 600_00n, payment_fee: null }),
    ]);
  });

  it("of a payment that is no longer expected, what was expected of it is written too", () => {
    const ledger = stocked();
    ledger.accept("payment", update({ status: "paid", payment_total: 300, due_date: "2024-12-20" }));
    expect(send(ledger, update({ ...dated, status: "canceled" }))).toEqual([
      row(5, "create", null, asCreated),
      row(7, "update", null, {
        ...asCreated,
        status: "paid",
        due_date: "2024-12-20",
        payment_total: 300_00n,
      }),
      row(8, "update", "2025-03-10", { status: "canceled" }),
    ]);
  });

  it("a receipt that was never expected has one row before it", () => {
    const ledger = stocked();
    ledger.accept("payment", { ...payment, payment_id: "PAY-2", status: "paid" });
    const rows = send(ledger, { ...update({ ...dated, status: "expected" }), payment_id: "PAY-2" });
    expect(rows.map(({ sequence, step, set }) => [sequence, step, set.status])).toEqual([
      [7, "create", "paid"],
      [8, "update", "expected"],
    ]);
  });

  it("after it each event that sets a member of the schedule has a row, dated or not", () => {
    const ledger = stocked();
    ledger.accept("payment", update({ ...dated, status: "canceled" }));
    expect(send(ledger, update({ bank_ref: "B-1" }))).toEqual([]);
    // Its own record is all that it changes.
    expect(ledger.accept("payment", update({ ...dated, info: { a: 1 } })).effects).toHaveLength(1);
    expect(send(ledger, update({ status: "expected", installment_number: null }))).toEqual([
      row(10, "update", null, { status: "expected", installment_number: null }),
    ]);
    const later = { change_date: "2025-04-01T12:00:00+02:00", payment_principal: 500 };
    expect(send(ledger, update(later))).toEqual([
      row(11, "update", "2025-04-01T10:00:00", { payment_principal: 500_00n }),
    ]);
    expect(send(ledger, { step: "delete", payment_id: "PAY-1" })).toEqual([row(12, "delete", null, {})]);
  });

  it("a delete may be the first one, and a record that takes the id starts without", () => {
    const ledger = stocked();
    expect(send(ledger, { step: "delete", payment_id: "PAY-1", ...dated })).toEqual([
      row(5, "create", null, asCreated),
      row(7, "delete", "2025-03-10", {}),
    ]);
    expect(send(ledger, payment)).toEqual([]);
    expect(send(ledger, update({ status: "paid" }))).toEqual([]);
  });

  it("the rows of events that one group writes follow one another", () => {
    const ledger = stocked();
    const create = { ...payment, payment_id: "PAY-2", ...dated };
    const rows = [
      ...send(ledger, create),
      ...send(ledger, { ...update({ status: "canceled" }), payment_id: "PAY-2" }),
    ];
    expect(rows.map(({ sequence, change_date }) => [sequence, change_date])).toEqual([
      [7, "2025-03-10"],
      [8, null],
    ]);
  });

  it.each([
    [{ step: "delete", payment_id: "PAY-1", status: "paid" }, "data.status"],
    [{ step: "delete", payment_id: "PAY-1", change_date: "soon" }, "data.change_date"],
    [update({ change_date: 5 }), "data.change_date"],
    [update({ change_reason: 5 }), "data.change_reason"],
    [{ ...payment, payment_id: "PAY-2", change_date: "2025-02-30" }, "data.change_date"],
  ])("%j is refused by the schema", (data, field) => {
    expect(() => stocked().send("payment", data)).toThrow(field);
  });
});
