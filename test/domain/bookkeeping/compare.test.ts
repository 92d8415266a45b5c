import { describe, expect, it } from "vitest";
import {
  disagreements as disagreementsIn,
  exceptionsOf,
  type PostedSum,
  type RecordedLoan,
} from "../../../src/domain/bookkeeping/compare.ts";
import { type BookPart, disbursementParts, paymentParts } from "../../../src/domain/bookkeeping/rules.ts";
import { type Calendar, calendarOf, UTC } from "../../../src/domain/core/calendar.ts";
import { type PaymentFacts, PLAIN_PAYMENT, type TermsRow } from "../../../src/domain/position/facts.ts";

const terms = (sequence: number, on_date: string, amount: bigint, margin: bigint): TermsRow => ({
  sequence,
  on_date,
  disbursement_amount: amount,
  total_expected_margin: margin,
  maturity_date: "2026-12-31",
});

type Paid = PaymentFacts & { readonly updated_seq: number };

const receipt = (change: Partial<Paid> = {}): Paid => ({
  ...PLAIN_PAYMENT,
  payment_id: "P-1",
  status: "paid",
  currency: "USD",
  installment_number: 1,
  due_date: "2026-02-01",
  payment_date: "2026-02-03",
  payment_total: 1100n,
  payment_principal: 1000n,
  payment_fee: 100n,
  expected_total: null,
  expected_principal: null,
  expected_fee: null,
  expected_due_date: null,
  updated_seq: 9,
  ...change,
});

const loan = (change: Partial<RecordedLoan> = {}): RecordedLoan => ({
  disbursement: {
    disbursement_id: "L-1",
    kind: "loan",
    currency: "USD",
    client_id: "C-1",
    purchase_clients: null,
    disbursement_date: "2026-01-15",
    payment_date: null,
  },
  is_deleted: false,
  terms: [terms(1, "2026-01-15", 2000n, 200n)],
  receipts: [],
  updated_seq: 7,
  ...change,
});

/** The postings of parts up to a day, as D1 adds them up. */
const sumsOf = (parts: readonly BookPart[], day: string, currency = "USD"): readonly PostedSum[] =>
  parts
    .filter((part) => part.day <= day)
    .flatMap(({ moves }) => moves.map((move) => ({ currency, ...move })));

/** All that the rules post for a loan. */
function booked(
  { disbursement, is_deleted, terms: rows, receipts }: RecordedLoan,
  calendar: Calendar = UTC,
): readonly BookPart[] {
  const [first, ...later] = rows;
  const whole = first && !is_deleted ? { disbursement, terms: [first, ...later] as const } : null;
  return [
    ...(whole ? disbursementParts(whole, calendar) : []),
    ...receipts.flatMap((one) => paymentParts(one, calendar)),
  ];
}

const disagreements = (
  recorded: RecordedLoan,
  sums: readonly PostedSum[],
  day: string,
  calendar: Calendar = UTC,
) => disagreementsIn(recorded, sums, day, calendar);

const DAYS = ["2026-01-14", "2026-01-15", "2026-02-02", "2026-02-03", "2026-05-01", "2030-01-01"];

const changed = [
  terms(1, "2026-01-15", 2000n, 200n),
  terms(3, "2026-04-01", 1500n, 150n),
  terms(4, "2026-03-01", 1400n, 150n),
  terms(5, "2026-05-01", 2100n, 170n),
];

