import type { Database } from "../d1/session.ts";
import {
  CHANGED,
  PAYMENT_COLUMNS,
  PAYMENTS_OF_A_LOAN_MAX,
  type PackedRow,
  type PaymentTuple,
  tuples,
} from "./loan-rows.ts";

/** Payments of one call: an answer of D1 stays within a few megabytes. */
export const PAYMENTS_OF_A_CALL = 5_000;
/** A page of disbursements ends early when it has as many payments as this. */
const PAYMENTS_OF_A_PAGE = 20_000;

/** Payments by disbursement. The query names its index because the planner has no statistics to choose it. */
const FOUND = `FROM payments INDEXED BY payments_by_disbursement WHERE tenant_id = ?1 AND deleted_at IS NULL`;
export const PAYMENTS_OF = `SELECT json_array(${PAYMENT_COLUMNS}) AS row ${FOUND}`;
/** With the columns by which the rows of two ranges are ordered. */
const ORDERED = `SELECT json_array(${PAYMENT_COLUMNS}) AS row, disbursement_id, created_seq ${FOUND}`;

interface FoundPayments {
  readonly found: readonly PaymentTuple[];
  /** The disbursement in which the reading stopped, with only some of its payments read; null when all are read. */
  readonly stopped: string | null;
  /** The disbursements that have changed since the first payments were read. */
  readonly changed: ReadonlySet<string>;
}

/**
 * Reads on from the first payments up to those of the disbursement `last`. Stops early once there are enough for a page
 * and at least one disbursement is complete. `head` is that of the log when the first payments were read.
 */
export async function allPayments(
  db: Database,
  tenant: string,
  head: number,
  { first, last }: { readonly first: readonly PaymentTuple[]; readonly last: string },
): Promise<FoundPayments | "too_large"> {
  const { $client: d1 } = db;
  // Two ranges, because one range over both columns would read the disbursement's earlier payments again.
  const statement = d1.prepare(
    `SELECT row FROM (
      ${ORDERED} AND disbursement_id = ?2 AND created_seq > CAST(?3 AS INTEGER)
      UNION ALL
      ${ORDERED} AND disbursement_id > ?2 AND disbursement_id <= ?4
      ORDER BY disbursement_id, created_seq LIMIT ${PAYMENTS_OF_A_CALL})`,
  );
  const found = [...first];
  let page = first;
  let changed: ReadonlySet<string> = new Set();
  while (page.length === PAYMENTS_OF_A_CALL) {
    const [id = "", created_seq = 0] = page.at(-1) ?? [];
    if (found.length >= PAYMENTS_OF_A_PAGE && found[0]?.[0] !== id) return { found, stopped: id, changed };
    if (found.length > PAYMENTS_OF_A_LOAN_MAX) return "too_large";
    const [next, since] = await d1.batch<PackedRow>([
      statement.bind(tenant, id, String(created_seq), last),
      d1.prepare(CHANGED).bind(tenant, String(head)),
    ]);
    page = tuples<PaymentTuple>(next?.results);
    for (const payment of page) found.push(payment);
    changed = new Set(since?.results.map(({ row }) => row));
  }
  return { found, stopped: null, changed };
}
