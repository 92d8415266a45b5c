import { describe, expect, it } from "vitest";
import { exceptionsOf, placeOf, type RecordedLoan } from "../../../src/domain/bookkeeping/exceptions.ts";
import { calendarOf, UTC } from "../../../src/domain/core/calendar.ts";
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
  unsettled: 0n,
  updated_seq: 7,
  ...change,
});

const changed = [
  terms(1, "2026-01-15", 2000n, 200n),
  terms(3, "2026-04-01", 1500n, 150n),
  terms(4, "2026-03-01", 1400n, 150n),
  terms(5, "2026-05-01", 2100n, 170n),
];

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

  it("of money on what was written off name it, up to the loss that marked recoveries leave; the rest is overpaid", () => {
    const lost = [...loan().terms, terms(3, "2026-04-01", 0n, 200n)];
    const fee = { payment_fee: 200n };
    const paid = receipt({ payment_total: 500n, payment_principal: 300n, ...fee });
    expect(reasonsOf(loan({ terms: lost, receipts: [paid] }))).toEqual(["after_write_off  300 USD 7"]);
    const marked = receipt({ payment_id: "P-2", payment_total: 1900n, recovery: true });
    expect(reasonsOf(loan({ terms: lost, receipts: [paid, marked] }))).toEqual([
      "after_write_off  100 USD 7",
      "overpaid  200 USD 7",
    ]);
  });

  it("name principal that pays margin, and fees that repay a write-off, by the books' accounts", () => {
    const principal = receipt({ payment_total: 2200n, payment_principal: 2200n, payment_fee: 0n });
    expect(reasonsOf(loan({ receipts: [principal] }))).toEqual(["overpaid  200 USD 7"]);
    const lost = [...loan().terms, terms(3, "2026-04-01", 1000n, 200n)];
    const fees = receipt({ payment_total: 1300n, payment_principal: 1000n, payment_fee: 300n });
    expect(reasonsOf(loan({ terms: lost, receipts: [fees] }))).toEqual([
      "after_write_off  100 USD 7",
      "over_earned  100 USD 7",
    ]);
  });

  it("of an origination without its settlement name what it promises, unless it is deleted", () => {
    expect(reasonsOf(loan({ unsettled: 2000n }))).toEqual(["unsettled  2000 USD 7"]);
    expect(reasonsOf(loan({ unsettled: 2000n, is_deleted: true }))).toEqual([]);
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

  it("of a receipt in another currency do not count its amount for the loan", () => {
    const foreign = receipt({ currency: "EUR", payment_total: 9000n, payment_principal: 8000n });
    expect(reasonsOf(loan({ receipts: [foreign] }))).toEqual(["currency_differs P-1 9000 EUR 9"]);
    const marked = receipt({ ...foreign, recovery: true });
    const lost = [...loan().terms, terms(3, "2026-04-01", 0n, 200n)];
    const split = { payment_total: 500n, payment_principal: 300n, payment_fee: 200n };
    const paid = receipt({ payment_id: "P-2", ...split });
    expect(reasonsOf(loan({ terms: lost, receipts: [marked, paid] }))).toEqual([
      "after_write_off  300 USD 7",
      "currency_differs P-1 9000 EUR 9",
    ]);
  });

  it("are in the order of their reasons, then of their payments, and each has a place of its own", () => {
    const early = (payment_id: string) =>
      receipt({ payment_id, payment_date: "2026-01-14", payment_fee: 0n });
    const recorded = loan({
      receipts: [early("P-2"), early("P-3"), early("P-1")],
      unsettled: 5n,
    });
    const found = exceptionsOf(recorded, true, UTC);
    expect(found.map(placeOf)).toEqual([
      "overpaid ",
      "paid_before_disbursement P-1",
      "paid_before_disbursement P-2",
      "paid_before_disbursement P-3",
      "unsettled ",
    ]);
  });

  it("of a disbursement without terms are those of its receipts", () => {
    const early = receipt({ payment_date: "2026-01-14" });
    expect(reasonsOf(loan({ terms: [], receipts: [early] }))).toEqual([
      "paid_before_disbursement P-1 1100 USD 9",
    ]);
    expect(reasonsOf(loan({ terms: [] }), false)).toEqual(["kept_by_ledger  0 USD 7"]);
  });

  it("of a receipt before the start are found by days of the tenant's time zone", () => {
    const recorded = loan({ receipts: [receipt({ payment_date: "2026-01-14T16:00:00" })] });
    const reasons = (zone: string) =>
      exceptionsOf(recorded, true, calendarOf(zone)).map(({ reason }) => reason);
    expect([reasons("UTC"), reasons("Asia/Tokyo")]).toEqual([["paid_before_disbursement"], []]);
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