describe("records and books", () => {
  it.each<[string, RecordedLoan]>([
    ["a loan", loan()],
    ["a loan that is paid", loan({ receipts: [receipt()] })],
    ["money before the disbursement", loan({ receipts: [receipt({ payment_date: "2026-01-14" })] })],
    ["changes whose days are not in the order of the log", loan({ terms: changed, receipts: [receipt()] })],
    ["a change that counts before the start", loan({ terms: [...changed, terms(8, "2026-01-01", 9n, 0n)] })],
    [
      "a write-off after a raise after a write-off, then a raise",
      loan({
        terms: [
          terms(1, "2026-01-15", 2000n, 200n),
          terms(3, "2026-01-20", 1500n, 200n),
          terms(4, "2026-01-21", 1700n, 200n),
          terms(5, "2026-01-22", 1400n, 200n),
          terms(6, "2026-04-01", 2500n, 200n),
        ],
      }),
    ],
    ["an upfront fee", loan({ receipts: [receipt({ installment_number: 0 })] })],
    ["more fee than margin", loan({ receipts: [receipt({ payment_principal: 0n, payment_fee: 1100n })] })],
    ["a refund", loan({ receipts: [receipt(), receipt({ payment_id: "P-2", refund: true })] })],
    ["a deleted loan with receipts", loan({ is_deleted: true, receipts: [receipt()] })],
  ])("agree on each day: %s", (_, recorded) => {
    for (const day of DAYS) expect(disagreements(recorded, sumsOf(booked(recorded), day), day)).toEqual([]);
  });

  it("agree on each day of the tenant's time zone, and not on those of another", () => {
    const { disbursement } = loan();
    const recorded = loan({
      disbursement: { ...disbursement, disbursement_date: "2026-01-14T23:00:00" },
      terms: [terms(1, "2026-01-14T23:00:00", 2000n, 200n), terms(3, "2026-04-30T20:00:00", 1500n, 150n)],
      receipts: [receipt({ payment_date: "2026-02-02T16:00:00" })],
    });
    const [utc, tokyo] = [UTC, calendarOf("Asia/Tokyo")];
    for (const day of ["2026-01-13", ...DAYS, "2026-04-30"]) {
      expect(disagreements(recorded, sumsOf(booked(recorded, tokyo), day), day, tokyo)).toEqual([]);
      expect(disagreements(recorded, sumsOf(booked(recorded, utc), day), day, utc)).toEqual([]);
    }
    for (const day of ["2026-01-14", "2026-02-02", "2026-04-30"]) {
      expect(disagreements(recorded, sumsOf(booked(recorded, tokyo), day), day, utc)).not.toEqual([]);
    }
  });

  it("of a receipt before the start say so by days of the tenant's time zone", () => {
    const recorded = loan({ receipts: [receipt({ payment_date: "2026-01-14T16:00:00" })] });
    const reasons = (zone: string) =>
      exceptionsOf(recorded, true, calendarOf(zone)).map(({ reason }) => reason);
    expect([reasons("UTC"), reasons("Asia/Tokyo")]).toEqual([["paid_before_disbursement"], []]);
  });

  it("agree whether or not the money left the bank: a settlement and its reversal are not cash received", () => {
    const settled: readonly PostedSum[] = [
      { currency: "USD", debit: "2100", credit: "1000", amount_minor: 2000n },
      { currency: "USD", debit: "1000", credit: "2100", amount_minor: 500n },
    ];
    const day = "2030-01-01";
    expect(disagreements(loan(), [...sumsOf(booked(loan()), day), ...settled], day)).toEqual([]);
  });

  it("of a receipt in another currency agree in that currency", () => {
    const recorded = loan({ receipts: [receipt({ currency: "EUR" })] });
    const day = "2030-01-01";
    const own = booked(loan());
    const paid = recorded.receipts.flatMap((one) => paymentParts(one, UTC));
    expect(disagreements(recorded, [...sumsOf(own, day), ...sumsOf(paid, day, "EUR")], day)).toEqual([]);
    const wrong = disagreements(recorded, [...sumsOf(own, day), ...sumsOf(paid, day)], day);
    expect(new Set(wrong.map(({ currency }) => currency))).toEqual(new Set(["EUR", "USD"]));
  });

  it.each([
    ["1000", "1000", "4100", 7n, 1000n, 1007n],
    ["1100", "1100", "2100", 7n, 2000n, 2007n],
    ["1400", "1400", "4100", 7n, 200n, 207n],
    ["2300", "4100", "2300", 7n, 200n, 207n],
    ["5100", "5100", "2100", 7n, 0n, 7n],
  ] as const)(
    "differ on %s alone where it has one posting too many",
    (account_code, debit, credit, amount_minor, records, books) => {
      const paid = account_code === "1000";
      const recorded = paid
        ? loan({ receipts: [receipt({ payment_total: 1000n, payment_fee: 0n })] })
        : loan();
      const day = "2030-01-01";
      const sums = [...sumsOf(booked(recorded), day), { currency: "USD", debit, credit, amount_minor }];
      expect(disagreements(recorded, sums, day)).toEqual([
        { account_code, currency: "USD", records_minor: records, books_minor: books },
      ]);
    },
  );

  it("differ on all that a loan says where nothing is booked of it, but for what is 0", () => {
    expect(disagreements(loan(), [], "2030-01-01").map(({ account_code }) => account_code)).toEqual([
      "1100",
      "1400",
      "2300",
    ]);
    expect(disagreements(loan(), [], "2026-01-14")).toEqual([]);
  });

  it("of a purchase begin on its payment date", () => {
    const { disbursement } = loan();
    const purchase = loan({
      disbursement: { ...disbursement, kind: "purchase", payment_date: "2026-03-01" },
    });
    expect(disagreements(purchase, [], "2026-02-28")).toEqual([]);
    expect(disagreements(purchase, [], "2026-03-01")).toHaveLength(3);
  });
});

