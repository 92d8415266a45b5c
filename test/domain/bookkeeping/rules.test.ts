import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BookPart,
  bookChange,
  disbursementParts,
  paymentParts,
} from "../../../src/domain/bookkeeping/rules.ts";
import { type Calendar, calendarOf, UTC } from "../../../src/domain/core/calendar.ts";
import type { AccountCode } from "../../../src/domain/ledger/accounts.ts";
import {
  type Loan,
  type PaymentFacts,
  PLAIN_PAYMENT,
  type TermsRow,
} from "../../../src/domain/position/facts.ts";
import { positionAt } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";
import { agreedUpTo } from "../../../src/domain/position/terms.ts";

const terms = (sequence: number, on_date: string, amount: bigint, margin: bigint): TermsRow => ({
  sequence,
  on_date,
  disbursement_amount: amount,
  total_expected_margin: margin,
  maturity_date: "2026-12-31",
});

const loan = (...changes: readonly TermsRow[]): Loan => ({
  disbursement: {
    disbursement_id: "L-1",
    kind: "loan",
    currency: "USD",
    client_id: "C-1",
    purchase_clients: null,
    disbursement_date: "2026-01-15T23:30:00",
    payment_date: null,
  },
  terms: [terms(1, "2026-01-15", 2000n, 200n), ...changes],
  payments: [],
});

const payment = (change: Partial<PaymentFacts> = {}): PaymentFacts => ({
  ...PLAIN_PAYMENT,
  payment_id: "P-1",
  status: "paid",
  currency: "USD",
  installment_number: 1,
  due_date: "2026-02-01",
  payment_date: "2026-02-03T10:00:00",
  payment_total: 1100n,
  payment_principal: 1000n,
  payment_fee: 100n,
  expected_total: 1100n,
  expected_principal: 1000n,
  expected_fee: 100n,
  expected_due_date: "2026-02-01",
  ...change,
});

const partsOf = (one: Omit<Loan, "payments">, calendar: Calendar = UTC) => disbursementParts(one, calendar);
const paidParts = (one: PaymentFacts, calendar: Calendar = UTC) => paymentParts(one, calendar);

/** Parts as lines that a bookkeeper reads. */
const read = (parts: readonly BookPart[]) =>
  parts.map(({ day, moves }) =>
    [day, ...moves.map(({ debit, credit, amount_minor }) => `DR ${debit} CR ${credit} ${amount_minor}`)].join(
      "; ",
    ),
  );

