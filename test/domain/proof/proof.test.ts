import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calendarOf, UTC } from "../../../src/domain/core/calendar.ts";
import type { Entry } from "../../../src/domain/ledger/journal.ts";
import { disagreements, type PostedSum } from "../../../src/domain/proof/proof.ts";
import { toldLoan } from "../../../src/domain/proof/told.ts";
import { loan as exampleLoan, payment as examplePayment, purchase } from "../../support/examples.ts";
import { bookedBy, type Sent, told } from "./booked.ts";

const agreed = {
  ...exampleLoan,
  ...{ disbursement_amount: 20, total_expected_margin: 2, currency: "USD" },
  ...{ disbursement_date: "2026-01-15", maturity_date: "2026-12-31" },
};
const due = {
  ...examplePayment,
  ...{ payment_id: "P-1", due_date: "2026-02-01", payment_date: "2026-02-03", installment_number: 1 },
  ...{ payment_total: 11, payment_principal: 10, payment_fee: 1, currency: "USD" },
};
const update = (data: object) => ({ step: "update", payment_id: "P-1", ...data });
const terms = (change_date: string, disbursement_amount: number, total_expected_margin: number) => ({
  ...{ step: "update", disbursement_id: "L-1", disbursement_amount, total_expected_margin, change_date },
  change_reason: "Agreed",
});
const removed = { step: "delete", disbursement_id: "L-1" };

const asSent = (data: object): Sent => ({
  category: "payment_id" in data ? "payment" : "disbursement",
  data,
});
const tape = (...events: readonly object[]) => events.map(asSent);

const DAYS = ["2026-01-01", "2026-01-14", "2026-01-15", "2026-02-01", "2026-02-02", "2026-02-03"];
const LATER = ["2026-03-01", "2026-04-01", "2026-05-01", "2030-01-01"];

/** The sums of what was posted up to a day, as D1 adds them up. */
const sumsUpTo = (entries: readonly Entry[], day: string): readonly PostedSum[] =>
  entries
    .filter(({ value_date }) => value_date <= day)
    .flatMap(({ currency, postings }) =>
      postings.map(({ debit, credit, amount_minor }) => ({ currency, debit, credit, amount_minor })),
    );

function differences(events: readonly Sent[], day: string, zone = "UTC", more: readonly PostedSum[] = []) {
  const { entries, accepted } = bookedBy(events, zone);
  const loan = toldLoan(told(accepted), calendarOf(zone));
  return disagreements(loan, [...sumsUpTo(entries, day), ...more], day);
}

