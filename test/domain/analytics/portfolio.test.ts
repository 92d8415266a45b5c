import { describe, expect, it } from "vitest";
import { noWeighedSums, RATE_ONE } from "../../../src/domain/analytics/averages.ts";
import { Portfolio, type PortfolioLine } from "../../../src/domain/analytics/portfolio.ts";
import { ratio } from "../../../src/domain/analytics/ratio.ts";
import { addPosition, noSums } from "../../../src/domain/analytics/sums.ts";
import { UTC } from "../../../src/domain/core/calendar.ts";
import { type Attributes, NO_ATTRIBUTES } from "../../../src/domain/position/attributes.ts";
import type { Loan } from "../../../src/domain/position/facts.ts";
import type { Filters } from "../../../src/domain/position/filters.ts";
import { positionAt, USUAL } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { saved } from "../../../src/domain/position/saved.ts";
import { cents, FIRST, loan, paid, ROWS, receipt } from "../position/loans.ts";
import { examined } from "./examined.ts";

const BRAZIL: Attributes = { ...NO_ATTRIBUTES, country: "BR" };
const DAY = "2026-02-15";
const [first, second] = ROWS;
/** 550 late since 2026-02-01. */
const LATE = loan(FIRST, [], ROWS);
const REPAID = loan(FIRST, [], [...ROWS, receipt("R", "2026-02-01", 1100)]);

/** The sums of some loans on a day, in one line. */
const sumsOf = (loans: readonly Loan[], day = DAY) => {
  const sums = noSums();
  for (const one of loans) addPosition(sums, positionAt(ready(one, UTC), day));
  return sums;
};

describe("the sums of a portfolio", () => {
  it("begin at 0, and a pending loan does not count", () => {
    const bucket = { number: 0, outstanding: 0n, arrears: 0n };
    const nothing = {
      number: 0,
      repaid: 0,
      disbursed: 0n,
      outstanding: 0n,
      scheduled: 0n,
      received: 0n,
      arrears: 0n,
      margin_due: 0n,
      written_off: 0n,
      recovered: 0n,
      rebates: 0n,
      overpaid: 0n,
      at_risk: [0n, 0n, 0n],
      buckets: [bucket, bucket, bucket, bucket, bucket, bucket],
    };
    expect(noSums()).toEqual(nothing);
    expect(sumsOf([LATE, REPAID], "2025-12-31")).toEqual(nothing);
  });

  it("add up the figures of each loan", () => {
    // Raised by 200, written down by 100 of what was left, a rebate of 10; the first row is paid.
    const changes = [
      { on: "2026-01-10", amount: 1200 },
      { on: "2026-01-20", amount: 1100, margin: 90 },
    ];
    const changed = loan(FIRST, changes, [paid(first, "2026-02-01"), second]);
    const recovered = loan(
      { ...FIRST, margin: 0 },
      [{ on: "2026-01-10", amount: 0 }],
      [receipt("R", "2026-02-01", 1007)],
    );
    expect(sumsOf([LATE, REPAID, changed, recovered])).toMatchObject({
      number: 4,
      repaid: 2,
      disbursed: cents(1000 + 1000 + 1200 + 1000),
      outstanding: cents(1000 + 600),
      scheduled: cents(550 + 550 + 550 + 0),
      received: cents(1100 + 550 + 1007),
      arrears: cents(550),
      margin_due: cents(100 + 40),
      written_off: cents(100 + 1000),
      rebates: cents(10),
      recovered: cents(1000),
      overpaid: cents(7),
    });
  });

  it("count the loans that are repaid", () => {
    expect(sumsOf([LATE, LATE, REPAID])).toMatchObject({ number: 3, repaid: 1 });
  });

  it.each([
    ["2026-02-01", [0, 0, 0], 0],
    ["2026-02-02", [1000, 0, 0], 1],
    ["2026-03-03", [1000, 0, 0], 1],
    ["2026-03-04", [1000, 1000, 0], 2],
    ["2026-04-02", [1000, 1000, 0], 2],
    ["2026-04-03", [1000, 1000, 0], 3],
    ["2026-05-02", [1000, 1000, 0], 3],
    ["2026-05-03", [1000, 1000, 1000], 4],
    ["2026-07-31", [1000, 1000, 1000], 4],
    ["2026-08-01", [1000, 1000, 1000], 5],
  ])("on %s the principal at risk over 0, 30 and 90 days is %j, in the bucket %i", (day, atRisk, place) => {
    const late = loan({ ...FIRST, maturity: "2027-01-01" }, [], [first]);
    const { at_risk, buckets } = sumsOf([late, late, REPAID], day);
    expect(at_risk).toEqual(atRisk.map((amount) => cents(2 * amount)));
    const own = { number: 2, outstanding: cents(2000), arrears: cents(1100) };
    const none = { number: 0, outstanding: 0n, arrears: 0n };
    expect(buckets).toEqual(buckets.map((_, index) => (index === place ? own : none)));
  });
});

