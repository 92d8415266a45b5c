import { describe, expect, it } from "vitest";
import { invalid, type Ledger, stocked } from "../../support/decisions.ts";
import { payment } from "../../support/examples.ts";

const update = (change: object) => ({ step: "update", payment_id: "PAY-1", ...change });
const recordOf = (ledger: Ledger, id = "PAY-1") => ledger.state.payment.get(id)?.record;

/** An installment of 500 (400 + 100), due 2024-11-20; its due date was set by event 7. */
function due(): Ledger {
  const ledger = stocked();
  ledger.accept("payment", update({ payment_principal: 400, due_date: "2024-11-20" }));
  return ledger;
}

describe("a payment that becomes expected again", () => {
  const unsplit = { payment_principal: null, payment_fee: null };

  it.each([
    [{}, 500_00n, 400_00n, 100_00n, "2024-11-20", 7],
    [{ due_date: "2025-01-01" }, 500_00n, 400_00n, 100_00n, "2025-01-01", 9],
    [{ payment_total: 500 }, 500_00n, 400_00n, 100_00n, "2024-11-20", 7],
    [{ payment_total: 350 }, 350_00n, null, null, "2024-11-20", 7],
    [{ payment_total: 350, payment_fee: 50 }, 350_00n, 300_00n, 50_00n, "2024-11-20", 7],
    [{ payment_principal: 450, payment_fee: 50 }, 500_00n, 450_00n, 50_00n, "2024-11-20", 7],
    [unsplit, 500_00n, null, null, "2024-11-20", 7],
  ])(
    "with %j is due as it was where it says nothing else",
    (change, total, principal, fee, date, sequence) => {
      for (const other of [
        { status: "paid", payment_total: 300, due_date: "2024-11-30" },
        { status: "paid", payment_principal: 450, payment_fee: 50 },
        { status: "canceled", payment_total: 300, due_date: "2024-12-24", ...unsplit },
      ]) {
        const ledger = due();
        ledger.accept("payment", update(other));
        ledger.accept("payment", update({ status: "expected", ...change }));
        expect(recordOf(ledger)).toMatchObject({
          payment_total: total,
          payment_principal: principal,
          payment_fee: fee,
          due_date: date,
          expected_total: total,
          expected_principal: principal,
          expected_fee: fee,
          expected_due_date: date,
          due_sequence: sequence,
        });
      }
    },
  );

  it.each([
    [{ payment_principal: 300 }, { payment_fee: "inconsistent_amounts" }],
    [{ payment_total: 350, payment_fee: 351 }, { payment_fee: "inconsistent_amounts" }],
    [{ payment_total: 350, payment_principal: 1, payment_fee: 1 }, { payment_fee: "inconsistent_amounts" }],
  ])("is refused with %j: the parts do not make up the total", (change, fields) => {
    const ledger = due();
    ledger.accept("payment", update({ status: "paid", payment_total: 300 }));
    expect(ledger.send("payment", update({ status: "expected", ...change }))).toEqual(invalid(fields));
  });

  it("is no receipt any more: payment date and bank reference go, unless the event sends them", () => {
    const receipt = { status: "paid", payment_date: "2024-11-21", bank_ref: "B-1" };
    const ledger = due();
    ledger.accept("payment", update(receipt));
    ledger.accept("payment", update({ status: "expected" }));
    expect(recordOf(ledger)).toMatchObject({ payment_date: null, bank_ref: null });
    const paid = ledger.accept("payment", update({ status: "paid" }));
    expect(paid.warnings.map(({ code }) => code)).toContain("paid_without_date");
    ledger.accept("payment", update(receipt));
    ledger.accept("payment", update({ status: "expected", bank_ref: "B-2" }));
    expect(recordOf(ledger)).toMatchObject({ payment_date: null, bank_ref: "B-2" });
    ledger.accept("payment", update(receipt));
    ledger.accept("payment", update({ status: "expected", payment_date: "2024-11-22" }));
    expect(recordOf(ledger)).toMatchObject({ payment_date: "2024-11-22", bank_ref: null });
  });

  it("keeps its amounts and its due date if it was never expected", () => {
    const ledger = stocked();
    ledger.accept("payment", { ...payment, payment_id: "PAY-2", status: "paid", payment_date: "2024-11-21" });
    const unexpected = { expected_total: null, expected_principal: null, expected_fee: null };
    const undated = { expected_due_date: null, due_sequence: null };
    expect(recordOf(ledger, "PAY-2")).toMatchObject({ ...unexpected, ...undated });
    ledger.accept("payment", { step: "update", payment_id: "PAY-2", status: "expected" });
    expect(recordOf(ledger, "PAY-2")).toMatchObject({
      payment_total: 500_00n,
      payment_date: null,
      expected_total: 500_00n,
      expected_due_date: "2024-11-20",
      due_sequence: 8,
    });
  });

  it("an expected one that changes its total says both parts, as the refusal asks", () => {
    const ledger = due();
    expect(ledger.send("payment", update({ payment_total: 600 }))).toEqual(
      invalid({ payment_fee: "inconsistent_amounts" }),
    );
    ledger.accept("payment", update({ payment_total: 600, payment_principal: 450, payment_fee: 150 }));
    expect(recordOf(ledger)).toMatchObject({ expected_total: 600_00n, due_sequence: 7 });
  });

  it("a receipt that repeats the expected total keeps the expected parts", () => {
    const ledger = due();
    ledger.accept("payment", update({ status: "paid", payment_total: 500 }));
    expect(recordOf(ledger)).toMatchObject({ payment_principal: 400_00n, payment_fee: 100_00n });
  });

  it("a due date that comes with a receipt moves nothing that was due", () => {
    const ledger = due();
    ledger.accept("payment", update({ status: "paid", due_date: "2024-12-01" }));
    expect(recordOf(ledger)).toMatchObject({
      due_date: "2024-12-01",
      expected_due_date: "2024-11-20",
      due_sequence: 7,
    });
  });
});

