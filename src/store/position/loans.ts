import { type Loan, type PaymentFacts, PLAIN_PAYMENT, type TermsRow } from "../../domain/position/facts.ts";
import type { Database } from "../d1/session.ts";
import type { disbursements, payments } from "../tape/tables.ts";

/** The most disbursements of one page, and payments of one call: an answer of D1 stays within a few megabytes. */
const LOANS_OF_A_PAGE = 500;
const PAYMENTS_OF_A_CALL = 5_000;
/** A page of disbursements ends early when it has as many payments as this. */
const PAYMENTS_OF_A_PAGE = 20_000;
/** The most payments of one disbursement: more do not fit into an isolate's memory. */
export const PAYMENTS_OF_A_LOAN_MAX = 200_000;

type Disbursements = typeof disbursements.$inferSelect;
type Payments = typeof payments.$inferSelect;

/** Each row is one JSON text with amounts as decimal text: D1 rounds integers beyond 2^53, and columns cost time. */
const DISBURSEMENT = `d.disbursement_id, d.kind, d.currency, d.client_id, d.purchase_clients, d.disbursement_date,
  d.payment_date, d.created_seq`;
export const TERMS_COLUMNS = `disbursement_id, sequence, on_date, CAST(disbursement_amount AS TEXT),
  CAST(total_expected_margin AS TEXT), maturity_date`;
export const PAYMENT_COLUMNS = `disbursement_id, created_seq, payment_id, status, currency, installment_number, due_date, payment_date,
  CAST(payment_total AS TEXT), CAST(payment_principal AS TEXT), CAST(payment_fee AS TEXT),
  CAST(expected_total AS TEXT), CAST(expected_principal AS TEXT), CAST(expected_fee AS TEXT), expected_due_date`;

