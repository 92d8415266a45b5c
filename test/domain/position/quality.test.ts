import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import type { Loan, PaymentFacts } from "../../../src/domain/position/facts.ts";
import type { Filters } from "../../../src/domain/position/filters.ts";
import { type Measure, USUAL } from "../../../src/domain/position/position.ts";
import { Quality } from "../../../src/domain/position/quality.ts";
import type { QualityCode } from "../../../src/domain/position/quality-rules.ts";
import { NO_TOLERANCE } from "../../../src/domain/position/tolerance.ts";
import { found, OF_BRAZIL } from "./findings.ts";
import { expected, FIRST, loan, paid, ROWS, receipt } from "./loans.ts";

const DAY = "2026-02-15";
const of = (...payments: readonly PaymentFacts[]) => loan(FIRST, [], payments);
const [first, second] = ROWS;
const upfront = expected("P-0", "2026-01-01", 0, 30, { number: 0 });

describe("quality", () => {
  it("finds nothing in a loan that is in order", () => {
    expect(found(of(paid(first, "2026-02-01"), second, paid(upfront, "2026-01-01")))).toEqual([]);
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