describe("refunds and recoveries", () => {
  const create = (change: object) => ({ ...payment, payment_id: "PAY-2", status: "paid", ...change });
  const later = (change: object) => ({ ...update(change), payment_id: "PAY-2" });
  const schemaRefusal = (data: object) => () => stocked().send("payment", data);

  it("are unmarked by default", () => {
    expect(recordOf(stocked())).toMatchObject({ refund: false, recovery: false });
  });

  it.each([
    [{ refund: true }],
    [{ recovery: true }],
    [{ refund: true, status: "canceled" }],
    [{ recovery: true, status: "canceled" }],
    [{ refund: true, recovery: false }],
    [{ refund: null, recovery: null }],
  ])("a new payment takes %j", (marks) => {
    const ledger = stocked();
    ledger.accept("payment", create(marks));
    const { refund, recovery } = { refund: null, recovery: null, ...marks };
    expect(recordOf(ledger, "PAY-2")).toMatchObject({ refund: refund ?? false, recovery: recovery ?? false });
  });

  it.each([
    [{ refund: true, status: "expected" }, "must not make a refund expected"],
    [{ recovery: true, status: "expected" }, "must not make a recovery expected"],
    [{ refund: true, recovery: true }, "one or the other"],
    [{ refund: "yes" }, "data.refund"],
  ])("a new payment does not take %j", (marks, message) => {
    expect(schemaRefusal(create(marks))).toThrow(message);
  });

  it.each([
    [{ refund: true }, { refund: false }, { refund: "immutable_field" }],
    [{ refund: true }, { refund: null }, { refund: "immutable_field" }],
    [{}, { refund: true }, { refund: "immutable_field" }],
    [{ refund: true }, { recovery: true, status: "paid" }, { recovery: "invalid_value" }],
    [{ refund: true }, { status: "expected" }, { status: "invalid_value" }],
    [{ recovery: true }, { status: "expected", recovery: true }, { recovery: "invalid_value" }],
    [{}, { recovery: true }, { recovery: "invalid_value" }],
    [{}, { recovery: true, status: "canceled" }, { recovery: "invalid_value" }],
    [{ status: "expected" }, { recovery: true }, { recovery: "invalid_value" }],
  ])("a payment with %j does not take the update %j", (marks, change, fields) => {
    const ledger = stocked();
    ledger.accept("payment", create(marks));
    expect(ledger.send("payment", later(change))).toEqual(invalid(fields));
  });

  it.each([
    [{ status: "expected" }, { status: "paid", recovery: true }, { recovery: true }],
    [{}, { status: "paid", recovery: true }, { recovery: true }],
    [{ recovery: true }, { recovery: true }, { recovery: true }],
    [{ recovery: true }, { bank_ref: "B-1" }, { recovery: true }],
    [{ recovery: true }, { recovery: false }, { recovery: false }],
    [{ recovery: true }, { recovery: null }, { recovery: false }],
    [{ recovery: true }, { status: "expected" }, { recovery: false, status: "expected" }],
    [{ refund: true }, { refund: true, status: "canceled" }, { refund: true, status: "canceled" }],
  ])("a payment with %j takes the update %j", (marks, change, record) => {
    const ledger = stocked();
    ledger.accept("payment", create(marks));
    ledger.accept("payment", later(change));
    expect(recordOf(ledger, "PAY-2")).toMatchObject(record);
  });
});