/** What a line says, without most of its sums. */
const shown = ({ day, currency, group, sums }: PortfolioLine) => [day, currency, group, sums.number];

const inCurrency = (one: Loan, currency: string): Loan => ({
  ...one,
  disbursement: { ...one.disbursement, currency },
});

describe("the lines of a portfolio", () => {
  const ofClient = (client_id: string, start = "2026-01-01"): Loan => {
    const { disbursement, ...others } = loan({ ...FIRST, start });
    return { ...others, disbursement: { ...disbursement, client_id } };
  };
  const purchase = loan({ ...FIRST, kind: "purchase" });

  it("are one for each day, currency and group, in this order, without a group first", () => {
    const portfolio = new Portfolio({
      day: "2026-02-28",
      ends: ["2026-01-31"],
      grouping: ["client_id"],
      filters: {},
    });
    const euro = inCurrency(ofClient("C-1"), "EUR");
    for (const one of [ofClient("C-3"), ofClient("C-2", "2026-02-01"), purchase, ofClient("C-3"), euro]) {
      expect(portfolio.add(examined(one, BRAZIL))).toBe(true);
    }
    expect(portfolio.lines().map(shown)).toEqual([
      ["2026-02-28", "EUR", "C-1", 1],
      ["2026-02-28", "USD", null, 1],
      ["2026-02-28", "USD", "C-2", 1],
      ["2026-02-28", "USD", "C-3", 2],
      ["2026-01-31", "EUR", "C-1", 1],
      ["2026-01-31", "USD", null, 1],
      ["2026-01-31", "USD", "C-3", 2],
    ]);
  });

  it.each([
    [[], null],
    [["kind"], "loan"],
    [["client_id"], "C-1"],
    [["country"], "BR"],
    [["disbursed_month"], "2026-01"],
    [["disbursed_quarter"], "2026-Q1"],
    [["disbursed_year"], "2026"],
    [["state"], "current"],
    [["bucket"], "current"],
    [["pledge_creditor"], null],
    [["insurer_name"], null],
    [[{ of: "info", member: "branch" }], null],
    [
      ["country", "kind"],
      ["BR", "loan"],
    ],
    [
      ["insurer_name", "bucket"],
      [null, "current"],
    ],
  ] as const)("grouped by %j are of the group %j", (grouping, group) => {
    const portfolio = new Portfolio({ day: "2026-01-01", ends: [], grouping, filters: {} });
    portfolio.add(examined(LATE, BRAZIL));
    expect(portfolio.lines().map(shown)).toEqual([["2026-01-01", "USD", group, 1]]);
  });

  it("leave out a loan that the filters leave out, on the days on which they do", () => {
    const linesBy = (filters: Filters) => {
      const portfolio = new Portfolio({ day: DAY, ends: ["2026-01-31"], grouping: [], filters });
      expect(portfolio.add(examined(LATE, BRAZIL))).toBe(true);
      return portfolio.lines().map(({ day }) => day);
    };
    expect(linesBy({ currency: ["EUR"] })).toEqual([]);
    expect(linesBy({ state: ["late"] })).toEqual([DAY]);
    expect(linesBy({})).toEqual([DAY, "2026-01-31"]);
  });

  it("follow the measure that was requested", () => {
    const tolerance = { amount: "550", by_currency: {}, share: "0" };
    const portfolio = new Portfolio({ day: DAY, ends: [], grouping: [], filters: {} });
    portfolio.add(examined(LATE, BRAZIL, { ...USUAL, tolerance }));
    expect(portfolio.lines()[0]?.sums.at_risk).toEqual([0n, 0n, 0n]);
  });

  it("continue from saved ones", () => {
    const view = { day: DAY, ends: [], grouping: [], filters: {} };
    const portfolio = new Portfolio(view);
    portfolio.add(examined(LATE, BRAZIL));
    const next = new Portfolio(view, portfolio.save(false));
    next.add(examined(LATE, BRAZIL));
    expect(next.lines().map(shown)).toEqual([[DAY, "USD", null, 2]]);
  });

  it("say when there are more than 20,000", () => {
    const day = "2026-01-31";
    const line = { day, currency: "USD", sums: noSums(), weighed: noWeighedSums(), clients: null };
    const lines = Array.from({ length: 19_999 }, (_, index) => ({ ...line, group: `C-${index + 1}` }));
    const portfolio = new Portfolio(
      { day, ends: [], grouping: ["client_id"], filters: {} },
      saved({ lines, counted: 1 }),
    );
    expect(portfolio.add(examined(ofClient("C-1"), BRAZIL))).toBe(true);
    expect(portfolio.add(examined(ofClient("C-20000"), BRAZIL))).toBe(true);
    expect(portfolio.add(examined(ofClient("C-20001"), BRAZIL))).toBe(false);
    expect(portfolio.add(examined(ofClient("C-20002", "2026-02-01"), BRAZIL))).toBe(false);
  });
});

