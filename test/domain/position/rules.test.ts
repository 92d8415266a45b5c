import { describe, expect, it } from "vitest";
import { UTC } from "../../../src/domain/core/calendar.ts";
import { creditorOn } from "../../../src/domain/position/attributes.ts";
import type { Loan, PaymentFacts } from "../../../src/domain/position/facts.ts";
import { payoffOn, type Rebate } from "../../../src/domain/position/payoff.ts";
import { installmentsAt, positionAt, USUAL } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import {
  parseArrearsTolerance,
  parseToleranceShare,
  toleratedArrears,
} from "../../../src/domain/position/tolerance.ts";
import { cents, expected, loan, paid, receipt } from "./loans.ts";

/* Rules of docs/portfolio.md that the golden cases do not reach, by hand. Amounts are dollars. */

const dollars = (minor: bigint) => Number(minor) / 100;
const FIRST = { amount: 1000, margin: 100, start: "2026-01-01", maturity: "2026-03-01" };
const ROWS = [expected("P-1", "2026-02-01", 500, 50), expected("P-2", "2026-03-01", 500, 50)] as const;

const rowsOn = (one: Loan, day: string) =>
  installmentsAt(ready(one, UTC), day).map(
    ({ payment_id, due, principal, fee, covered, self_scheduled }) =>
      [payment_id, due, dollars(principal), dollars(fee), dollars(covered), self_scheduled] as const,
  );

function at(one: Loan, day: string, allocation: "oldest" | "own" = "oldest") {
  const position = positionAt(ready(one, UTC), day, { ...USUAL, allocation });
  return {
    state: position.state,
    days: position.days_past_due,
    arrears: dollars(position.arrears.total),
    outstanding: dollars(position.outstanding_principal),
    margin_due: dollars(position.margin_due),
    received: dollars(position.received.total),
    refunded: dollars(position.refunded),
    recovered: dollars(position.recovered),
    overpaid: dollars(position.overpaid),
    written_off: dollars(position.terms.written_off),
    raised: dollars(position.terms.raised),
  };
}

describe("a change of only the creditor", () => {
  const changes = [{ on: "2026-02-25" }, { on: "2026-02-15", maturity: "2026-06-01" }, { on: "2026-02-16" }];
  const one = ready(loan(FIRST, changes, ROWS), UTC);

  it("is no change of the terms, and moves no row", () => {
    const { terms } = positionAt(one, "2026-02-28");
    expect(terms.changes.map(({ sequence, change_date }) => [sequence, change_date])).toEqual([
      [102, "2026-02-15"],
    ]);
    expect(terms.extensions).toEqual([{ sequence: 102, from: "2026-03-01", to: "2026-06-01" }]);
    expect(rowsOn(one.loan, "2026-02-28").map(([, due]) => due)).toEqual(["2026-02-01", "2026-06-01"]);
    expect([...one.changes.terms]).toEqual(["2026-02-15"]);
  });

  it.each([
    ["2026-01-31", "A"],
    ["2026-02-01", "B"],
    ["2026-02-15", "B"],
    ["2026-03-01", "C"],
  ])("holds from its day on: on %s it is pledged to %s", (day, creditor) => {
    // The second row changes the terms and keeps the creditor; the last one was corrected on all days.
    const pledges = [
      { on_date: "2026-01-01", pledge_creditor: "A" },
      { on_date: "2026-02-01", pledge_creditor: "B" },
      { on_date: "2026-01-10", pledge_creditor: "B" },
      { on_date: "2026-03-01", pledge_creditor: "C" },
    ];
    const attributes = { country: null, insurer_name: null, pledges };
    expect(creditorOn(attributes, day, UTC)).toBe(creditor);
    const corrected = [...pledges, { on_date: "0001-01-01", pledge_creditor: null }];
    expect(creditorOn({ ...attributes, pledges: corrected }, day, UTC)).toBeNull();
  });
});

