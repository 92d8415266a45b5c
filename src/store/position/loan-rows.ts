import type { WantedAttributes } from "../../domain/position/attributes.ts";
import type { TermsRow } from "../../domain/position/facts.ts";
import { loanOf, type PaymentRecord, type SelectableLoan } from "../../domain/position/from-records.ts";
import { openInfo } from "../../domain/position/open-info.ts";
import type { Step } from "../../domain/tape/fields.ts";
import type { PaymentTerms, ScheduleMembers, Stored } from "../../domain/tape/state.ts";
import { DISBURSEMENT_OF_EVENT } from "../log.ts";
import type { disbursements, payments } from "../tape/tables.ts";

/** The most payments of one disbursement: more do not fit into an isolate's memory. */
export const PAYMENTS_OF_A_LOAN_MAX = 200_000;

type Disbursements = typeof disbursements.$inferSelect;
type Payments = typeof payments.$inferSelect;

/** Each row is one JSON text with amounts as decimal text: D1 rounds integers beyond 2^53, and columns cost time. */
const DISBURSEMENT_COLUMNS = `d.disbursement_id, d.kind, d.currency, d.client_id, d.purchase_clients, d.disbursement_date,
  d.payment_date, d.created_seq, d.insurer_name`;
const ofClient = (value: string) => `(SELECT ${value} FROM clients WHERE clients.tenant_id = d.tenant_id
  AND clients.client_id = COALESCE(d.client_id, CASE json_array_length(d.purchase_clients) WHEN 1 THEN d.purchase_clients ->> 0 END))`;

export function disbursementColumns({ country, info, client_info }: WantedAttributes): string {
  const own = info.length > 0 ? "d.info" : "NULL";
  const client = [country ? "clients.country" : "NULL", client_info.length > 0 ? "clients.info" : "NULL"];
  const needsClient = country || client_info.length > 0;
  const more = needsClient ? `${own}, json(${ofClient(`json_array(${client.join(", ")})`)})` : own;
  return `json_array(${DISBURSEMENT_COLUMNS}, ${more}) AS row`;
}

export const TERMS_COLUMNS = `disbursement_id, sequence, on_date, CAST(disbursement_amount AS TEXT),
  CAST(total_expected_margin AS TEXT), maturity_date, pledge_creditor`;
export const PAYMENT_COLUMNS = `disbursement_id, created_seq, payment_id, status, currency, installment_number, due_date, payment_date,
  CAST(payment_total AS TEXT), CAST(payment_principal AS TEXT), CAST(payment_fee AS TEXT),
  CAST(expected_total AS TEXT), CAST(expected_principal AS TEXT), CAST(expected_fee AS TEXT), expected_due_date,
  due_sequence, bank_ref, refund, recovery, is_dated`;
export const PAYMENT_TERMS_COLUMNS =
  "disbursement_id, payment_id, sequence, step, change_date, json(members)";

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
  info: string | null,
  client?: readonly [country: string | null, info: string | null] | null,
];
export type TermsTuple = readonly [
  disbursement_id: string,
  sequence: number,
  on_date: string,
  amount: string,
  margin: string,
  maturity_date: string | null,
  pledge_creditor: string | null,
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
  due_sequence: number | null,
  bank_ref: string | null,
  refund: 0 | 1,
  recovery: 0 | 1,
  is_dated: 0 | 1,
];
export type PaymentTermsTuple = readonly [
  disbursement_id: string,
  payment_id: string,
  sequence: number,
  step: Step,
  change_date: string | null,
  members: StoredMembers,
];

/** Amounts are decimal text of minor units. */
type StoredMembers = Omit<ScheduleMembers, "payment_total" | "payment_principal" | "payment_fee"> & {
  readonly payment_total?: string;
  readonly payment_principal?: string | null;
  readonly payment_fee?: string | null;
};

/** The disbursements that events beyond a sequence concern. They are few: those of the time between two calls. */
export const CHANGED = `SELECT DISTINCT CASE category WHEN 'disbursement' THEN record_id ELSE ${DISBURSEMENT_OF_EVENT} END AS row
  FROM events WHERE tenant_id = ?1 AND sequence > CAST(?2 AS INTEGER) AND category IN ('disbursement', 'payment')`;

export interface PackedRow {
  readonly row: string;
}

