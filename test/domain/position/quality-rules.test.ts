import { describe, expect, it } from "vitest";
import type { PaymentFacts } from "../../../src/domain/position/facts.ts";
import { found } from "./findings.ts";
import { expected, FIRST, loan, paid, ROWS, receipt } from "./loans.ts";

const DAY = "2026-02-15";
const of = (...payments: readonly PaymentFacts[]) => loan(FIRST, [], payments);
const [first, second] = ROWS;
const upfront = expected("P-0", "2026-01-01", 0, 30, { number: 0 });

describe("the rule", () => {
  it("installment_gap: numbers that were ever expected, canceled or not, close a gap; 0 is no number of the row", () => {
    const third = expected("P-3", "2026-03-01", 500, 50);
    const gap = (...payments: readonly PaymentFacts[]) => found(of(...payments)).includes("installment_gap");
    expect(gap(first, third)).toBe(true);
    expect(gap(upfront, first, second)).toBe(false);
    expect(gap(upfront, first, third)).toBe(true);
    expect(gap(first, { ...second, status: "canceled" }, third)).toBe(false);
    expect(gap(receipt("R", "2026-01-10", 550, { number: 1 }), second)).toBe(false);
    expect(gap(receipt("R", "2026-03-01", 550, { number: 1 }), second)).toBe(true);
    // A row without a number fills no gap, and neither does a receipt without one.
    const without = expected("P-2", "2026-02-15", 500, 50, { number: null });
    expect(gap(first, without, third)).toBe(true);
    expect(gap(receipt("R", "2026-01-10", 550), second)).toBe(true);
    expect(gap(first, receipt("R", "2026-01-10", 550), second)).toBe(false);
  });

  it("schedule_parts_differ_from_terms: not of a loan without rows, and also of one with an upfront fee", () => {
    const codes = (...payments: readonly PaymentFacts[]) =>
      found(of(...payments)).filter((text) => text.startsWith("schedule"));
    const wrong = expected("P-2", "2026-03-01", 550, 0);
    expect(codes(upfront, first, wrong)).toEqual(["schedule_parts_differ_from_terms"]);
    // The fees of rows with unknown parts are 0.
    const unknown = { expected_principal: null, expected_fee: null };
    expect(codes(first, { ...second, ...unknown })).toEqual(["schedule_parts_differ_from_terms"]);
    const free = loan({ ...FIRST, amount: 0, margin: 0 }, [], [upfront]);
    expect(found(free)).toEqual([]);
    const writtenOff = loan(FIRST, [{ on: "2026-01-10", amount: 0, margin: 0 }]);
    expect(found(writtenOff)).toEqual([]);
  });

  it("paid_more_than_loan: by one cent", () => {
    expect(found(of(first, second, receipt("R", "2026-02-01", 1100)))).not.toContain("paid_more_than_loan");
    expect(found(of(first, second, receipt("R", "2026-02-01", 1100.01)))).toContain("paid_more_than_loan");
  });

  it("own_row_unpaid: a due row on its day, and not before", () => {
    const other = paid(second, "2026-01-20", 550);
    const on = (day: string) => found(of(first, other), day).filter((text) => text.startsWith("own"));
    expect([on("2026-01-31"), on("2026-02-01")]).toEqual([[], ["own_row_unpaid P-1"]]);
    // Two receipts of its own cover it together.
    const parts = [paid(first, "2026-01-20", 300), receipt("R", "2026-01-21", 250, { number: 1 })];
    expect(found(of(...parts, second)).filter((text) => text.startsWith("own"))).toEqual([]);
  });

  it("own_row_unpaid: a due row that other money covers", () => {
    const own = (...payments: readonly PaymentFacts[]) =>
      found(of(...payments)).filter((text) => text.startsWith("own_row_unpaid"));
    expect(own(first, paid(second, "2026-02-01"))).toEqual(["own_row_unpaid P-1"]);
    expect(own(first, second, receipt("R", "2026-02-01", 550, { number: 1 }))).toEqual([]);
    expect(own(paid(first, "2026-02-01", 300), second, receipt("R", "2026-02-01", 250))).toEqual([
      "own_row_unpaid P-1",
    ]);
  });

  it("same_bank_ref: each paid payment beyond the first", () => {
    const same = (id: string, more: Partial<PaymentFacts> = {}) =>
      receipt(id, "2026-02-01", 100, { bank_ref: "B-1", ...more });
    const codes = found(
      of(
        same("R-3"),
        same("R-1"),
        same("R-2"),
        same("R-4", { bank_ref: "B-2" }),
        same("R-5", { payment_date: "2026-02-02" }),
        same("R-6", { bank_ref: null }),
        same("R-7", { refund: true }),
        same("R-8", { currency: "EUR" }),
        same("R-9", { status: "expected", expected_total: 1n, expected_due_date: "2026-05-01" }),
        same("R-A", { bank_ref: null }),
        same("R-B", { status: "canceled" }),
      ),
    );
    expect(codes.filter((text) => text.startsWith("same"))).toEqual([
      "same_bank_ref R-2",
      "same_bank_ref R-3",
    ]);
  });

  it.each([
    ["before the start", [{ on: "2025-12-31", amount: 900 }], true],
    [
      "before an earlier change of the same term",
      [
        { on: "2026-02-10", amount: 900 },
        { on: "2026-02-09", amount: 800 },
      ],
      true,
    ],
    [
      "before an earlier change of another term",
      [
        { on: "2026-02-10", amount: 900 },
        { on: "2026-02-09", margin: 80 },
      ],
      false,
    ],
    [
      "in order",
      [
        { on: "2026-02-09", amount: 900 },
        { on: "2026-02-10", amount: 800 },
      ],
      false,
    ],
    [
      "on the day of an earlier change",
      [
        { on: "2026-02-10", amount: 900 },
        { on: "2026-02-10", amount: 800 },
      ],
      false,
    ],
    ["on the day of the start", [{ on: "2026-01-01", amount: 900 }], false],
    ["of only the creditor, before the start", [{ on: "2025-12-31" }], false],
    [
      "on the day that is requested",
      [
        { on: "2026-02-20", amount: 900 },
        { on: DAY, amount: 800 },
      ],
      true,
    ],
    [
      "before an earlier change of one of its terms",
      [
        { on: "2026-02-10", amount: 900, margin: 90 },
        { on: "2026-02-11", amount: 800 },
        { on: "2026-02-09", maturity: "2026-06-01", margin: 80 },
      ],
      true,
    ],
    [
      "after the day",
      [
        { on: "2026-02-25", amount: 900 },
        { on: "2026-02-20", amount: 800 },
      ],
      false,
    ],
  ] as const)("change_out_of_order: a change %s", (_, changes, isFound) => {
    expect(found(loan(FIRST, changes, ROWS)).includes("change_out_of_order")).toBe(isFound);
  });

  it("extension_without_schedule: a maturity moved later, and nothing falls due after the old one", () => {
    const extended = (payments: readonly PaymentFacts[], ...days: readonly string[]) =>
      found(
        loan(
          FIRST,
          days.map((maturity) => ({ on: "2026-02-10", maturity })),
          payments,
        ),
      ).includes("extension_without_schedule");
    expect(extended([first], "2026-06-01")).toBe(true);
    expect(extended(ROWS, "2026-06-01")).toBe(false);
    expect(extended([first], "2026-02-20")).toBe(false);
    expect(extended([first], "2026-06-01", "2026-03-01")).toBe(false);
    // The row that was due on the old maturity keeps its day, which a later event set.
    expect(extended([first, { ...second, due_sequence: 102 }], "2026-06-01")).toBe(true);
    // An event that is dated earlier than the one before it leaves the maturity where it was: that moves nothing.
    const kept = [
      { on: "2026-03-10", maturity: "2026-06-01" },
      { on: "2026-02-10", maturity: "2026-03-01" },
      { on: "2026-02-11", maturity: "2026-02-20" },
      { on: "2026-02-12", maturity: "2026-06-01" },
    ];
    const between = expected("P-1", "2026-02-25", 500, 50);
    expect(found(loan(FIRST, kept, [between]))).not.toContain("extension_without_schedule");
    // Moved earlier and then later: a row is due after the day from which it was moved later.
    const later = { ...first, due_date: "2026-02-25", expected_due_date: "2026-02-25" };
    expect(extended([later], "2026-02-20", "2026-06-01")).toBe(false);
  });
});
