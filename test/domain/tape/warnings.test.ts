import { describe, expect, it } from "vitest";
import { calendarOf, UTC } from "../../../src/domain/core/calendar.ts";
import { changeOutOfOrder, paymentFindings } from "../../../src/domain/tape/warnings.ts";

const LOAN = { kind: "loan", disbursement_date: "2024-10-20T12:34:56", payment_date: null } as const;
const PURCHASE = { kind: "purchase", disbursement_date: null, payment_date: "2024-10-20" } as const;
const RECEIPT = {
  status: "paid",
  currency: "USD",
  payment_total: 500_00n,
  expected_total: 500_00n,
  payment_date: "2024-11-20",
  due_date: "2024-11-20",
} as const;
const TODAY = { day: "2024-12-01", calendar: UTC };

const found = (change: object, start: typeof LOAN | typeof PURCHASE = LOAN, today = TODAY) =>
  paymentFindings({ ...RECEIPT, ...change }, start, today);

describe("a paid payment", () => {
  it.each([
    [{}, []],
    [{ payment_total: 500_01n }, ["paid_more_than_expected"]],
    [{ payment_total: 500_01n, expected_total: null }, []],
    [{ payment_date: "2024-10-19" }, ["received_before_disbursement"]],
    [{ payment_date: "2024-10-20" }, []],
    [{ payment_date: "2024-12-01" }, []],
    [{ payment_date: "2024-12-02" }, ["received_in_future"]],
    [{ payment_date: null }, ["paid_without_date"]],
    [{ payment_date: null, due_date: "2024-10-19" }, ["received_before_disbursement", "paid_without_date"]],
    [{ status: "expected", payment_date: null, payment_total: 500_01n }, []],
    [{ status: "canceled", payment_date: "2024-10-19" }, []],
  ])("with %o has the warnings %j", (change, codes) => {
    for (const start of [LOAN, PURCHASE]) {
      expect(found(change, start).map(({ code }) => code)).toEqual(codes);
    }
  });

  it("was received on a day of the tenant's time zone", () => {
    const today = { day: "2024-12-01", calendar: calendarOf("Asia/Tokyo") };
    expect(found({ payment_date: "2024-12-01T14:59:59" }, LOAN, today)).toEqual([]);
    expect(found({ payment_date: "2024-12-01T15:00:00" }, LOAN, today)).toHaveLength(1);
  });

  it.each([
    [{ payment_total: 500_01n }, LOAN, "payment_total 500.01 is more than the 500 that was expected"],
    [
      { payment_date: "2024-10-19" },
      LOAN,
      "it was received on 2024-10-19, before the loan's disbursement_date 2024-10-20T12:34:56Z",
    ],
    [
      { payment_date: "2024-10-19" },
      PURCHASE,
      "it was received on 2024-10-19, before the purchase's payment_date 2024-10-20",
    ],
    [{ payment_date: "2024-12-02" }, LOAN, "it was received on 2024-12-02, which is after 2024-12-01"],
  ])("says what is irregular: %o", (change, start, message) => {
    expect(found(change, start).map((one) => one.message)).toEqual([message]);
  });
});

it("a change of terms that is out of order says which date it precedes", () => {
  const change = "the change of maturity_date on 2024-10-01 is dated before";
  const messageOf = (other: object) => changeOutOfOrder("maturity_date", "2024-10-01", other).message;
  expect(messageOf({ start: "2024-10-20" })).toBe(`${change} the start, 2024-10-20`);
  expect(messageOf({ latest: "2024-10-02" })).toBe(`${change} its change of 2024-10-02`);
});