describe("what the events say and what is booked agree on each day of", () => {
  const paid = { ...due, status: "paid" };
  const expected = { ...due, status: "expected" };
  const total = { payment_principal: undefined, payment_fee: undefined };
  const onAnotherDay = update({ payment_date: "2026-02-02" });
  const lessPaid = update({ status: "paid", payment_total: 7, payment_date: "2026-02-02" });
  it.each<[string, readonly Sent[]]>([
    ["a loan", tape(agreed)],
    ["a loan that is paid", tape(agreed, paid)],
    [
      "a purchase, from its payment date",
      tape({ ...purchase, disbursement_id: "L-1", payment_date: "2026-02-02" }),
    ],
    ["a change of only the margin", tape(agreed, terms("2026-03-01", 20, 1.5))],
    [
      "a receipt with the id of its loan, which is deleted",
      tape(agreed, { ...paid, payment_id: "L-1" }, removed),
    ],
    ["money before the disbursement", tape(agreed, { ...paid, payment_date: "2026-01-14" })],
    ["a receipt without a date, on its due date", tape(agreed, { ...paid, payment_date: undefined })],
    [
      "the seed's form: a total that the parts do not make up",
      tape(agreed, expected, update({ status: "paid", payment_total: 7 })),
    ],
    ["one part, of which the other is the rest", tape(agreed, { ...paid, payment_principal: undefined })],
    [
      "no parts, by the fee that was expected",
      tape(agreed, expected, update({ status: "paid", payment_total: 0.5 })),
    ],
    ["no parts and nothing expected", tape(agreed, { ...paid, ...total })],
    [
      "a receipt that is expected again, then paid",
      tape(
        agreed,
        expected,
        update({ status: "paid", payment_total: 7, payment_date: "2026-02-02" }),
        update({ status: "expected" }),
        update({ status: "paid" }),
      ),
    ],
    [
      "one that was never expected and is canceled, expected, paid",
      tape(
        agreed,
        paid,
        update({ status: "canceled" }),
        update({ status: "expected", payment_total: 5, payment_principal: null, payment_fee: null }),
        update({ status: "paid" }),
      ),
    ],
    [
      "rows that a restructure cancels and makes anew on its day",
      tape(
        agreed,
        expected,
        update({ status: "canceled", change_date: "2026-01-20" }),
        { ...expected, payment_id: "P-2", change_date: undefined, due_date: "2026-03-01" },
        { step: "update", payment_id: "P-2", status: "paid", payment_total: 7, change_date: "2026-02-02" },
      ),
    ],
    ["an upfront fee", tape(agreed, { ...paid, installment_number: 0 })],
    [
      "an upfront fee that becomes a receipt",
      tape(agreed, { ...paid, installment_number: 0 }, update({ installment_number: null })),
    ],
    ["an upfront fee on another day", tape(agreed, { ...paid, installment_number: 0 }, onAnotherDay)],
    ["a refund on another day", tape(agreed, { ...paid, refund: true }, onAnotherDay)],
    ["a recovery on another day", tape(agreed, { ...paid, recovery: true }, onAnotherDay)],
    ["less than was expected, on another day", tape(agreed, expected, lessPaid, onAnotherDay)],
    ["a receipt that is deleted", tape(agreed, paid, { step: "delete", payment_id: "P-1" })],
    ...[11, 12].flatMap((payment_total): [string, readonly Sent[]][] => [
      [
        `a receipt that was never expected, sent again with the total ${payment_total}`,
        tape(agreed, paid, update({ payment_total })),
      ],
      [
        `a receipt of one part, sent again with the total ${payment_total}`,
        tape(agreed, { ...paid, payment_principal: undefined }, update({ payment_total })),
      ],
    ]),
    [
      "a receipt on another due date, which a later event leaves",
      tape(
        agreed,
        { ...expected, payment_date: undefined },
        update({ status: "paid", payment_total: 7, due_date: "2026-03-01" }),
        update({ installment_number: 2 }),
      ),
    ],
    [
      "a receipt that was never expected, then expected and paid",
      tape(agreed, paid, update({ status: "expected" }), update({ status: "paid" })),
    ],
    [
      "a receipt on another due date that is expected again on the one before",
      tape(
        agreed,
        expected,
        { ...lessPaid, due_date: "2026-03-01" },
        update({ status: "expected" }),
        update({ status: "paid" }),
      ),
    ],
    [
      "a receipt that is expected again with another total, without the parts of the one before",
      tape(
        agreed,
        expected,
        lessPaid,
        update({ status: "expected", payment_total: 12 }),
        update({ status: "paid" }),
      ),
    ],
    [
      "a receipt that is expected again with the same total, and its parts",
      tape(
        agreed,
        expected,
        lessPaid,
        update({ status: "expected", payment_total: 11 }),
        update({ status: "paid" }),
      ),
    ],
    ["a refund", tape(agreed, paid, { ...paid, payment_id: "P-2", refund: true })],
    [
      "a recovery, marked later",
      tape(agreed, terms("2026-01-20", 0, 0), paid, update({ status: "paid", recovery: true })),
    ],
    [
      "a recovery whose mark is taken back",
      tape(agreed, { ...paid, recovery: true }, update({ recovery: false })),
    ],
    [
      "a recovery that is expected again",
      tape(
        agreed,
        expected,
        update({ status: "paid", recovery: true }),
        update({ status: "expected" }),
        update({ status: "paid" }),
      ),
    ],
    [
      "changes whose days are not in the order of the log",
      tape(agreed, terms("2026-04-01", 15, 1.5), terms("2026-03-01", 14, 1.5), terms("2026-05-01", 21, 1.7)),
    ],
    ["a change before the start", tape(agreed, terms("2026-01-01", 0.09, 0))],
    [
      "a raise that undoes only some write-offs",
      tape(
        agreed,
        terms("2026-01-20", 15, 2),
        terms("2026-01-21", 17, 2),
        terms("2026-01-22", 14, 2),
        terms("2026-04-01", 25, 2),
      ),
    ],
    [
      "a moved start",
      tape(agreed, terms("2026-03-01", 15, 2), {
        step: "update",
        disbursement_id: "L-1",
        disbursement_date: "2026-02-02",
      }),
    ],
    ["a deleted loan with receipts", tape(agreed, paid, removed)],
    [
      "a new life, in another currency",
      tape(agreed, terms("2026-03-01", 15, 2), paid, removed, {
        ...agreed,
        currency: "EUR",
        disbursement_amount: 30,
      }),
    ],
    [
      "a new life of a receipt",
      tape(
        agreed,
        paid,
        { step: "delete", payment_id: "P-1" },
        { ...paid, payment_total: 12, payment_principal: 11 },
      ),
    ],
  ])("%s", (_, events) => {
    expect(bookedBy(events).accepted).toHaveLength(events.length);
    for (const day of [...DAYS, ...LATER]) expect(differences(events, day)).toEqual([]);
  });

  const paidAt = (payment_date: string) => ({ ...paid, payment_date });
  it("instants, in the tenant's time zone and not in another", () => {
    const events = tape(
      { ...agreed, disbursement_date: "2026-01-14T23:00:00Z" },
      terms("2026-04-30T20:00:00Z", 15, 1.5),
      paidAt("2026-02-02T16:00:00Z"),
    );
    for (const day of [...DAYS, ...LATER, "2026-04-30"]) {
      for (const zone of ["UTC", "Asia/Tokyo"]) expect(differences(events, day, zone)).toEqual([]);
    }
    const { entries, accepted } = bookedBy(events, "Asia/Tokyo");
    for (const day of ["2026-02-02", "2026-04-30"]) {
      expect(disagreements(toldLoan(told(accepted), UTC), sumsUpTo(entries, day), day)).not.toEqual([]);
    }
  });

  it("amounts digit by digit, however they are written", () => {
    const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => number };
    const events = tape({
      ...agreed,
      disbursement_amount: rawJSON("9007199254740993.01"),
      total_expected_margin: 0,
    });
    const loan = toldLoan(told(events), UTC);
    expect(loan.disbursement?.first.amount).toBe(900_719_925_474_099_301n);
    const exponent = toldLoan(told(tape({ ...agreed, disbursement_amount: rawJSON("2.5e3") })), UTC);
    expect(exponent.disbursement?.first.amount).toBe(250_000n);
  });
});