describe("receipts that were never expected", () => {
  const receipts = ["2026-01-10", "2026-01-20"].map((day, index) => receipt(`R-${index + 1}`, day, 400));

  it("are the schedule of a tape that has no other", () => {
    const one = loan(FIRST, [], [...receipts, receipt("R-3", "2026-02-20", 400)]);
    expect(rowsOn(one, "2026-02-20")).toEqual([
      ["R-1", "2026-01-10", 400, 0, 400, true],
      ["R-2", "2026-01-20", 400, 0, 400, true],
      // Of the last one only the part counts that was still lacking.
      ["R-3", "2026-02-20", 300, 0, 300, true],
    ]);
  });

  it("fill what the rows of a tape lack that begins in mid-life, the fee of the last one first", () => {
    const old = receipt("R-1", "2026-01-10", 600, { payment_principal: cents(540), payment_fee: cents(60) });
    const one = loan(FIRST, [], [old, ROWS[1]]);
    expect(rowsOn(one, "2026-01-31")).toEqual([
      ["R-1", "2026-01-10", 490, 60, 550, true],
      ["P-2", "2026-03-01", 500, 50, 50, false],
    ]);
  });

  it.each([
    ["on the day of the first expected row", "2026-03-01", {}],
    ["with the number of an expected row", "2026-01-10", { number: 2 }],
    ["that refund", "2026-01-10", { refund: true }],
    ["that recover", "2026-01-10", { recovery: true }],
  ] as const)("schedule nothing: those %s", (_, day, more) => {
    expect(rowsOn(loan(FIRST, [], [receipt("R-1", day, 100, more), ROWS[1]]), day)).toHaveLength(1);
  });

  it("with the number 0 are upfront fees of their own, unless one is expected", () => {
    const fee = receipt("R-0", "2026-05-01", 30, { number: 0 });
    expect(rowsOn(loan(FIRST, [], [...ROWS, fee]), "2026-05-01").at(-1)?.[0]).toBe("R-0");
    const upfront = expected("P-0", "2026-01-01", 0, 30, { number: 0 });
    expect(rowsOn(loan(FIRST, [], [...ROWS, upfront, fee]), "2026-05-01")).toHaveLength(3);
  });
});

describe("extensions", () => {
  it("hold as the last event of the log says, also where it is dated before an earlier one", () => {
    const changes = [
      { on: "2026-02-20", maturity: "2026-06-01" },
      { on: "2026-02-10", maturity: "2026-04-15" },
    ];
    const one = loan(FIRST, changes, ROWS);
    const maturityOn = (day: string) => ready(one, UTC).agreementAt(day).maturity;
    expect(["2026-02-09", "2026-02-10", "2026-02-20"].map(maturityOn)).toEqual([
      "2026-03-01",
      "2026-04-15",
      "2026-04-15",
    ]);
    expect(rowsOn(one, "2026-02-10").at(-1)?.[1]).toBe("2026-04-15");
  });

  it("leave a row whose due date a later event set", () => {
    const later = { ...ROWS[1], due_sequence: 102 };
    const one = loan(FIRST, [{ on: "2026-02-20", maturity: "2026-06-01" }], [ROWS[0], later]);
    expect(rowsOn(one, "2026-02-20").map(([, due]) => due)).toEqual(["2026-02-01", "2026-03-01"]);
  });

  it("follow each other in the order of the log, also to an earlier day", () => {
    const changes = [
      { on: "2026-02-20", maturity: "2026-06-01" },
      { on: "2026-02-25", maturity: "2026-04-15" },
    ];
    const one = loan(FIRST, changes, ROWS);
    expect(rowsOn(one, "2026-02-20").at(-1)?.[1]).toBe("2026-06-01");
    expect(rowsOn(one, "2026-02-25").at(-1)?.[1]).toBe("2026-04-15");
  });
});

describe("reductions", () => {
  it("cut fees above the margin, then principal above the amount, from the latest row backwards", () => {
    const one = loan(FIRST, [{ on: "2026-01-15", amount: 400, margin: 20 }], ROWS);
    expect(rowsOn(one, "2026-01-15")).toEqual([
      ["P-1", "2026-02-01", 400, 20, 0, false],
      ["P-2", "2026-03-01", 0, 0, 0, false],
    ]);
  });

  it("leave the upfront fee, also where it falls due last", () => {
    const upfront = expected("P-0", "2026-03-02", 0, 30, { number: 0 });
    const one = loan(FIRST, [{ on: "2026-02-01", amount: 700, margin: 60 }], [...ROWS, upfront]);
    expect(rowsOn(one, "2026-02-01").map(([id, , principal, fee]) => [id, principal, fee])).toEqual([
      ["P-1", 500, 50],
      ["P-2", 200, 10],
      ["P-0", 0, 30],
    ]);
  });

  it("do not cut a schedule that the lender corrected", () => {
    const corrected = expected("P-2", "2026-03-01", 200, 50);
    const one = loan(FIRST, [{ on: "2026-01-15", amount: 700 }], [ROWS[0], corrected]);
    expect(rowsOn(one, "2026-01-15").at(-1)).toEqual(["P-2", "2026-03-01", 200, 50, 0, false]);
  });

  it("are undone by a raise first, and only the rest is a raise", () => {
    const changes = [
      { on: "2026-01-10", amount: 600 },
      { on: "2026-01-20", amount: 900 },
      { on: "2026-01-30", amount: 1200 },
    ];
    const one = loan(FIRST, changes, ROWS);
    expect(at(one, "2026-01-10")).toMatchObject({ written_off: 400, raised: 0 });
    expect(at(one, "2026-01-20")).toMatchObject({ written_off: 100, raised: 0 });
    expect(at(one, "2026-01-30")).toMatchObject({ written_off: 0, raised: 200 });
  });

  it("never take an amount below 0 where changes come out of order", () => {
    const changes = [
      { on: "2026-02-10", amount: 1500 },
      { on: "2026-01-10", amount: 100 },
    ];
    const one = loan(FIRST, changes, []);
    expect(at(one, "2026-01-20")).toMatchObject({ outstanding: 0, written_off: 1000, overpaid: 0 });
    expect(at(one, "2026-02-10")).toMatchObject({ outstanding: 100, written_off: 1400 });
  });
});