describe("the parts of a record in the books", () => {
  it("a disbursement: amount and margin as first agreed, on the day on which it starts", () => {
    expect(read(partsOf(loan()))).toEqual(["2026-01-15; DR 1100 CR 2100 2000; DR 1400 CR 2300 200"]);
  });

  it("a purchase starts on its payment date, and has no line without a margin", () => {
    const { disbursement, payments } = loan();
    const purchase = { ...disbursement, kind: "purchase", payment_date: "2026-03-01" } as const;
    const parts = partsOf({ disbursement: purchase, terms: [terms(1, "x", 5n, 0n)] });
    expect(read(parts)).toEqual(["2026-03-01; DR 1100 CR 2100 5"]);
    expect(payments).toEqual([]);
  });

  it("each change of a term: the difference, on its change date; a raise undoes write-offs before it lends more", () => {
    const changed = loan(
      terms(5, "2026-04-01", 1500n, 200n),
      terms(6, "2026-03-01T00:00:00", 1400n, 150n),
      terms(8, "2026-05-01", 2100n, 170n),
      { ...terms(9, "2026-06-01", 2100n, 170n), maturity_date: "2027-12-31" },
    );
    expect(read(partsOf(changed)).slice(1)).toEqual([
      "2026-04-01; DR 5100 CR 1100 500",
      "2026-03-01; DR 5100 CR 1100 100; DR 2300 CR 1400 50",
      "2026-05-01; DR 1100 CR 5100 600; DR 1100 CR 2100 100; DR 1400 CR 2300 20",
    ]);
  });

  it("a raise undoes only write-offs that no earlier raise has undone", () => {
    const changed = loan(
      terms(5, "2026-04-01", 1500n, 200n),
      terms(6, "2026-05-01", 1700n, 200n),
      terms(7, "2026-06-01", 1400n, 200n),
      terms(8, "2026-07-01", 2500n, 200n),
      terms(9, "2026-08-01", 2600n, 200n),
    );
    expect(read(partsOf(changed)).slice(1)).toEqual([
      "2026-04-01; DR 5100 CR 1100 500",
      "2026-05-01; DR 1100 CR 5100 200",
      "2026-06-01; DR 5100 CR 1100 300",
      "2026-07-01; DR 1100 CR 5100 600; DR 1100 CR 2100 500",
      "2026-08-01; DR 1100 CR 2100 100",
    ]);
  });

  it.each([
    ["that is paid", {}, "2026-02-03; DR 1000 CR 1100 1000; DR 1000 CR 1400 100; DR 2300 CR 4100 100"],
    [
      "without a date, on its due date",
      { payment_date: null },
      "2026-02-01; DR 1000 CR 1100 1000; DR 1000 CR 1400 100; DR 2300 CR 4100 100",
    ],
    [
      "without parts, by the fee that was expected",
      { payment_total: 700n, payment_principal: null, payment_fee: null },
      "2026-02-03; DR 1000 CR 1100 600; DR 1000 CR 1400 100; DR 2300 CR 4100 100",
    ],
    [
      "of principal alone, without lines of 0",
      { payment_principal: 1100n, payment_fee: 0n },
      "2026-02-03; DR 1000 CR 1100 1100",
    ],
    ["of the upfront fee", { installment_number: 0 }, "2026-02-03; DR 1000 CR 4200 1100"],
    [
      "that is a refund, as the mirror image",
      { refund: true },
      "2026-02-03; DR 1100 CR 1000 1000; DR 1400 CR 1000 100; DR 4100 CR 2300 100",
    ],
    [
      "that is a refund of the upfront fee",
      { refund: true, installment_number: 0 },
      "2026-02-03; DR 4200 CR 1000 1100",
    ],
    ["that is a recovery, as a whole", { recovery: true }, "2026-02-03; DR 1000 CR 4300 1100"],
    [
      "that is a recovery and has the number 0",
      { recovery: true, installment_number: 0 },
      "2026-02-03; DR 1000 CR 4300 1100",
    ],
  ] as const)("a payment %s", (_, change, expected) => {
    expect(read(paidParts(payment(change)))).toEqual([expected]);
  });

  it("lie on the days of the tenant's time zone; a date stays that day", () => {
    const tokyo = calendarOf("Asia/Tokyo");
    const changed = loan(terms(5, "2026-03-31T15:00:00", 1500n, 200n), terms(6, "2026-04-01", 1400n, 200n));
    const days = [
      ...partsOf(changed, tokyo),
      ...paidParts(payment({ payment_date: "2026-02-03T15:00:00" }), tokyo),
    ];
    expect(days.map(({ day }) => day)).toEqual(["2026-01-16", "2026-04-01", "2026-04-01", "2026-02-04"]);
    const west = calendarOf("America/New_York");
    const early = paidParts(payment({ payment_date: "2026-02-03T04:59:59" }), west);
    expect(early.map(({ day }) => day)).toEqual(["2026-02-02"]);
  });

  it.each(["expected", "canceled"] as const)("a payment that is %s has no parts", (status) => {
    expect(paidParts(payment({ status }))).toEqual([]);
  });
});

describe("an event", () => {
  it("that moves the start reverses and posts only the origination, at its first amounts", () => {
    const before = loan(terms(5, "2026-04-01", 1500n, 200n));
    const moved = { ...before, disbursement: { ...before.disbursement, disbursement_date: "2026-01-20" } };
    const change = bookChange(partsOf(before), partsOf(moved));
    expect(read(change.reverse)).toEqual(["2026-01-15; DR 1100 CR 2100 2000; DR 1400 CR 2300 200"]);
    expect(read(change.post)).toEqual(["2026-01-20; DR 1100 CR 2100 2000; DR 1400 CR 2300 200"]);
  });

  it("that changes a term posts only the change", () => {
    const change = bookChange(partsOf(loan()), partsOf(loan(terms(5, "2026-04-01", 0n, 200n))));
    expect([change.reverse, read(change.post)]).toEqual([[], ["2026-04-01; DR 5100 CR 1100 2000"]]);
  });

  it("that changes nothing of what is booked books nothing", () => {
    const parts = paidParts(payment());
    expect(bookChange(parts, paidParts(payment({ due_date: "2026-02-02" })))).toEqual({
      reverse: [],
      post: [],
    });
  });

  const part = (moves: BookPart["moves"]): BookPart => ({
    ...{ name: "origination", day: "2026-01-15", currency: "USD", moves },
  });
  const lent = { debit: "1100", credit: "2100", amount_minor: 2000n } as const;
  const margin = { debit: "1400", credit: "2300", amount_minor: 200n } as const;

  it.each<[string, BookPart]>([
    ["the amount of the first move", part([{ ...lent, amount_minor: 2001n }, margin])],
    ["the amount of the last move", part([lent, { ...margin, amount_minor: 199n }])],
    ["a debit", part([lent, { ...margin, debit: "1100" }])],
    ["a credit", part([lent, { ...margin, credit: "2100" }])],
    ["one move more", part([lent, margin, margin])],
    ["one move less", part([lent])],
    ["the currency", { ...part([lent, margin]), currency: "EUR" }],
    ["the day", { ...part([lent, margin]), day: "2026-01-16" }],
    ["the name", { ...part([lent, margin]), name: "change:5" }],
  ])("that changes only %s of a part reverses the part and posts it anew", (_, other) => {
    const before = part([lent, margin]);
    expect(bookChange([before], [part([lent, margin])])).toEqual({ reverse: [], post: [] });
    expect(bookChange([before], [other])).toEqual({ reverse: [before], post: [other] });
  });

  it("that deletes a record reverses all of its parts", () => {
    const parts = partsOf(loan(terms(5, "2026-04-01", 1500n, 200n)));
    expect(bookChange(parts, [])).toEqual({ reverse: parts, post: [] });
  });
});

