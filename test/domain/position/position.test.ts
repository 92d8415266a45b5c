import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import { toMajor } from "../../../src/domain/core/money.ts";
import { daysLate } from "../../../src/domain/position/days.ts";
import { installmentsAt, positionAt } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { csvLines, type Line, loanOfCase } from "./cases.ts";
import { at, cents, expected, FIRST, loan, receipt } from "./loans.ts";

const tapes = Map.groupBy(csvLines("tapes.csv"), (line) => line.case ?? "");
const loanOf = (name: string) => loanOfCase(tapes.get(name) ?? []);

/** A position as a line of positions.csv. */
function lineOf(name: string, day: string): Line {
  const loan = loanOf(name);
  const { currency } = loan.disbursement;
  const at = positionAt(ready(loan, UTC), day);
  const shown = (minor: bigint) => toMajor(minor, currency);
  return {
    case: name,
    as_of: day,
    state: at.state,
    bucket: at.bucket ?? "",
    days_past_due: String(at.days_past_due),
    scheduled: shown(at.scheduled.total),
    received: shown(at.received.total),
    received_principal: shown(at.received.principal),
    received_fee: shown(at.received.fee),
    arrears: shown(at.arrears.total),
    arrears_principal: shown(at.arrears.principal),
    arrears_fee: shown(at.arrears.fee),
    outstanding: shown(at.outstanding_principal),
    margin_due: shown(at.margin_due),
    overpaid: shown(at.overpaid),
    next_due: at.next_due?.due ?? "",
    next_amount: at.next_due ? shown(at.next_due.amount) : "",
    last_received: at.last_received?.day ?? "",
    last_amount: at.last_received ? shown(at.last_received.amount) : "",
  };
}

describe("a position equals the figures worked out by hand", () => {
  const cases = csvLines("positions.csv").map((line) => [line.case ?? "", line.as_of ?? "", line] as const);
  it.each(cases)("%s, as of %s", (name, day, line) => {
    expect(lineOf(name, day)).toEqual(line);
  });

  it("and the cases cover the whole tape", () => {
    expect([...tapes.keys()].filter((name) => cases.every(([known]) => known !== name))).toEqual([]);
  });
});

describe("the installments of a position", () => {
  const shown = (name: string, day: string) =>
    installmentsAt(ready(loanOf(name), UTC), day).map(
      (row) => [row.payment_id, row.covered / 100n, row.paid_on, daysLate(row, day)] as const,
    );

  it.each([
    [
      "golden",
      "2026-02-15",
      [
        ["P-1", 700n, null, 14],
        ["P-2", 0n, null, 0],
      ],
    ],
    [
      "golden",
      "2026-07-02",
      [
        ["P-1", 1100n, "2026-07-01", 150],
        ["P-2", 700n, null, 123],
      ],
    ],
    [
      "early",
      "2026-12-31",
      [
        ["P-1", 550n, "2026-01-15", 0],
        ["P-2", 550n, "2026-01-20", 0],
      ],
    ],
    [
      "over-payment",
      "2026-02-01",
      [
        ["P-1", 550n, "2026-02-01", 0],
        ["P-2", 50n, null, 0],
      ],
    ],
    [
      "second installment paid first",
      "2026-03-02",
      [
        ["P-1", 550n, "2026-02-01", 0],
        ["P-2", 0n, null, 1],
      ],
    ],
    [
      "canceled",
      "2026-02-16",
      [
        ["P-1", 550n, "2026-02-01", 0],
        ["P-3", 0n, null, 0],
      ],
    ],
    [
      "upfront fee",
      "2026-01-01",
      [
        ["P-0", 30n, "2026-01-01", 0],
        ["P-1", 0n, null, 0],
      ],
    ],
  ] as const)("%s, as of %s, are covered oldest first", (name, day, expected) => {
    expect(shown(name, day)).toEqual(expected);
  });
});

describe("a loan that has not started", () => {
  it("owes nothing, also where money came in before", () => {
    const payments = [
      receipt("R-1", "2025-12-01", 2000),
      receipt("R-2", "2025-12-01", 10, { recovery: true }),
      expected("P-1", "2025-12-02", 3000, 0),
    ];
    const position = positionAt(ready(loan(FIRST, [], payments), UTC), "2025-12-31");
    const none = { total: 0n, principal: 0n, fee: 0n };
    expect(position).toMatchObject({
      state: "pending",
      bucket: null,
      days_past_due: 0,
      arrears: none,
      next_due: null,
      outstanding_principal: 0n,
      margin_due: 0n,
      overpaid: 0n,
      recovered: 0n,
    });
    expect(position.received.total).toBe(cents(2000));
    expect(at(loan(FIRST, [], payments), "2026-01-01")).toMatchObject({ overpaid: 900, recovered: 10 });
  });
});
