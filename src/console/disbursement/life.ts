import type { RowJson } from "../../contract/lookup/answers.ts";
import type { PositionJson, TermsJson } from "../../contract/position/answers.ts";
import { toMinor } from "../../domain/core/money.ts";
import { dayOf } from "../../domain/position/days.ts";
import {
  type DisbursementFacts,
  type PaymentFacts,
  PLAIN_PAYMENT,
  type TermsRow,
} from "../../domain/position/facts.ts";
import { positionAt } from "../../domain/position/position.ts";
import { type Ready, ready } from "../../domain/position/ready.ts";
import type { Receipt } from "../../domain/position/receipts.ts";
import type { Exact } from "../format.ts";

/** A disbursement's figures at the end of one day, in minor units. */
export interface LifeDay {
  readonly day: string;
  readonly scheduled: bigint;
  /** Null after the requested day. */
  readonly received: bigint | null;
  readonly outstanding: bigint | null;
}

export interface Life {
  readonly start: string;
  /** The day on which it matures by its last terms; null if it has no maturity date. */
  readonly maturity: string | null;
  readonly days: readonly LifeDay[];
  readonly receipts: readonly Receipt[];
  /** The terms first agreed, then after each change, including changes dated after the day. */
  readonly terms: TermsRows;
}

type TermsRows = readonly [TermsRow, ...TermsRow[]];

/**
 * Applies the rules of positions (docs/portfolio.md) to each day on which something happens, from the API's rows. The
 * service and this page run the same code. `terms` must hold every change, including future ones.
 */
export function lifeInDays(
  row: RowJson,
  terms: PositionJson["terms"],
  payments: readonly RowJson[],
  asOf: string,
): Life {
  const disbursement = disbursementFacts(row);
  const rows = termsRows(terms, disbursement.currency);
  const one = ready({ disbursement, terms: rows, payments: payments.map(paymentFacts) });
  const { start } = one;
  const { receipts } = one.money;
  const days = new Set([start, asOf, ...rows.slice(1).map(({ on_date }) => dayOf(on_date))]);
  for (const { due } of one.agreementAt(asOf).schedule.installments) days.add(due);
  for (const { day } of receipts) if (day <= asOf) days.add(day);
  const last = rows.at(-1)?.maturity_date ?? null;
  const maturity = last === null ? null : dayOf(last);
  if (maturity !== null) days.add(maturity);
  const lifeDays = [...days].sort().map((day) => lifeDay(one, day, asOf));
  return { start, maturity, days: lifeDays, receipts, terms: rows };
}

function lifeDay(one: Ready, day: string, asOf: string): LifeDay {
  const { scheduled, received, outstanding_principal } = positionAt(one, day);
  const isKnown = day <= asOf;
  return {
    day,
    scheduled: scheduled.total,
    received: isKnown ? received.total : null,
    outstanding: isKnown ? outstanding_principal : null,
  };
}

function termsRows({ first_agreed, changes }: PositionJson["terms"], currency: string): TermsRows {
  const row = (
    sequence: number,
    on_date: string,
    { amount, margin, maturity_date }: TermsJson,
  ): TermsRow => ({
    sequence,
    on_date,
    disbursement_amount: minor(amount, currency),
    total_expected_margin: minor(margin, currency),
    maturity_date,
  });
  return [
    row(0, "", first_agreed),
    ...changes.map((one) => row(Number(one.sequence.value), one.change_date, one)),
  ];
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

function disbursementFacts(row: RowJson): DisbursementFacts {
  return {
    disbursement_id: String(row.disbursement_id),
    kind: row.kind === "purchase" ? "purchase" : "loan",
    currency: String(row.currency),
    client_id: text(row.client_id),
    purchase_clients: null,
    disbursement_date: text(row.disbursement_date),
    payment_date: text(row.payment_date),
  };
}

function paymentFacts(row: RowJson): PaymentFacts {
  const currency = String(row.currency);
  const amount = (name: string) => (row[name] ? minor(row[name] as Exact, currency) : null);
  return {
    ...PLAIN_PAYMENT,
    payment_id: String(row.payment_id),
    status: String(row.status) as PaymentFacts["status"],
    currency,
    installment_number: row.installment_number ? Number(String(row.installment_number)) : null,
    due_date: String(row.due_date),
    payment_date: text(row.payment_date),
    payment_total: minor(row.payment_total as Exact, currency),
    payment_principal: amount("payment_principal"),
    payment_fee: amount("payment_fee"),
    expected_total: amount("expected_total"),
    expected_principal: amount("expected_principal"),
    expected_fee: amount("expected_fee"),
    expected_due_date: text(row.expected_due_date),
    refund: row.refund === true,
    recovery: row.recovery === true,
  };
}

function minor(amount: Exact, currency: string): bigint {
  const read = toMinor(amount.value, currency);
  if (!read.ok) throw new Error(`The API sent an amount that its currency cannot have: ${read.error}`);
  return read.value;
}