export const tuples = <T>(rows: readonly PackedRow[] | undefined): T[] =>
  JSON.parse(`[${(rows ?? []).map(({ row }) => row).join(",")}]`);

/** The rows of one disbursement, each list in the order of the log. */
export interface LoanTuples {
  readonly disbursement: DisbursementTuple;
  readonly terms: readonly TermsTuple[];
  readonly payments: readonly PaymentTuple[];
  readonly payment_terms: readonly PaymentTermsTuple[];
}

/** What is known of a disbursement's payments besides its rows: some as they were in the past, by the fold of their events. */
interface FoldedPayments {
  readonly payments: readonly Stored<PaymentRecord>[];
  readonly payment_terms: readonly PaymentTerms[];
}

const NO_PAYMENTS: FoldedPayments = { payments: [], payment_terms: [] };

/** A disbursement from its rows, with those attributes that are wanted. */
export function loanFrom(
  { disbursement: tuple, terms, payments, payment_terms }: LoanTuples,
  wanted: WantedAttributes,
  folded = NO_PAYMENTS,
): SelectableLoan {
  const [disbursement_id, kind, currency, client_id, clients, ...others] = tuple;
  const [disbursement_date, payment_date, created_seq, insurer_name, info, client = null] = others;
  const purchase_clients = clients === null ? null : (JSON.parse(clients) as readonly string[]);
  const dates = { disbursement_date, payment_date };
  const { loan, attributes } = loanOf({
    disbursement: { disbursement_id, kind, currency, client_id, purchase_clients, ...dates, insurer_name },
    created_seq,
    terms: terms.map(agreedTermsOf),
    payments: inOrder(payments, folded.payments),
    payment_terms: [...payment_terms.map(paymentTermsOf), ...folded.payment_terms],
  });
  const [country, client_info] = client ?? [];
  return {
    loan,
    attributes: {
      ...attributes,
      country: country ?? null,
      info: openInfo(info, wanted.info),
      client_info: openInfo(client_info ?? null, wanted.client_info),
    },
  };
}

/** Both kinds of payments in the order of the log. */
function inOrder(
  tuples: readonly PaymentTuple[],
  folded: FoldedPayments["payments"],
): readonly PaymentRecord[] {
  if (folded.length === 0) return tuples.map(paymentOf);
  const own = tuples.map((tuple) => ({ created_seq: tuple[1], record: paymentOf(tuple) }));
  return [...own, ...folded]
    .sort((left, right) => left.created_seq - right.created_seq)
    .map(({ record }) => record);
}

function agreedTermsOf(tuple: TermsTuple) {
  const [disbursement_id, , , , , , pledge_creditor] = tuple;
  return { disbursement_id, ...termsOf(tuple), pledge_creditor };
}

function paymentTermsOf([
  disbursement_id,
  payment_id,
  sequence,
  step,
  change_date,
  members,
]: PaymentTermsTuple): PaymentTerms {
  const { payment_total: total, payment_principal, payment_fee, ...others } = members;
  const set: ScheduleMembers = {
    ...others,
    ...(total === undefined ? {} : { payment_total: BigInt(total) }),
    ...(payment_principal === undefined ? {} : { payment_principal: amountOf(payment_principal) }),
    ...(payment_fee === undefined ? {} : { payment_fee: amountOf(payment_fee) }),
  };
  return { disbursement_id, payment_id, sequence, step, change_date, set };
}

export const termsOf = ([, sequence, on_date, amount, margin, maturity_date]: TermsTuple): TermsRow => ({
  sequence,
  on_date,
  disbursement_amount: BigInt(amount),
  total_expected_margin: BigInt(margin),
  maturity_date,
});

const amountOf = (text: string | null): bigint | null => (text === null ? null : BigInt(text));

export function paymentOf(tuple: PaymentTuple): PaymentRecord {
  const [, , payment_id, status, currency, installment_number, due_date, payment_date, total, ...others] =
    tuple;
  const [principal, fee, expected_total, expected_principal, expected_fee, expected_due_date, ...more] =
    others;
  const [due_sequence, bank_ref, refund, recovery, is_dated] = more;
  return {
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
    due_sequence,
    bank_ref,
    refund: refund === 1,
    recovery: recovery === 1,
    is_dated: is_dated === 1,
  };
}
