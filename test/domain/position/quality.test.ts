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
  });
});
