import { DatabaseAway } from "../../domain/core/failure.ts";
import { NOTHING_MORE, type WantedAttributes } from "../../domain/position/attributes.ts";
import type { SelectableLoan } from "../../domain/position/from-records.ts";
import type { Database } from "../d1/session.ts";
import {
  CHANGED,
  type DisbursementTuple,
  disbursementColumns,
  type LoanTuples,
  loanFrom,
  type PackedRow,
  type PaymentTermsTuple,
  type PaymentTuple,
  TERMS_COLUMNS,
  type TermsTuple,
  tuples,
} from "./loan-rows.ts";
import { HEAD } from "./memos.ts";
import { allPaymentTerms, EVENTS_OF_A_CALL, PAYMENT_TERMS_OF } from "./payment-terms.ts";
import { allPayments, PAYMENTS_OF, PAYMENTS_OF_A_CALL } from "./payments.ts";

/** The most disbursements of one page: an answer of D1 stays within a few megabytes. */
const LOANS_OF_A_PAGE = 500;
/** How often a disbursement is read that changes each time between two calls. */
const TRIES = 3;

/** A disbursement as it was at one moment, and the head of the log at that moment. */
interface LoanAtHead {
  readonly head: number;
  readonly found: SelectableLoan | null;
}

/**
 * One live disbursement with its terms and payments, null if there is none. Reads only these rows, by their keys, in one
 * round trip. A disbursement whose payments take several is read again if it has changed between them.
 */
export async function readLoan(
  db: Database,
  tenant: string,
  id: string,
  wanted: WantedAttributes = NOTHING_MORE,
): Promise<LoanAtHead | "too_large"> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const read = await tryLoan(db, tenant, id, wanted);
    if (read !== "changed") return read;
  }
  throw new DatabaseAway(new Error("a disbursement changed each time while it was read"));
}