describe("refunds and recoveries", () => {
  it("money back to the client covers nothing, and what was received is net of it", () => {
    const payments = [
      paid(ROWS[0], "2026-02-01"),
      ROWS[1],
      receipt("R-1", "2026-02-01", 100),
      receipt("R-2", "2026-02-10", 100, { refund: true }),
      receipt("R-3", "2026-02-20", 50, { refund: true, number: 1 }),
    ];
    const one = loan(FIRST, [], payments);
    expect(at(one, "2026-02-10")).toMatchObject({
      received: 550,
      refunded: 100,
      outstanding: 500,
      arrears: 0,
    });
    expect(at(one, "2026-02-20")).toMatchObject({ received: 500, refunded: 150, arrears: 50, days: 19 });
  });

  const paidOn = (one: Loan, day: string, allocation: "oldest" | "own" = "oldest") =>
    installmentsAt(ready(one, UTC), day, { ...USUAL, allocation }).map(({ paid_on }) => paid_on);

  it("money back takes the latest money first: on its own day, that of the last payment_id", () => {
    const back = receipt("R-0", "2026-02-10", 550, { refund: true });
    const [early, late] = ["2026-02-01", "2026-02-10"].map((day, index) =>
      receipt(`R-${index + 1}`, day, 550),
    );
    if (!early || !late) throw new Error("two receipts");
    expect(paidOn(loan(FIRST, [], [...ROWS, early, back, late]), "2026-02-10")).toEqual(["2026-02-01", null]);
    // Money of one day: the refund takes that of R-2, also where the log has it before R-1.
    const [one, two] = [1, 2].map((number) => receipt(`R-${number}`, "2026-02-10", 550, { number }));
    if (!one || !two) throw new Error("two receipts");
    for (const payments of [
      [one, two],
      [two, one],
    ]) {
      const own = loan(FIRST, [], [...ROWS, back, ...payments]);
      expect(paidOn(own, "2026-02-10", "own")).toEqual(["2026-02-10", null]);
    }
  });

  it("a marked recovery counts nowhere else, and unmarked money recovers only what is left", () => {
    const payments = [
      receipt("R-1", "2026-02-01", 700, { recovery: true }),
      receipt("R-2", "2026-02-02", 500),
    ];
    const one = loan({ ...FIRST, margin: 0 }, [{ on: "2026-01-10", amount: 0 }], payments);
    expect(at(one, "2026-02-01")).toMatchObject({ recovered: 700, received: 0, state: "written_off" });
    expect(at(one, "2026-02-02")).toMatchObject({ recovered: 1000, received: 500, overpaid: 200 });
  });
});

describe("money recorded on an installment", () => {
  const second = paid(ROWS[1], "2026-02-01");

  it("covers the oldest one first by default", () => {
    expect(at(loan(FIRST, [], [ROWS[0], second]), "2026-02-15")).toMatchObject({ arrears: 0, days: 0 });
  });

  it("covers its own first where that is requested, and what is left the oldest", () => {
    expect(at(loan(FIRST, [], [ROWS[0], second]), "2026-02-15", "own")).toMatchObject({
      arrears: 550,
      days: 14,
    });
    const more = receipt("R-1", "2026-02-10", 200, { number: 2 });
    expect(at(loan(FIRST, [], [ROWS[0], second, more]), "2026-02-15", "own")).toMatchObject({ arrears: 350 });
  });
});

