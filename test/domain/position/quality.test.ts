import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import type { Attributes } from "../../../src/domain/position/attributes.ts";
import type { Loan, PaymentFacts } from "../../../src/domain/position/facts.ts";
import type { Filters } from "../../../src/domain/position/filters.ts";
import { type Measure, USUAL } from "../../../src/domain/position/position.ts";
import { findingsOf, Quality, type QualityView } from "../../../src/domain/position/quality.ts";
import type { QualityCode } from "../../../src/domain/position/quality-rules.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { NO_TOLERANCE } from "../../../src/domain/position/tolerance.ts";
import { expected, loan, paid, receipt } from "./loans.ts";

const FIRST = { amount: 1000, margin: 100, start: "2026-01-01", maturity: "2026-03-01" };
const ROWS = [expected("P-1", "2026-02-01", 500, 50), expected("P-2", "2026-03-01", 500, 50)] as const;
const DAY = "2026-02-15";

const OF_BRAZIL: Attributes = { country: "BR", insurer_name: null, pledges: [] };

/** The codes found, each with the payment that it names. */
const found = (one: Loan, day = DAY, today = "2026-12-31", view: Partial<QualityView> = {}) =>
  findingsOf({ one: ready(one, UTC), attributes: OF_BRAZIL }, { day, today, calendar: UTC, ...view }).map(
    ({ code, example }) => {
      const payment = "payment_id" in example ? ` ${example.payment_id}` : "";
      return `${code}${payment}`;
    },
  );

const of = (...payments: readonly PaymentFacts[]) => loan(FIRST, [], payments);
const [first, second] = ROWS;
const upfront = (row: Partial<PaymentFacts> = {}) =>
  expected("P-0", "2026-01-01", 0, 30, { number: 0, ...row });

describe("quality", () => {
  it("finds nothing in a loan that is in order", () => {
    expect(found(of(paid(first, "2026-02-01"), second, paid(upfront(), "2026-01-01")))).toEqual([]);
  });

  it.each<readonly [QualityCode, string, Loan, readonly string[]]>([
    [
      "paid_more_than_expected",
      "",
      of(paid(first, "2026-02-01", 560), second),
      ["paid_more_than_expected P-1"],
    ],
    ["paid_more_than_loan", "", of(first, second, receipt("R", "2026-02-01", 1101)), ["paid_more_than_loan"]],
    [
      "received_before_disbursement",
      "",
      of(paid(first, "2025-12-31"), second),
      ["received_before_disbursement P-1"],
    ],
    ["received_in_future", "", of(paid(first, "2027-01-01"), second), ["received_in_future P-1"]],
    ["schedule_differs_from_terms", "", of(first), ["schedule_differs_from_terms"]],
    [
      "paid_without_date",
      "",
      of({ ...paid(first, ""), payment_date: null }, second),
      ["paid_without_date P-1"],
    ],
    [
      "currency_differs",
      "",
      of(first, second, { ...receipt("R", "2026-02-01", 5), currency: "EUR" }),
      ["currency_differs R"],
    ],
    ["matured_open", "", of(first, second), ["matured_open"]],
    [
      "schedule_parts_differ_from_terms",
      "",
      of(first, expected("P-2", "2026-03-01", 550, 0)),
      ["schedule_parts_differ_from_terms"],
    ],
  ])("%s %s", (code, _, one, expectedCodes) => {
    const day = code === "matured_open" ? "2026-03-02" : DAY;
    expect(found(one, day).filter((text) => text.startsWith(code))).toEqual(expectedCodes);
  });

  it("installment_gap: numbers that were ever expected, canceled or not, close a gap; 0 is no number of the row", () => {
    const third = expected("P-3", "2026-03-01", 500, 50);
    const gap = (...payments: readonly PaymentFacts[]) => found(of(...payments)).includes("installment_gap");
    expect(gap(first, third)).toBe(true);
    expect(gap(upfront(), first, second)).toBe(false);
    expect(gap(upfront(), first, third)).toBe(true);
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
    expect(codes(upfront(), first, wrong)).toEqual(["schedule_parts_differ_from_terms"]);
    // The fees of rows with unknown parts are 0.
    const unknown = { expected_principal: null, expected_fee: null };
    expect(codes(first, { ...second, ...unknown })).toEqual(["schedule_parts_differ_from_terms"]);
    const free = loan({ ...FIRST, amount: 0, margin: 0 }, [], [upfront()]);
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
    // Moved earlier and then later: a row is due after the day from which it was moved later.
    const later = { ...first, due_date: "2026-02-25", expected_due_date: "2026-02-25" };
    expect(extended([later], "2026-02-20", "2026-06-01")).toBe(false);
  });

  it("matured_open: the state, so arrears within the tolerance leave none open", () => {
    const tolerating = (amount: string) => {
      const measure: Measure = { ...USUAL, tolerance: { ...NO_TOLERANCE, amount } };
      return found(of(first, second), "2026-03-02", "2026-12-31", { measure });
    };
    expect(tolerating("1099.99")).toEqual(["matured_open"]);
    expect(tolerating("1100")).toEqual([]);
  });

  it.each<readonly [string, Filters]>([
    ["of another currency", { currency: ["EUR"] }],
    ["in another country", { country: ["FR"] }],
    ["in another state on the day", { state: ["current", "repaid"] }],
    ["in another bucket on the day", { bucket: ["current", null] }],
    ["pledged to nobody", { pledge_creditor: ["Bank"] }],
    ["that starts earlier", { disbursed_from: "2026-01-02" }],
  ])("finds nothing in a loan that its filters leave out: %s", (_, filters) => {
    const late = of(first);
    expect(found(late)).toEqual(["schedule_differs_from_terms"]);
    expect(found(late, DAY, DAY, { filters })).toEqual([]);
    const own: Filters = { currency: ["USD"], country: ["BR"], state: ["late"], bucket: ["1-30"] };
    expect(found(late, DAY, DAY, { filters: own })).toEqual(["schedule_differs_from_terms"]);
  });

  it("counts each rule, and keeps the first 20 examples", () => {
    const quality = new Quality({ day: DAY, today: DAY, calendar: UTC });
    for (let index = 0; index < 25; index += 1) quality.add(of(first), OF_BRAZIL);
    const counts = quality.counts().filter(({ count }) => count > 0);
    expect(counts.map(({ code, count, examples }) => [code, count, examples.length])).toEqual([
      ["schedule_differs_from_terms", 25, 20],
    ]);
    const again = new Quality({ day: DAY, today: DAY, calendar: UTC }, counts);
    again.add(of(first), OF_BRAZIL);
    again.set({ code: "shared_registration_number", count: 3, examples: [{ client_ids: ["C-1", "C-2"] }] });
    expect(again.counts().filter(({ count }) => count > 0)).toMatchObject([
      { code: "schedule_differs_from_terms", count: 26 },
      { code: "shared_registration_number", count: 3, examples: [{ client_ids: ["C-1", "C-2"] }] },
    ]);
    expect(again.counts()[0]).toEqual({ code: "paid_more_than_expected", count: 0, examples: [] });
  });
});