async function tryLoan(
  db: Database,
  tenant: string,
  id: string,
  wanted: WantedAttributes,
): Promise<LoanAtHead | "too_large" | "changed"> {
  const { $client: d1 } = db;
  const [log, found, terms, first, dated] = await d1.batch<PackedRow & { readonly sequence: number | null }>([
    d1.prepare(HEAD).bind(tenant),
    d1
      .prepare(
        `SELECT ${disbursementColumns(wanted)} FROM disbursements AS d
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
    d1
      .prepare(
        `${PAYMENT_TERMS_OF} AND disbursement_id = ?2 ORDER BY payment_id, sequence LIMIT ${EVENTS_OF_A_CALL}`,
      )
      .bind(tenant, id),
  ]);
  const head = log?.results[0]?.sequence ?? 0;
  const [disbursement] = tuples<DisbursementTuple>(found?.results);
  if (!disbursement) return { head, found: null };
  const payments = await allPayments(db, tenant, head, {
    first: tuples<PaymentTuple>(first?.results),
    last: id,
  });
  const firstEvents = tuples<PaymentTermsTuple>(dated?.results);
  const events = await allPaymentTerms(db, tenant, head, { first: firstEvents, last: id });
  if (payments === "too_large" || events === "too_large") return "too_large";
  if (payments.changed.has(id) || events.changed.includes(id)) return "changed";
  const rows = { disbursement, terms: tuples<TermsTuple>(terms?.results), payments: payments.found };
  return { head, found: loanFrom({ ...rows, payment_terms: events.events }, wanted) };
}

export interface LoanPage {
  readonly loans: readonly SelectableLoan[];
  /** The id after which the next page starts; null when this is the last. */
  readonly end: string | null;
  /** The number of rows that were read. */
  readonly rows: number;
}

/**
 * The next live disbursements in the order of their ids, with their terms and payments. A walk from page to page reads
 * each row once. Pages are read one after another, so later pages may show events that are committed meanwhile; one
 * disbursement is shown as it was at one moment.
 */
export async function readLoans(
  db: Database,
  tenant: string,
  after: string,
  wanted: WantedAttributes,
): Promise<LoanPage | "too_large"> {
  const { head, disbursements } = await nextDisbursements(db, tenant, after, wanted);
  const last = disbursements.at(-1)?.[0];
  if (last === undefined) return { loans: [], end: null, rows: 0 };
  const rest = await termsAndPayments(db, tenant, head, { after, last });
  if (rest === "too_large") return "too_large";
  const { terms, found, firstEvents, stopped } = rest;
  const termsOf = Map.groupBy(terms, ([id]) => id);
  const paymentsOf = Map.groupBy(found, ([id]) => id);
  const complete = disbursements.filter(([id]) => stopped === null || precedes(id, stopped));
  const lastComplete = complete.at(-1)?.[0] ?? after;
  const read = await allPaymentTerms(db, tenant, head, { first: firstEvents, last: lastComplete });
  if (read === "too_large") return "too_large";
  const changed = new Set([...rest.changed, ...read.changed]);
  const eventsOf = Map.groupBy(read.events, ([id]) => id);
  const rowsOf = (disbursement: DisbursementTuple, id = disbursement[0]): LoanTuples => ({
    disbursement,
    terms: termsOf.get(id) ?? [],
    payments: paymentsOf.get(id) ?? [],
    payment_terms: eventsOf.get(id) ?? [],
  });
  const loans: SelectableLoan[] = [];
  for (const tuple of complete) {
    const [id] = tuple;
    if (!changed.has(id)) {
      loans.push(loanFrom(rowsOf(tuple), wanted));
      continue;
    }
    const anew = await readLoan(db, tenant, id, wanted);
    if (anew === "too_large") return "too_large";
    if (anew.found) loans.push(anew.found);
  }
  const more = stopped !== null || disbursements.length === LOANS_OF_A_PAGE;
  // Only deleted disbursements may precede the one in which the reading stopped: their payments are skipped.
  const end = stopped === null ? last : (complete.at(-1)?.[0] ?? found[0]?.[0] ?? last);
  return {
    loans,
    end: more ? end : null,
    rows: disbursements.length + terms.length + found.length + read.events.length,
  };
}

async function nextDisbursements(db: Database, tenant: string, after: string, wanted: WantedAttributes) {
  const { $client: d1 } = db;
  // A table WITHOUT ROWID is stored in the order of its primary key: without an index, SQLite walks it in that order.
  const statement = d1.prepare(
    `SELECT ${disbursementColumns(wanted)} FROM disbursements AS d NOT INDEXED
    WHERE tenant_id = ?1 AND disbursement_id > ?2 AND deleted_at IS NULL
    ORDER BY disbursement_id LIMIT ${LOANS_OF_A_PAGE}`,
  );
  const [log, found] = await d1.batch<PackedRow & { readonly sequence: number | null }>([
    d1.prepare(HEAD).bind(tenant),
    statement.bind(tenant, after),
  ]);
  const head = log?.results[0]?.sequence ?? 0;
  return { head, disbursements: tuples<DisbursementTuple>(found?.results) };
}

/** The terms and payments of some disbursements, and which of these have changed since the log had this head. */
async function termsAndPayments(
  db: Database,
  tenant: string,
  head: number,
  { after, last }: { readonly after: string; readonly last: string },
) {
  const { $client: d1 } = db;
  const [terms, first, dated, since] = await d1.batch<PackedRow>([
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
    d1
      .prepare(
        `${PAYMENT_TERMS_OF} AND disbursement_id > ?2 AND disbursement_id <= ?3
        ORDER BY disbursement_id, payment_id, sequence LIMIT ${EVENTS_OF_A_CALL}`,
      )
      .bind(tenant, after, last),
    d1.prepare(CHANGED).bind(tenant, String(head)),
  ]);
  const payments = await allPayments(db, tenant, head, { first: tuples<PaymentTuple>(first?.results), last });
  if (payments === "too_large") return payments;
  const changed = new Set([...(since?.results ?? []).map(({ row }) => row), ...payments.changed]);
  const firstEvents = tuples<PaymentTermsTuple>(dated?.results);
  return { ...payments, terms: tuples<TermsTuple>(terms?.results), firstEvents, changed };
}

/** SQLite orders text by its UTF-8 bytes, JavaScript by its UTF-16 units: the two differ for surrogates. */
export function precedes(a: string, b: string): boolean {
  if (!/[\ud800-\udfff]/.test(a + b)) return a < b;
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text).toHex());
  return (left ?? "") < (right ?? "");
}