describe("exceptions", () => {
  const reasonsOf = (recorded: RecordedLoan, followsRecords = true) =>
    exceptionsOf(recorded, followsRecords, UTC).map(
      ({ reason, payment_id, amount_minor, currency, sequence }) =>
        [reason, payment_id, `${amount_minor} ${currency}`, sequence].join(" "),
    );

  it("of a loan that is paid to the last unit are none", () => {
    const last = receipt({ payment_total: 2200n, payment_principal: 2000n, payment_fee: 200n });
    expect(reasonsOf(loan({ receipts: [last] }))).toEqual([]);
  });

  it("say by how much more came in than is owed, principal and fee apart", () => {
    const more = receipt({ payment_total: 2303n, payment_principal: 2001n, payment_fee: 302n });
    expect(reasonsOf(loan({ receipts: [more] }))).toEqual(["over_earned  102 USD 7", "overpaid  1 USD 7"]);
  });

  it("count all receipts and changes, whatever their day", () => {
    const later = receipt({ payment_date: "2999-01-01", payment_principal: 1450n, payment_total: 1550n });
    const reduced = [...loan().terms, terms(2, "2998-01-01", 1400n, 200n)];
    expect(reasonsOf(loan({ terms: reduced, receipts: [later] }))).toEqual(["overpaid  50 USD 7"]);
  });

  it("of a receipt: before the start, in another currency, of a deleted disbursement", () => {
    const early = receipt({ payment_id: "P-2", payment_date: "2026-01-14" });
    const foreign = receipt({ payment_id: "P-1", currency: "EUR", payment_date: "2026-01-14" });
    expect(reasonsOf(loan({ receipts: [early, foreign] }))).toEqual([
      "currency_differs P-1 1100 EUR 9",
      "paid_before_disbursement P-2 1100 USD 9",
    ]);
    expect(reasonsOf(loan({ is_deleted: true, receipts: [early, foreign] }))).toEqual([
      "orphan_receipts P-1 1100 EUR 9",
      "orphan_receipts P-2 1100 USD 9",
    ]);
  });

  it("of a receipt on the first day are none", () => {
    expect(reasonsOf(loan({ receipts: [receipt({ payment_date: "2026-01-15" })] }))).toEqual([]);
  });

  it("of a loan that a ledger route had first is its present amount alone, and nothing once it is deleted", () => {
    const recorded = loan({ terms: changed, receipts: [receipt({ payment_date: "2026-01-14" })] });
    expect(reasonsOf(recorded, false)).toEqual(["kept_by_ledger  2100 USD 7"]);
    expect(reasonsOf({ ...recorded, is_deleted: true }, false)).toEqual([]);
  });
});