describe("a proof", () => {
  const DAY = "2030-01-01";
  const events = tape(agreed, { ...due, status: "paid" });

  it.each([
    ["1000", "1000", "1200"],
    ["1100", "1100", "1200"],
    ["1400", "1200", "1400"],
    ["2100", "1200", "2100"],
    ["2300", "2300", "1200"],
    ["4100", "1200", "4100"],
    ["4200", "4200", "1200"],
    ["4300", "1200", "4300"],
    ["5100", "5100", "1200"],
  ] as const)("names %s alone where it has one posting too many", (account_code, debit, credit) => {
    const posted = { currency: "USD", debit, credit, amount_minor: 7n };
    const [found, ...others] = differences(events, DAY, "UTC", [posted]);
    expect([found, others]).toMatchObject([{ account_code, currency: "USD" }, []]);
    const isMore = (debit === account_code) === ["1000", "1100", "1400", "5100"].includes(account_code);
    expect((found?.books_minor ?? 0n) - (found?.records_minor ?? 0n)).toBe(isMore ? 7n : -7n);
  });

  it("takes no note of settlements and their reversals", () => {
    const settled = { currency: "USD", debit: "2100", credit: "1000", amount_minor: 2000n };
    const back = { currency: "USD", debit: "1000", credit: "2100", amount_minor: 500n };
    expect(differences(events, DAY, "UTC", [settled, back])).toEqual([]);
  });

  it("names all that a loan says where nothing is booked, but for what is 0", () => {
    const found = disagreements(toldLoan(told(events), UTC), [], DAY);
    expect(found.map((one) => [one.account_code, one.records_minor, one.books_minor])).toEqual([
      ["1000", 1100n, 0n],
      ["1100", 1000n, 0n],
      ["1400", 100n, 0n],
      ["2100", 2000n, 0n],
      ["2300", 100n, 0n],
      ["4100", 100n, 0n],
    ]);
  });

  it("of a loan without events is of its postings only", () => {
    const posted = { currency: "USD", debit: "1000", credit: "1100", amount_minor: 7n };
    const codes = disagreements(toldLoan([], UTC), [posted], DAY).map(({ account_code }) => account_code);
    expect(codes).toEqual(["1000", "1100"]);
  });
});

