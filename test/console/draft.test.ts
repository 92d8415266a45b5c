import { LosslessNumber } from "lossless-json";
import { describe, expect, it } from "vitest";
import {
  type Draft,
  disbursementForm,
  newPaymentForm,
  paymentForm,
  readDraft,
  shownValue,
} from "../../src/console/correct/draft.ts";

const draft: Draft = {
  category: "payment",
  step: "update",
  fixed: { payment_id: "P-1" },
  fields: paymentForm("loan"),
  initial: { payment_total: "275", status: "expected", due_date: "2026-02-15", bank_ref: "R" },
};
const same = draft.initial;

describe("a form of a record", () => {
  it("has no field that may not change, and none of the other kind", () => {
    const names = Object.keys(disbursementForm("loan"));
    expect(names).toEqual(expect.arrayContaining(["change_reason", "info"]));
    for (const name of ["disbursement_id", "currency", "kind", "goods_status", "purchase_clients"]) {
      expect(names).not.toContain(name);
    }
    expect(Object.keys(disbursementForm("purchase"))).toContain("purchase_clients");
    expect(Object.keys(paymentForm("loan"))).not.toContain("client_id");
    expect(Object.keys(paymentForm("purchase"))).toContain("client_id");
    expect(Object.keys(newPaymentForm("loan"))).not.toContain("status");
  });

  it("sends only what differs from the record, with every digit, and null for what was emptied", () => {
    const texts = { ...same, payment_total: "9007199254740993.01", status: "paid", bank_ref: " " };
    const read = readDraft(draft, texts);
    expect(read).toEqual({
      ok: true,
      value: {
        data: {
          step: "update",
          payment_id: "P-1",
          payment_total: new LosslessNumber("9007199254740993.01"),
          status: "paid",
          bank_ref: null,
        },
        command: {
          type: "ingest",
          category: "payment",
          step: "update",
          id: "P-1",
          change: { payment_id: "P-1", payment_total: "9007199254740993.01", status: "paid", bank_ref: null },
        },
        changes: [
          "payment_total: 275 → 9007199254740993.01",
          "status: expected → paid",
          "bank_ref: R → nothing",
        ],
      },
    });
  });

  const purchase: Draft = {
    category: "disbursement",
    step: "update",
    fixed: { disbursement_id: "D-1" },
    fields: disbursementForm("purchase"),
    initial: {
      info: shownValue({ officer: "A", rate: new LosslessNumber("1.50") }),
      purchase_clients: shownValue([{ client_id: "C-1" }, { client_id: "C-2" }]),
    },
  };

  it("sends a purchase's clients as a whole, and an object with every digit, told member by member", () => {
    const texts = { info: '{"rate": 1.500, "branch": "north"}', purchase_clients: " C-2 \n\nC-3" };
    expect(readDraft(purchase, texts)).toEqual({
      ok: true,
      value: {
        data: {
          step: "update",
          disbursement_id: "D-1",
          info: { rate: new LosslessNumber("1.500"), branch: "north" },
          purchase_clients: [{ client_id: "C-2" }, { client_id: "C-3" }],
        },
        command: expect.objectContaining({
          change: {
            disbursement_id: "D-1",
            info: '{"rate":1.500,"branch":"north"}',
            purchase_clients: ["C-2", "C-3"],
          },
        }),
        changes: [
          "purchase_clients: C-1, C-2 → C-2, C-3",
          'info.officer: "A" → nothing',
          "info.rate: 1.50 → 1.500",
          'info.branch: nothing → "north"',
        ],
      },
    });
  });

  it("sees no change in the white space of an object or of a list, and refuses what is no object", () => {
    const texts = { info: '{"officer":"A","rate":1.50}', purchase_clients: "C-1\nC-2\n" };
    expect(readDraft(purchase, texts)).toEqual({ ok: false, error: ["Nothing is changed."] });
    for (const info of ["[1]", "1", "{", "null"]) {
      expect(readDraft(purchase, { ...texts, info })).toEqual({
        ok: false,
        error: ['info must be a JSON object such as {"branch": "north"}'],
      });
    }
  });

  it("says that nothing is changed", () => {
    expect(readDraft(draft, same)).toEqual({ ok: false, error: ["Nothing is changed."] });
  });

  it.each([
    ["payment_total", "1,250", "payment_total must be an amount such as 1250.00, without separators"],
    ["payment_total", "1e3", "payment_total must be an amount such as 1250.00, without separators"],
    ["payment_fee", "-1", "payment_fee must not be negative"],
    ["installment_number", "1.5", "installment_number must be a whole number"],
    ["due_date", "2026-02-30", expect.stringContaining("due_date must be a real date YYYY-MM-DD")],
  ])("refuses the %s %s by name", (name, text, error) => {
    expect(readDraft(draft, { ...same, [name]: text })).toEqual({ ok: false, error: [error] });
  });

  it("shows values as they are read again", () => {
    expect([null, true, false, new LosslessNumber("1.50"), "x"].map(shownValue)).toEqual([
      "",
      "yes",
      "no",
      "1.50",
      "x",
    ]);
  });
});