describe("the averages of a portfolio", () => {
  const view = { day: DAY, ends: [], grouping: [], filters: {} };
  const lineOf = (...all: readonly Loan[]) => {
    const portfolio = new Portfolio(view);
    for (const one of all) portfolio.add(examined(one));
    const [line] = portfolio.lines();
    if (!line) throw new Error("there is no line");
    const { weighed, sums, largest } = line;
    return [
      ratio(weighed.remaining_days, weighed.with_days),
      ratio(weighed.original_days, weighed.with_days),
      ratio(weighed.margin_rates, weighed.with_rate * RATE_ONE),
      largest === null ? null : ratio(largest, sums.outstanding),
    ];
  };
  const ofClient = (client_id: string, { disbursement, ...others }: Loan): Loan => ({
    ...others,
    disbursement: { ...disbursement, client_id },
  });
  /** 3,000 with a margin of a third, for 9 days at first and 89 now. */
  const extended = loan({ amount: 3000, margin: 1000, start: "2026-02-01", maturity: "2026-02-10" }, [
    { on: "2026-02-05", maturity: "2026-05-01" },
  ]);

  it("weigh days and rates by outstanding principal", () => {
    // (1,000 x 14 + 3,000 x 75) / 4,000, (1,000 x 59 + 3,000 x 9) / 4,000, (1,000 x 0.1 + 3,000 x 0.333333333333) / 4,000
    expect(lineOf(LATE, extended)).toEqual(["59.750000", "21.500000", "0.275000", "1.000000"]);
    expect(lineOf(LATE, extended, REPAID)).toEqual(["59.750000", "21.500000", "0.275000", "1.000000"]);
    expect(lineOf(LATE, ofClient("C-2", extended))[3]).toBe("0.750000");
  });

  it("count no days before 0 once a loan has matured", () => {
    expect(lineOf(loan({ ...FIRST, maturity: "2026-02-01" }))).toEqual([
      "0.000000",
      "31.000000",
      "0.100000",
      "1.000000",
    ]);
  });

  it("leave out the days of a purchase without rows, and take the last due date of another", () => {
    const bare = loan({ ...FIRST, kind: "purchase" });
    expect(lineOf(bare)).toEqual([null, null, "0.100000", "1.000000"]);
    const due = loan({ ...FIRST, kind: "purchase" }, [], ROWS);
    expect(lineOf(due, bare)).toEqual(["14.000000", "59.000000", "0.100000", "0.500000"]);
  });

  it("leave out the rate of a loan that owes a refund and has no amount", () => {
    const refund = loan(
      FIRST,
      [{ on: "2026-01-10", amount: 0 }],
      [receipt("R", "2026-01-20", 500, { refund: true })],
    );
    expect(lineOf(refund)).toEqual(["14.000000", "59.000000", null, "1.000000"]);
    expect(lineOf(refund, LATE)[2]).toBe("0.100000");
  });

  it("are null where nothing is outstanding", () => {
    expect(lineOf(REPAID)).toEqual([null, null, null, null]);
  });

  it("find the largest client also across a saved walk, and keep only its sum at the end", () => {
    const portfolio = new Portfolio(view);
    portfolio.add(examined(LATE));
    const next = new Portfolio(view, portfolio.save(false));
    next.add(examined(LATE));
    next.add(examined(ofClient("C-2", extended)));
    next.add(examined(ofClient("C-3", LATE)));
    expect(next.lines()[0]?.largest).toBe(cents(3000));
    expect(next.save(true)).not.toContain("C-2");
    expect(new Portfolio(view, next.save(true)).lines()).toEqual(next.lines());
  });

  it("tell the largest client of the first days only, where there are more than 100,000", () => {
    const days = { ...view, ends: ["2026-01-31", "2026-01-15"] };
    const clients = (from: number, count: number) => ({
      largest: 1n,
      sums: Array.from({ length: count }, (_, index) => [`C-${from + index}`, "1"]),
    });
    const line = { currency: "USD", group: null, sums: noSums(), weighed: noWeighedSums() };
    const lines = [DAY, ...days.ends].map((day) => ({ ...line, day, clients: clients(0, 33_333) }));
    const portfolio = new Portfolio(days, saved({ lines, counted: 3 }));
    const largest = () => portfolio.lines().map((one) => one.largest);
    expect(largest()).toEqual([1n, 1n, 1n]);
    portfolio.add(examined(ofClient("C-X", loan({ ...FIRST, start: "2026-02-01" }))));
    expect(largest()).toEqual([cents(1000), 1n, 1n]);
    portfolio.add(examined(ofClient("C-Y", loan({ ...FIRST, start: "2026-02-01" }))));
    expect(largest()).toEqual([cents(1000), 1n, null]);
    portfolio.add(examined(ofClient("C-0", LATE)));
    expect(largest()).toEqual([cents(1000) + 1n, cents(1000) + 1n, null]);
  });
});