const days = fc.constantFrom(...DAYS);
const amounts = fc.constantFrom(0.01, 1, 7, 10.5, 20);
const some = <T extends Record<string, fc.Arbitrary<unknown>>>(members: T) =>
  fc.record(members, { requiredKeys: [] as never[] });
const parts = some({
  payment_principal: fc.constantFrom(null, 0, 1),
  payment_fee: fc.constantFrom(null, 0.01, 1),
});
const lives = fc.array(
  fc.oneof(
    fc.record({ day: days }).map(({ day }) => ({ ...agreed, disbursement_date: day })),
    fc.tuple(days, amounts, amounts).map(([day, amount, margin]) => terms(day, amount, margin)),
    days.map((disbursement_date) => ({ step: "update", disbursement_id: "L-1", disbursement_date })),
    fc.constant(removed),
    fc
      .tuple(fc.constantFrom("P-1", "P-2"), fc.constantFrom("paid", "expected"), amounts, parts)
      .map(([payment_id, status, payment_total, split]) => ({
        ...{ ...due, payment_principal: undefined, payment_fee: undefined, payment_date: undefined },
        ...{ payment_id, status, payment_total, ...split },
      })),
    fc
      .tuple(
        fc.constantFrom("P-1", "P-2"),
        some({
          status: fc.constantFrom("paid", "expected", "canceled"),
          payment_total: amounts,
          payment_date: fc.oneof(days, fc.constant(null)),
          due_date: days,
          installment_number: fc.constantFrom(null, 0, 1),
          recovery: fc.boolean(),
          change_date: days,
        }),
        parts,
      )
      .map(([payment_id, change, split]) => ({ step: "update", payment_id, ...change, ...split })),
    fc.constantFrom("P-1", "P-2").map((payment_id) => ({ step: "delete", payment_id })),
  ),
  { minLength: 5, maxLength: 40 },
);

it("what the events say and what is booked agree on every day of any life", () => {
  let booked = 0;
  fc.assert(
    fc.property(lives, (life) => {
      const { entries, accepted } = bookedBy(tape(agreed, ...life));
      const loan = toldLoan(told(accepted), UTC);
      booked += entries.length;
      for (const day of [...DAYS, "2030-01-01"])
        expect(disagreements(loan, sumsUpTo(entries, day), day)).toEqual([]);
    }),
    { seed: 20261130, numRuns: 200 },
  );
  // Lives of which nothing is accepted prove nothing.
  expect(booked).toBeGreaterThan(1_000);
});