/** The debits less the credits of an account up to a day. */
function balance(parts: readonly BookPart[], account: AccountCode, day: string): bigint {
  const moves = parts.filter((part) => part.day <= day).flatMap((part) => part.moves);
  return moves.reduce((sum, { debit, credit, amount_minor }) => {
    const sign = debit === account ? 1n : credit === account ? -1n : 0n;
    return sum + sign * amount_minor;
  }, 0n);
}

const days = fc.integer({ min: 1, max: 28 }).map((day) => `2026-02-${String(day).padStart(2, "0")}`);
const dates = fc
  .tuple(days, fc.constantFrom("", "T00:00:00", "T05:00:00", "T14:59:59", "T15:00:00"))
  .map(([day, time]) => `${day}${time}`);
const zones = fc.constantFrom("UTC", "Asia/Tokyo", "America/New_York").map(calendarOf);
const amounts = fc.integer({ min: 0, max: 3000 }).map(BigInt);
const changes = fc.array(fc.record({ day: dates, amount: amounts, margin: amounts }), { maxLength: 6 });
const receipts = fc.array(
  fc.record({
    day: dates,
    total: amounts.filter((total) => total > 0n),
    expected_fee: fc.option(amounts),
    number: fc.constantFrom(null, 0, 1, 2),
    status: fc.constantFrom("paid", "paid", "expected", "canceled"),
    refund: fc.boolean(),
  }),
  { maxLength: 8 },
);

it("on every day the books of a loan agree with its position, without a floor at zero", () => {
  fc.assert(
    fc.property(changes, receipts, days, zones, (agreed, received, day, zone) => {
      const rows = agreed.map(({ day: on, amount, margin }, index) => terms(index + 2, on, amount, margin));
      const payments = received.map(({ day: on, total, expected_fee, number, status, refund }, index) =>
        payment({
          payment_id: `P-${index}`,
          status: status as PaymentFacts["status"],
          payment_date: on,
          payment_total: total,
          payment_principal: null,
          payment_fee: null,
          expected_total: expected_fee === null ? null : total,
          expected_fee,
          expected_principal: null,
          installment_number: number,
          refund: refund && status === "paid",
        }),
      );
      const whole: Loan = { ...loan(...rows), payments };
      const parts = [...partsOf(whole, zone), ...payments.flatMap((one) => paidParts(one, zone))];
      const { received: money } = positionAt(ready(whole, zone), day);
      const at = agreedUpTo(whole.terms, day, zone);
      const upfront = payments
        .filter(
          ({ status, installment_number, payment_date }) =>
            status === "paid" && installment_number === 0 && zone.dayOf(payment_date ?? "") <= day,
        )
        .reduce((sum, { payment_total, refund }) => sum + (refund ? -payment_total : payment_total), 0n);
      expect(balance(parts, "1100", day)).toBe(at.amount - money.principal);
      expect(balance(parts, "1400", day)).toBe(at.margin - (money.fee - upfront));
      expect(balance(parts, "2300", day)).toBe(-balance(parts, "1400", day));
      expect(balance(parts, "1000", day)).toBe(money.total);
      expect(balance(parts, "4200", day)).toBe(-upfront);
      expect(balance(parts, "2100", day) + balance(parts, "5100", day)).toBe(-at.amount);
    }),
    { seed: 20261121, numRuns: 300 },
  );
});
