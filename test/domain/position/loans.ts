import { UTC } from "../../../src/domain/core/calendar.ts";
import {
  type Loan,
  type PaymentFacts,
  PLAIN_PAYMENT,
  type TermsRow,
} from "../../../src/domain/position/facts.ts";
import { installmentsAt, positionAt, USUAL } from "../../../src/domain/position/position.ts";
import { ready } from "../../../src/domain/position/ready.ts";

/*
 * Loans in whole dollars for tests: amounts are major units here, minor units in the facts.
 */

export const cents = (dollars: number): bigint => BigInt(Math.round(dollars * 100));
export const dollars = (minor: bigint): number => Number(minor) / 100;

type Term = { on: string; amount?: number; margin?: number; maturity?: string };

/** A loan with its changes in the order of the log; changes have the sequences 101, 102 and so on. */
export function loan(
  first: { amount: number; margin?: number; start: string; maturity: string; kind?: "loan" | "purchase" },
  changes: readonly Term[] = [],
  payments: readonly PaymentFacts[] = [],
): Loan {
  const { amount, margin = 0, start, kind = "loan" } = first;
  const maturity = kind === "loan" ? first.maturity : null;
  const rows: TermsRow[] = [
    {
      sequence: 1,
      on_date: start,
      disbursement_amount: cents(amount),
      total_expected_margin: cents(margin),
      maturity_date: maturity,
    },
  ];
  for (const [index, change] of changes.entries()) {
    const before = rows[index] as TermsRow;
    rows.push({
      sequence: 101 + index,
      on_date: change.on,
      disbursement_amount: change.amount === undefined ? before.disbursement_amount : cents(change.amount),
      total_expected_margin:
        change.margin === undefined ? before.total_expected_margin : cents(change.margin),
      maturity_date: change.maturity ?? before.maturity_date,
    });
  }
  const [agreed, ...later] = rows as [TermsRow, ...TermsRow[]];
  return {
    disbursement: {
      disbursement_id: "L-1",
      kind,
      currency: "USD",
      client_id: kind === "loan" ? "C-1" : null,
      purchase_clients: kind === "loan" ? null : ["C-1", "C-2"],
      disbursement_date: kind === "loan" ? start : null,
      payment_date: kind === "loan" ? null : start,
    },
    terms: [agreed, ...later],
    payments,
  };
}

interface RowOptions extends Partial<PaymentFacts> {
  readonly number?: number | null;
}

/** An installment that is expected; `sequence` 2 set its due date. */
export function expected(
  payment_id: string,
  due: string,
  principal: number,
  fee: number,
  { number = Number(payment_id.replace(/\D/g, "")) || null, ...more }: RowOptions = {},
): PaymentFacts {
  return {
    ...PLAIN_PAYMENT,
    payment_id,
    status: "expected",
    currency: "USD",
    installment_number: number,
    due_date: due,
    payment_date: null,
    payment_total: cents(principal + fee),
    payment_principal: cents(principal),
    payment_fee: cents(fee),
    expected_total: cents(principal + fee),
    expected_principal: cents(principal),
    expected_fee: cents(fee),
    expected_due_date: due,
    due_sequence: 2,
    ...more,
  };
}

/** The installment after it was paid in full, or with another total, whose parts are unknown then. */
export function paid(row: PaymentFacts, on: string, total?: number): PaymentFacts {
  const money =
    total === undefined ? {} : { payment_total: cents(total), payment_principal: null, payment_fee: null };
  return { ...row, status: "paid", payment_date: on, ...money };
}

/** Money that was never expected, without a number and without parts unless they are given. */
export function receipt(
  payment_id: string,
  on: string,
  total: number,
  { number = null, ...more }: RowOptions = {},
): PaymentFacts {
  return {
    ...PLAIN_PAYMENT,
    payment_id,
    status: "paid",
    currency: "USD",
    installment_number: number,
    due_date: on,
    payment_date: on,
    payment_total: cents(total),
    payment_principal: null,
    payment_fee: null,
    expected_total: null,
    expected_principal: null,
    expected_fee: null,
    expected_due_date: null,
    ...more,
  };
}

/** Terms and schedule of a loan in order: 1,000 and a margin of 100 in two installments. */
export const FIRST = { amount: 1000, margin: 100, start: "2026-01-01", maturity: "2026-03-01" };
export const ROWS = [expected("P-1", "2026-02-01", 500, 50), expected("P-2", "2026-03-01", 500, 50)] as const;

export const rowsOn = (one: Loan, day: string) =>
  installmentsAt(ready(one, UTC), day).map(
    ({ payment_id, due, principal, fee, covered, self_scheduled }) =>
      [payment_id, due, dollars(principal), dollars(fee), dollars(covered), self_scheduled] as const,
  );

/** The figures of a position in dollars. */
export function at(one: Loan, day: string, allocation: "oldest" | "own" = "oldest") {
  const position = positionAt(ready(one, UTC), day, { ...USUAL, allocation });
  return {
    state: position.state,
    days: position.days_past_due,
    arrears: dollars(position.arrears.total),
    outstanding: dollars(position.outstanding_principal),
    margin_due: dollars(position.margin_due),
    scheduled: dollars(position.scheduled.total),
    received: dollars(position.received.total),
    refunded: dollars(position.refunded),
    recovered: dollars(position.recovered),
    overpaid: dollars(position.overpaid),
    written_off: dollars(position.terms.written_off),
    raised: dollars(position.terms.raised),
  };
}