describe("a tolerance", () => {
  it.each([
    ["100", ["100", {}]],
    ["0.5", ["0.5", {}]],
    ["USD:100,JPY:10000", ["0", { USD: "100", JPY: "10000" }]],
  ] as const)("reads %s", (text, [amount, by_currency]) => {
    expect(parseArrearsTolerance(text)).toEqual({ ok: true, value: { amount, by_currency } });
  });

  it.each(["", "-1", "1e3", "USD", "USD:", "usd:1", "USD:1,USD:2", "USD:1:2", "XXX:1", "1,2"])(
    "refuses %j",
    (text) => {
      expect(parseArrearsTolerance(text).ok).toBe(false);
    },
  );

  it.each([
    ["0", true],
    ["0.01", true],
    ["1", true],
    ["1.0", true],
    ["1.01", false],
    ["-0.1", false],
    ["1%", false],
  ])("as a share of %j is read: %s", (text, isRead) => {
    expect(parseToleranceShare(text).ok).toBe(isRead);
  });

  it.each([
    ["100", {}, "0", "USD", 0n, 10_000n],
    ["0.999", {}, "0", "USD", 0n, 99n],
    ["0.999", {}, "0", "JPY", 0n, 0n],
    ["5", { JPY: "10000" }, "0", "JPY", 0n, 10_000n],
    ["0", {}, "0.01", "USD", 150_099n, 1_500n],
    ["20", {}, "0.01", "USD", 150_099n, 2_000n],
  ] as const)(
    "of %s, %o and %s tolerates in %s with %s outstanding %s",
    (amount, by, share, currency, out, most) => {
      expect(toleratedArrears({ amount, by_currency: by, share }, currency, out)).toBe(most);
    },
  );
});

describe("a purchase", () => {
  const bought = { ...FIRST, kind: "purchase" as const };

  it("matures with its last expected row", () => {
    expect(at(loan(bought, [], [ROWS[0]]), "2026-02-02")).toMatchObject({
      state: "matured_unpaid",
      arrears: 1100,
    });
  });

  it("with only receipts has no arrears", () => {
    const one = loan(bought, [], [receipt("R-1", "2026-02-01", 500)]);
    expect(at(one, "2030-01-01")).toMatchObject({ state: "current", arrears: 0, outstanding: 500 });
  });

  it("does not mature with an upfront fee", () => {
    const fee = expected("P-0", "2026-01-01", 0, 30, { number: 0 });
    expect(at(loan(bought, [], [fee]), "2026-01-02")).toMatchObject({ state: "late", arrears: 30, days: 1 });
  });
});

describe("a pay-off", () => {
  const half = loan(
    { ...FIRST, maturity: "2026-04-11" },
    [],
    [expected("P-1", "2026-02-01", 500, 50), expected("P-2", "2026-04-11", 500, 50)],
  );
  const payoff = (one: Loan, on: string, rebate: Rebate) => {
    const found = payoffOn(ready(one, UTC), on, rebate);
    if (!found.ok) return found.error;
    const { principal, margin, rebate: given, upfront_fee, total } = found.value;
    return [principal, margin, given, upfront_fee, total].map(dollars);
  };

  it.each([
    ["none", [1000, 100, 0, 0, 1100]],
    // 50 of 100 days are left: half of the margin.
    ["straight_line", [1000, 100, 50, 0, 1050]],
    // The fee of the first row is due; the other is given up.
    ["all", [1000, 100, 50, 0, 1050]],
  ] as const)("with the rebate %s", (rebate, expectedAmounts) => {
    expect(payoff(half, "2026-02-20", rebate)).toEqual(expectedAmounts);
  });

  it("rounds half of a cent to the even one, and gives up at most what is due", () => {
    const odd = loan({ ...FIRST, margin: 0.01, maturity: "2026-01-03" }, [], []);
    expect(payoff(odd, "2026-01-02", "straight_line")).toEqual([1000, 0.01, 0, 0, 1000.01]);
    const three = loan({ ...FIRST, margin: 0.03, maturity: "2026-01-03" }, [], []);
    expect(payoff(three, "2026-01-02", "straight_line")).toEqual([1000, 0.03, 0.02, 0, 1000.01]);
    const early = { payment_principal: 0n, payment_fee: cents(90) };
    const earned = { ...half, payments: [...half.payments, receipt("R-1", "2026-01-02", 90, early)] };
    expect(payoff(earned, "2026-01-02", "straight_line")).toEqual([1000, 10, 10, 0, 1000]);
  });

  it("asks for the upfront fees that fell due, less what is overpaid", () => {
    const fee = expected("P-0", "2026-01-01", 0, 30, { number: 0 });
    const upfront = { ...half, payments: [...half.payments, fee] };
    expect(payoff(upfront, "2026-02-20", "none")).toEqual([1000, 100, 0, 30, 1130]);
    const over = { ...upfront, payments: [...upfront.payments, receipt("R-1", "2026-02-01", 1110)] };
    expect(payoff(over, "2026-02-20", "none")).toEqual([0, 0, 0, 20, 20]);
  });

  it("is nothing before the start, and asks for nothing where nothing is owed", () => {
    expect(payoff(half, "2025-12-31", "none")).toBe("not_started");
    const all: PaymentFacts = receipt("R-1", "2026-01-05", 1100);
    const found = payoffOn(ready({ ...half, payments: [...half.payments, all] }, UTC), "2026-02-20", "all");
    expect(found).toMatchObject({ ok: true, value: { total: 0n, events: [] } });
  });
});
