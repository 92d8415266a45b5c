import type { Attributes } from "../../domain/position/attributes.ts";
import { type Loan, type PaymentFacts, PLAIN_PAYMENT, type TermsRow } from "../../domain/position/facts.ts";
import type { disbursements, payments } from "../tape/tables.ts";

/** The most payments of one disbursement: more do not fit into an isolate's memory. */
export const PAYMENTS_OF_A_LOAN_MAX = 200_000;

type Disbursements = typeof disbursements.$inferSelect;
type Payments = typeof payments.$inferSelect;

/** Each row is one JSON text with amounts as decimal text: D1 rounds integers beyond 2^53, and columns cost time. */
const DISBURSEMENT_COLUMNS = `d.disbursement_id, d.kind, d.currency, d.client_id, d.purchase_clients, d.disbursement_date,
  d.payment_date, d.created_seq, d.insurer_name, d.pledge_creditor`;
const COUNTRY = `(SELECT country FROM clients WHERE clients.tenant_id = d.tenant_id AND clients.client_id =
  COALESCE(d.client_id, CASE json_array_length(d.purchase_clients) WHEN 1 THEN d.purchase_clients ->> 0 END))`;

export const disbursementColumns = (withCountry: boolean): string =>
  `json_array(${DISBURSEMENT_COLUMNS}${withCountry ? `, ${COUNTRY}` : ""}) AS row`;

export const TERMS_COLUMNS = `disbursement_id, sequence, on_date, CAST(disbursement_amount AS TEXT),
  CAST(total_expected_margin AS TEXT), maturity_date`;
export const PAYMENT_COLUMNS = `disbursement_id, created_seq, payment_id, status, currency, installment_number, due_date, payment_date,
  CAST(payment_total AS TEXT), CAST(payment_principal AS TEXT), CAST(payment_fee AS TEXT),
  CAST(expected_total AS TEXT), CAST(expected_principal AS TEXT), CAST(expected_fee AS TEXT), expected_due_date`;

export type DisbursementTuple = readonly [
  disbursement_id: string,
  kind: Disbursements["kind"],
  currency: string,
  client_id: string | null,
  purchase_clients: string | null,
  disbursement_date: string | null,
  payment_date: string | null,
  created_seq: number,
  insurer_name: string | null,
  pledge_creditor: string | null,
  country?: string | null,
];
export type TermsTuple = readonly [
  disbursement_id: string,
  sequence: number,
  on_date: string,
  amount: string,
  margin: string,
  maturity_date: string | null,
];
export type PaymentTuple = readonly [
  disbursement_id: string,
  created_seq: number,
  payment_id: string,
  status: Payments["status"],
  currency: string,
  installment_number: number | null,
  due_date: string,
  payment_date: string | null,
  total: string,
  principal: string | null,
  fee: string | null,
  expected_total: string | null,
  expected_principal: string | null,
  expected_fee: string | null,
  expected_due_date: string | null,
];

export interface PackedRow {
  readonly row: string;
}

export const tuples = <T>(rows: readonly PackedRow[] | undefined): T[] =>
  JSON.parse(`[${(rows ?? []).map(({ row }) => row).join(",")}]`);

/** A disbursement on a walk over all of them; its client's country only if that is requested. */
export interface LoanOnWalk {
  readonly loan: Loan;
  readonly attributes: Attributes;
}

export function loanOf(
  disbursement: DisbursementTuple,
  terms: readonly TermsTuple[],
  payments: readonly PaymentTuple[],
): LoanOnWalk {
  const [, , , , , , , , insurer_name, pledge_creditor, country = null] = disbursement;
  const pledges = [{ on_date: "", pledge_creditor }];
  const loan = factsOf(disbursement, terms, payments);
  return { loan, attributes: { country, insurer_name, pledges } };
}

function factsOf(
  [
    disbursement_id,
    kind,
    currency,
    client_id,
    clients,
    disbursement_date,
    payment_date,
    created_seq,
  ]: DisbursementTuple,
  termsRows: readonly TermsTuple[],
  payments: readonly PaymentTuple[],
): Loan {
  const purchase_clients = clients === null ? null : (JSON.parse(clients) as readonly string[]);
  // The terms of a deleted disbursement of the same id belong to another life.
  const [first, ...changes] = termsRows.filter(([, sequence]) => sequence >= created_seq).map(termsOf);
  if (!first) throw new Error("a disbursement has the terms that it was created with");
  return {
    disbursement: {
      disbursement_id,
      kind,
      currency,
      client_id,
      purchase_clients,
      disbursement_date,
      payment_date,
    },
    terms: [first, ...changes],
    payments: payments.map(paymentOf),
  };
}

export const termsOf = ([, sequence, on_date, amount, margin, maturity_date]: TermsTuple): TermsRow => ({
  sequence,
  on_date,
  disbursement_amount: BigInt(amount),
  total_expected_margin: BigInt(margin),
  maturity_date,
});

const amountOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

export function paymentOf(tuple: PaymentTuple): PaymentFacts {
  const [, , payment_id, status, currency, installment_number, due_date, payment_date, total, ...others] =
    tuple;
  const [principal, fee, expected_total, expected_principal, expected_fee, expected_due_date] = others;
  return {
    ...PLAIN_PAYMENT,
    payment_id,
    status,
    currency,
    installment_number,
    due_date,
    payment_date,
    payment_total: BigInt(total),
    payment_principal: amountOf(principal),
    payment_fee: amountOf(fee),
    expected_total: amountOf(expected_total),
    expected_principal: amountOf(expected_principal),
    expected_fee: amountOf(expected_fee),
    expected_due_date,
  };
}
