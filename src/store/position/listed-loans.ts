import type { WantedAttributes } from "../../domain/position/attributes.ts";
import type { SelectableLoan } from "../../domain/position/from-records.ts";
import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";
import {
  type DisbursementTuple,
  disbursementColumns,
  loanFrom,
  PAYMENT_COLUMNS,
  PAYMENT_TERMS_COLUMNS,
  type PackedRow,
  type PaymentTermsTuple,
  type PaymentTuple,
  TERMS_COLUMNS,
  type TermsTuple,
  tuples,
} from "./loan-rows.ts";
import { readLoan } from "./loans.ts";
import { HEAD } from "./memos.ts";

/** Payments of one call: an answer of D1 stays within a few megabytes. */
const PAYMENTS_MAX = 10_000;

/** Some disbursements, and the head of the log when they were read, or up to which it was folded. */
export interface ListedLoans {
  readonly head: number;
  readonly loans: readonly SelectableLoan[];
}

/**
 * The live ones of some disbursements, in the order of the ids, with their terms and payments. All are read in one
 * transaction if their payments are few enough; otherwise `head` is that of the last of several.
 */
export async function readListed(
  db: Database,
  tenant: string,
  ids: readonly string[],
  wanted: WantedAttributes,
): Promise<ListedLoans | "too_large"> {
  const [only] = ids;
  if (only !== undefined && ids.length === 1) {
    const read = await readLoan(db, tenant, only, wanted);
    if (read === "too_large") return read;
    return { head: read.head, loans: read.found ? [read.found] : [] };
  }
  const together = await readTogether(db, tenant, ids, wanted);
  if (together) return together;
  const half = Math.ceil(ids.length / 2);
  const first = await readListed(db, tenant, ids.slice(0, half), wanted);
  if (first === "too_large") return first;
  const second = await readListed(db, tenant, ids.slice(half), wanted);
  return second === "too_large" ? second : { head: second.head, loans: [...first.loans, ...second.loans] };
}

/** Null if they have too many payments. */
async function readTogether(
  { $client: d1 }: Database,
  tenant: string,
  ids: readonly string[],
  wanted: WantedAttributes,
): Promise<ListedLoans | null> {
  const listed = JSON.stringify(ids);
  const [log, found, terms, paid, dated] = await d1.batch<PackedRow & { readonly sequence: number | null }>([
    d1.prepare(HEAD).bind(tenant),
    d1
      .prepare(
        `SELECT ${disbursementColumns(wanted)} FROM json_each(?2) AS listed CROSS JOIN disbursements AS d
        WHERE d.tenant_id = ?1 AND d.disbursement_id = listed.value AND d.deleted_at IS NULL`,
      )
      .bind(tenant, listed),
    d1
      .prepare(
        `SELECT json_array(${TERMS_COLUMNS}) AS row FROM json_each(?2) AS listed CROSS JOIN disbursement_terms
        WHERE tenant_id = ?1 AND disbursement_id = listed.value`,
      )
      .bind(tenant, listed),
    d1
      .prepare(
        `SELECT json_array(${PAYMENT_COLUMNS}) AS row FROM json_each(?2) AS listed
          CROSS JOIN payments INDEXED BY payments_by_disbursement
        WHERE tenant_id = ?1 AND disbursement_id = listed.value AND deleted_at IS NULL LIMIT ${PAYMENTS_MAX + 1}`,
      )
      .bind(tenant, listed),
    d1
      .prepare(
        `SELECT json_array(${PAYMENT_TERMS_COLUMNS}) AS row FROM json_each(?2) AS listed CROSS JOIN payment_terms
        WHERE tenant_id = ?1 AND disbursement_id = listed.value LIMIT ${PAYMENTS_MAX + 1}`,
      )
      .bind(tenant, listed),
  ]);
  const payments = tuples<PaymentTuple>(paid?.results);
  const events = tuples<PaymentTermsTuple>(dated?.results);
  if (payments.length > PAYMENTS_MAX || events.length > PAYMENTS_MAX) return null;
  const disbursements = new Map(tuples<DisbursementTuple>(found?.results).map((tuple) => [tuple[0], tuple]));
  const termsOf = Map.groupBy(tuples<TermsTuple>(terms?.results), ([id]) => id);
  const paymentsOf = Map.groupBy(payments, ([id]) => id);
  const eventsOf = Map.groupBy(events, ([id]) => id);
  const loans = ids.flatMap((id) => {
    const disbursement = disbursements.get(id);
    if (!disbursement) return [];
    const inOrder = (termsOf.get(id) ?? []).toSorted(([, left], [, right]) => left - right);
    const ofLoan = (paymentsOf.get(id) ?? []).toSorted(([, left], [, right]) => left - right);
    const payment_terms = (eventsOf.get(id) ?? []).toSorted(([, , left], [, , right]) => left - right);
    return [loanFrom({ disbursement, terms: inOrder, payments: ofLoan, payment_terms }, wanted)];
  });
  return { head: log?.results[0]?.sequence ?? 0, loans };
}

/** Which ids come next. */
export interface NextIds {
  readonly after: string | null;
  readonly descending: boolean;
  readonly limit: number;
  readonly withDeleted: boolean;
}

/**
 * The next disbursements of the tenant ?1 after the id ?2, as `value`. A table WITHOUT ROWID is stored in the order of its
 * primary key: without an index, SQLite walks it in that order.
 */
export function nextIdsQuery({ after, descending, limit, withDeleted }: NextIds): string {
  const beyond = after === null ? "?2 = ''" : `disbursement_id ${descending ? "<" : ">"} ?2`;
  return `SELECT disbursement_id AS value FROM disbursements NOT INDEXED
    WHERE tenant_id = ?1 AND ${beyond} ${withDeleted ? "" : "AND deleted_at IS NULL"}
    ORDER BY disbursement_id ${descending ? "DESC" : ""} LIMIT ${limit}`;
}

/** The next disbursements in the order of their ids, which no event can change: the live ones, or all that ever were. */
export async function nextIds(db: Database, tenant: string, next: NextIds): Promise<readonly string[]> {
  const rows = await queryRows<{ readonly value: string }>(db, {
    sql: nextIdsQuery(next),
    params: [tenant, next.after ?? ""],
  });
  return rows.map(({ value }) => value);
}
