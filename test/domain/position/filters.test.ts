import { describe, expect, it } from "vitest";
import { Portfolio } from "../../../src/domain/analytics/portfolio.ts";
import { UTC } from "../../../src/domain/core/calendar.ts";
import { type Attributes, NO_ATTRIBUTES } from "../../../src/domain/position/attributes.ts";
import { beforeOf } from "../../../src/domain/position/before.ts";
import type { Loan } from "../../../src/domain/position/facts.ts";
import type { Filters } from "../../../src/domain/position/filters.ts";
import { positionAt } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { examined } from "../analytics/examined.ts";
import { expected, FIRST, loan, ROWS } from "./loans.ts";

const BRAZIL: Attributes = { ...NO_ATTRIBUTES, country: "BR" };
const DAY = "2026-02-15";
/** 550 late since 2026-02-01. */
const LATE = loan(FIRST, [], ROWS);

describe("filters", () => {
  const fits = (one: Loan, filters: Filters, attributes = BRAZIL, day = DAY) => {
    const portfolio = new Portfolio({ day, ends: [], grouping: [], filters });
    portfolio.add(examined(one, attributes));
    return portfolio.lines().length === 1;
  };
  const purchaseOf = (...purchase_clients: string[]): Loan => {
    const { disbursement, ...others } = loan({ ...FIRST, kind: "purchase" });
    return { ...others, disbursement: { ...disbursement, purchase_clients } };
  };

  it("find a purchase by each of its clients, and one with several or none by no client", () => {
    const both = purchaseOf("C-1", "C-2");
    expect([["C-1"], ["C-2"], ["C-3"], [null]].map((client_id) => fits(both, { client_id }))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect([["C-1"], [null]].map((client_id) => fits(purchaseOf("C-1"), { client_id }))).toEqual([
      true,
      false,
    ]);
    expect([["C-1"], [null]].map((client_id) => fits(purchaseOf(), { client_id }))).toEqual([false, true]);
    expect([["C-1"], ["C-2"], [null]].map((client_id) => fits(LATE, { client_id }))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it.each<readonly [Filters, boolean]>([
    [{}, true],
    [{ kind: ["purchase"] }, false],
    [{ kind: ["purchase", "loan"], currency: ["USD"] }, true],
    [{ kind: ["loan"], currency: ["EUR"] }, false],
    [{ country: ["BR"] }, true],
    [{ country: [null] }, false],
    [{ insurer_name: [null] }, true],
    [{ insurer_name: ["Seguro"] }, false],
    [{ disbursed_from: "2026-01-01", disbursed_to: "2026-01-01" }, true],
    [{ disbursed_from: "2026-01-02" }, false],
    [{ disbursed_to: "2025-12-31" }, false],
    [{ state: ["late"], bucket: ["1-30"] }, true],
    [{ state: ["late"], bucket: [null] }, false],
    [{ state: ["current"], bucket: ["1-30"] }, false],
  ])("%j fit a late loan: %s", (filters, isFitting) => {
    expect(fits(LATE, filters)).toBe(isFitting);
  });

  it("find a loan by its creditor of the day", () => {
    const pledges = [
      { on_date: "2026-01-01", pledge_creditor: null },
      { on_date: DAY, pledge_creditor: "Bank" },
    ];
    const pledged = (day: string, pledge_creditor: string | null) =>
      fits(LATE, { pledge_creditor: [pledge_creditor] }, { ...BRAZIL, pledges }, day);
    expect([pledged(DAY, "Bank"), pledged("2026-02-14", "Bank")]).toEqual([true, false]);
    expect([pledged(DAY, null), pledged("2026-02-14", null)]).toEqual([false, true]);
  });
});

it.each([
  ["2025-12-31", DAY, { state: "pending", bucket: null, days_past_due: 0, outstanding_principal: 0n }],
  [
    "2026-02-01",
    DAY,
    { state: "current", bucket: "current", days_past_due: 0, outstanding_principal: 100_000n },
  ],
  ["2026-02-02", DAY, null],
  // Late on both days, in another bucket.
  [
    "2026-02-02",
    "2026-03-04",
    { state: "late", bucket: "1-30", days_past_due: 1, outstanding_principal: 100_000n },
  ],
  ["2026-05-03", "2026-05-30", null],
])("what a loan was on %s, if it is another on %s", (since, day, before) => {
  const late = loan({ ...FIRST, maturity: "2027-01-01" }, [], [expected("P-1", "2026-02-01", 500, 50)]);
  const one = ready(late, UTC);
  expect(beforeOf(one, positionAt(one, day), { changed_since: since })).toEqual(before);
  const matured = ready(loan({ ...FIRST, maturity: "2026-02-20" }, [], [ROWS[0]]), UTC);
  expect(beforeOf(matured, positionAt(matured, "2026-02-21"), { changed_since: "2026-02-20" })).toEqual({
    state: "late",
    bucket: "1-30",
    days_past_due: 19,
    outstanding_principal: 100_000n,
  });
});
