import type { Loan } from "../../domain/position/facts.ts";
import type { Database } from "../d1/session.ts";
import { tuplesOf } from "../d1/statement.ts";
import {
  DISBURSEMENT_COLUMNS,
  type DisbursementTuple,
  loanOf,
  PAYMENT_COLUMNS,
  type PaymentTuple,
  TERMS_COLUMNS,
  type TermsTuple,
} from "./rows.ts";

/** The most disbursements of one page, and payments of one call: an answer of D1 stays within a few megabytes. */
const LOANS_OF_A_PAGE = 500;
const PAYMENTS_OF_A_CALL = 5_000;
/** A page of disbursements ends early when it has as many payments as this. */
const PAYMENTS_OF_A_PAGE = 20_000;
/** The most payments of one disbursement: more do not fit into an isolate's memory. */
export const PAYMENTS_OF_A_LOAN_MAX = 200_000;

/** Payments by disbursement. The query names its index because the planner has no statistics to choose it. */
const PAYMENTS_OF = `SELECT json_array(${PAYMENT_COLUMNS}) AS row, disbursement_id, created_seq FROM payments INDEXED BY payments_by_disbursement
  WHERE tenant_id = ?1 AND deleted_at IS NULL`;

/**
 * One live disbursement with its terms and payments, in one round trip; null if there is none. Reads only these rows,
 * by their keys.
 */
export async function readLoan(db: Database, tenant: string, id: string): Promise<Loan | "too_large" | null> {
  const [[disbursement], terms, first] = await tuplesOf<[DisbursementTuple, TermsTuple, PaymentTuple]>(db, [
    {
      sql: `SELECT json_array(${DISBURSEMENT_COLUMNS}) AS row FROM disbursements AS d
        WHERE tenant_id = ?1 AND disbursement_id = ?2 AND deleted_at IS NULL`,
      params: [tenant, id],
    },
    {
      sql: `SELECT json_array(${TERMS_COLUMNS}) AS row FROM disbursement_terms
        WHERE tenant_id = ?1 AND disbursement_id = ?2 ORDER BY sequence`,
      params: [tenant, id],
    },
    {
      sql: `${PAYMENTS_OF} AND disbursement_id = ?2 ORDER BY created_seq LIMIT ${PAYMENTS_OF_A_CALL}`,
      params: [tenant, id],
    },
  ]);
  if (!disbursement) return null;
  const payments = await allPayments(db, tenant, first, id);
  if (payments === "too_large") return "too_large";
  return loanOf(disbursement, terms, payments.found);
}

interface FoundPayments {
  readonly found: readonly PaymentTuple[];
  /** The disbursement in which the reading stopped, with only some of its payments read; null when all are read. */
  readonly stopped: string | null;
}

/** Two ranges, because one range over both columns would read the disbursement's earlier payments again. */
const NEXT_PAYMENTS = `SELECT row FROM (
  ${PAYMENTS_OF} AND disbursement_id = ?2 AND created_seq > CAST(?3 AS INTEGER)
  UNION ALL
  ${PAYMENTS_OF} AND disbursement_id > ?2 AND disbursement_id <= ?4
  ORDER BY disbursement_id, created_seq LIMIT ${PAYMENTS_OF_A_CALL})`;

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
  const found = [...first];
  let page = first;
  while (page.length === PAYMENTS_OF_A_CALL) {
    const [id = "", created_seq = 0] = page.at(-1) ?? [];
    if (found.length >= PAYMENTS_OF_A_PAGE && found[0]?.[0] !== id) return { found, stopped: id };
    if (found.length > PAYMENTS_OF_A_LOAN_MAX) return "too_large";
    const params = [tenant, id, String(created_seq), last];
    [page] = await tuplesOf<[PaymentTuple]>(db, [{ sql: NEXT_PAYMENTS, params }]);
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
  // A table WITHOUT ROWID is stored in the order of its primary key: without an index, SQLite walks it in that order.
  const sql = `SELECT json_array(${DISBURSEMENT_COLUMNS}${withCountry ? `, ${COUNTRY}` : ""}) AS row
    FROM disbursements AS d NOT INDEXED WHERE tenant_id = ?1 AND disbursement_id > ?2 AND deleted_at IS NULL
    ORDER BY disbursement_id LIMIT ${LOANS_OF_A_PAGE}`;
  const [disbursements] = await tuplesOf<[DisbursementTuple]>(db, [{ sql, params: [tenant, after] }]);
  const last = disbursements.at(-1)?.[0];
  if (last === undefined) return { loans: [], end: null, rows: 0 };
  const [termsRows, first] = await tuplesOf<[TermsTuple, PaymentTuple]>(db, [
    {
      sql: `SELECT json_array(${TERMS_COLUMNS}) AS row FROM disbursement_terms
        WHERE tenant_id = ?1 AND disbursement_id > ?2 AND disbursement_id <= ?3 ORDER BY disbursement_id, sequence`,
      params: [tenant, after, last],
    },
    {
      sql: `${PAYMENTS_OF} AND disbursement_id > ?2 AND disbursement_id <= ?3
        ORDER BY disbursement_id, created_seq LIMIT ${PAYMENTS_OF_A_CALL}`,
      params: [tenant, after, last],
    },
  ]);
  const payments = await allPayments(db, tenant, first, last);
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
