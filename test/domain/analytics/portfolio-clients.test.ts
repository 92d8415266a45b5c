import { expect, it } from "vitest";
import { noWeighedSums } from "../../../src/domain/analytics/averages.ts";
import { Portfolio } from "../../../src/domain/analytics/portfolio.ts";
import { noSums } from "../../../src/domain/analytics/sums.ts";
import { saved } from "../../../src/domain/position/saved.ts";
import { cents, FIRST, loan } from "../position/loans.ts";
import { examined } from "./examined.ts";

/* How many clients and lines a portfolio counts. The texts are large, so they are made once. */

const [DAY, JANUARY, EARLIER] = ["2026-02-15", "2026-01-31", "2026-01-15"] as const;
const VIEW = { day: DAY, ends: [JANUARY, EARLIER], grouping: [], filters: {} };

const lent = (client_id: string, start = "2026-01-01", currency = "USD") => {
  const one = loan({ ...FIRST, start });
  return examined({ ...one, disbursement: { ...one.disbursement, client_id, currency } });
};

const clients = (count: number) => ({
  largest: 1n,
  sums: Array.from({ length: count }, (_, index) => [`C-${index}`, "1"]),
});
const EMPTY = { currency: "USD", group: null, sums: noSums(), weighed: noWeighedSums() };
/** 99,998 clients on two days; on the third day they are not counted. */
const NEARLY_FULL = saved({
  lines: [
    { ...EMPTY, day: DAY, clients: clients(50_000) },
    { ...EMPTY, day: JANUARY, clients: clients(49_998) },
    { ...EMPTY, day: EARLIER, clients: null },
  ],
  counted: 2,
});

it("counts up to 100,000 clients, and beyond them forgets those of the last day that it counts", () => {
  const portfolio = new Portfolio(VIEW, NEARLY_FULL);
  const largest = () => portfolio.lines().map((line) => [line.currency, line.day, line.largest]);
  const add = (...asked: Parameters<typeof lent>) => expect(portfolio.add(lent(...asked))).toBe(true);
  expect(portfolio.ends).toEqual([JANUARY, EARLIER]);
  const own = cents(1000);
  add("X", "2026-02-01");
  add("Y", "2026-02-01");
  // Known on both days that are counted.
  add("C-0");
  const full = [
    ["USD", DAY, own + 1n],
    ["USD", JANUARY, own + 1n],
    ["USD", EARLIER, null],
  ];
  expect(largest()).toEqual(full);
  add("Z", "2026-02-01");
  expect(largest()).toEqual([full[0], ["USD", JANUARY, null], full[2]]);
  add("C-1", "2026-01-01", "EUR");
  expect(largest()).toEqual([
    ["EUR", DAY, own],
    full[0],
    ["EUR", JANUARY, null],
    ["USD", JANUARY, null],
    ["EUR", EARLIER, null],
    full[2],
  ]);
});

const lines = Array.from(
  { length: 19_999 },
  (_, index) => `{"day":"${DAY}","currency":"USD","group":"C-${index}"}`,
);
const MANY_LINES = `{"lines":[${lines.join()}],"counted":1}`;

it("has at most 20,000 lines", () => {
  const view = { ...VIEW, ends: [], grouping: ["client_id"] } as const;
  const portfolio = new Portfolio(view, MANY_LINES);
  expect([portfolio.add(lent("X")), portfolio.add(lent("X")), portfolio.add(lent("Y"))]).toEqual([
    ...[true, true, false],
  ]);
});