type DisbursementTuple = readonly [
  disbursement_id: string,
  kind: Disbursements["kind"],
  currency: string,
  client_id: string | null,
  purchase_clients: string | null,
  disbursement_date: string | null,
  payment_date: string | null,
  created_seq: number,
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

interface Row {
  readonly row: string;
}

const tuples = <T>(rows: readonly Row[]): T[] => JSON.parse(`[${rows.map(({ row }) => row).join(",")}]`);

/** Payments by disbursement. The query names its index because the planner has no statistics to choose it. */
const PAYMENTS_OF = `SELECT json_array(${PAYMENT_COLUMNS}) AS row, disbursement_id, created_seq FROM payments INDEXED BY payments_by_disbursement
  WHERE tenant_id = ?1 AND deleted_at IS NULL`;

/**
 * One live disbursement with its terms and payments, in one round trip; null if there is none. Reads only these rows,
 * by their keys.
 */
export async function readLoan(db: Database, tenant: string, id: string): Promise<Loan | "too_large" | null> {
  const { $client: d1 } = db;
  const [found, terms, first] = await d1.batch<Row>([
    d1
      .prepare(
        `SELECT json_array(${DISBURSEMENT}) AS row FROM disbursements AS d
        WHERE tenant_id = ?1 AND disbursement_id = ?2 AND deleted_at IS NULL`,
      )
      .bind(tenant, id),
    d1
      .prepare(
        `SELECT json_array(${TERMS_COLUMNS}) AS row FROM disbursement_terms
        WHERE tenant_id = ?1 AND disbursement_id = ?2 ORDER BY sequence`,
      )
      .bind(tenant, id),
    d1
      .prepare(`${PAYMENTS_OF} AND disbursement_id = ?2 ORDER BY created_seq LIMIT ${PAYMENTS_OF_A_CALL}`)
      .bind(tenant, id),
  ]);
  const [disbursement] = tuples<DisbursementTuple>(found?.results ?? []);
  if (!disbursement) return null;
  const payments = await allPayments(db, tenant, tuples<PaymentTuple>(first?.results ?? []), id);
  if (payments === "too_large") return "too_large";
  return loanOf(disbursement, tuples<TermsTuple>(terms?.results ?? []), payments.found);
}

interface FoundPayments {
  readonly found: readonly PaymentTuple[];
  /** The disbursement in which the reading stopped, with only some of its payments read; null when all are read. */
  readonly stopped: string | null;
}

/**
 * Reads on from the first payments up to those of the disbursement `last`. Stops early once there are enough for a page
 * and at least one disbursement is complete.
 */
async function allPayments(
  db: Database,
  tenant: string,
  first: readonly PaymentTuple[],
  last: string,
): Promise<FoundPayments | "too_large"> {
  const { $client: d1 } = db;
  // Two ranges, because one range over both columns would read the disbursement's earlier payments again.
  const statement = d1.prepare(
    `SELECT row FROM (
      ${PAYMENTS_OF} AND disbursement_id = ?2 AND created_seq > CAST(?3 AS INTEGER)
      UNION ALL
      ${PAYMENTS_OF} AND disbursement_id > ?2 AND disbursement_id <= ?4
      ORDER BY disbursement_id, created_seq LIMIT ${PAYMENTS_OF_A_CALL})`,
  );
  const found = [...first];
  let page = first;
  while (page.length === PAYMENTS_OF_A_CALL) {
    const [id = "", created_seq = 0] = page.at(-1) ?? [];
    if (found.length >= PAYMENTS_OF_A_PAGE && found[0]?.[0] !== id) return { found, stopped: id };
    if (found.length > PAYMENTS_OF_A_LOAN_MAX) return "too_large";
    const [next] = await d1.batch<Row>([statement.bind(tenant, id, String(created_seq), last)]);
    page = tuples<PaymentTuple>(next?.results ?? []);
    for (const payment of page) found.push(payment);
  }
  return { found, stopped: null };
}

/** A disbursement on a walk over all of them, with its client's country if that is requested. */
export interface LoanOnWalk {
  readonly loan: Loan;
  readonly country: string | null;
}

export interface LoanPage {
  readonly loans: readonly LoanOnWalk[];
  /** The id after which the next page starts; null when this is the last. */
  readonly end: string | null;
  /** The number of rows that were read. */
  readonly rows: number;
}

const COUNTRY = `(SELECT country FROM clients WHERE clients.tenant_id = d.tenant_id AND clients.client_id =
  COALESCE(d.client_id, CASE json_array_length(d.purchase_clients) WHEN 1 THEN d.purchase_clients ->> 0 END))`;

/**
 * The next live disbursements in the order of their ids, with their terms and payments. A walk from page to page reads
 * each row once. Pages are read one after another, so later pages may show events that are committed meanwhile.
 */
export async function readLoans(
  db: Database,
  tenant: string,
  after: string,
  withCountry: boolean,
): Promise<LoanPage | "too_large"> {
  const { $client: d1 } = db;
  // A table WITHOUT ROWID is stored in the order of its primary key: without an index, SQLite walks it in that order.
  const statement = d1.prepare(
    `SELECT json_array(${DISBURSEMENT}${withCountry ? `, ${COUNTRY}` : ""}) AS row FROM disbursements AS d NOT INDEXED
    WHERE tenant_id = ?1 AND disbursement_id > ?2 AND deleted_at IS NULL
    ORDER BY disbursement_id LIMIT ${LOANS_OF_A_PAGE}`,
  );
  const [found] = await d1.batch<Row>([statement.bind(tenant, after)]);
  const disbursements = tuples<DisbursementTuple>(found?.results ?? []);
  const last = disbursements.at(-1)?.[0];
  if (last === undefined) return { loans: [], end: null, rows: 0 };
  const [terms, first] = await d1.batch<Row>([
    d1
      .prepare(
        `SELECT json_array(${TERMS_COLUMNS}) AS row FROM disbursement_terms
        WHERE tenant_id = ?1 AND disbursement_id > ?2 AND disbursement_id <= ?3 ORDER BY disbursement_id, sequence`,
      )
      .bind(tenant, after, last),
    d1
      .prepare(
        `${PAYMENTS_OF} AND disbursement_id > ?2 AND disbursement_id <= ?3
        ORDER BY disbursement_id, created_seq LIMIT ${PAYMENTS_OF_A_CALL}`,
      )
      .bind(tenant, after, last),
  ]);
  const termsRows = tuples<TermsTuple>(terms?.results ?? []);
  const payments = await allPayments(db, tenant, tuples<PaymentTuple>(first?.results ?? []), last);
  if (payments === "too_large") return "too_large";
  const { found: paymentRows, stopped } = payments;
  const termsOf = Map.groupBy(termsRows, ([id]) => id);
  const paymentsOf = Map.groupBy(paymentRows, ([id]) => id);
  const complete = disbursements.filter(([id]) => stopped === null || precedes(id, stopped));
  const loans = complete.map((tuple) => {
    const [id, , , , , , , , country = null] = tuple;
    return { loan: loanOf(tuple, termsOf.get(id) ?? [], paymentsOf.get(id) ?? []), country };
  });
  const rows = disbursements.length + termsRows.length + paymentRows.length;
  const more = stopped !== null || disbursements.length === LOANS_OF_A_PAGE;
  // Only deleted disbursements may precede the one in which the reading stopped: their payments are skipped.
  const end = stopped === null ? last : (complete.at(-1)?.[0] ?? paymentRows[0]?.[0] ?? last);
  return { loans, end: more ? end : null, rows };
}

/** SQLite orders text by its UTF-8 bytes, JavaScript by its UTF-16 units: the two differ for surrogates. */
function precedes(a: string, b: string): boolean {
  if (!/[\ud800-\udfff]/.test(a + b)) return a < b;
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text).toHex());
  return (left ?? "") < (right ?? "");
}

function loanOf(
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
