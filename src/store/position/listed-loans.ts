import type { WantedAttributes } from "../../domain/position/attributes.ts";
import type { SelectableLoan } from "../../domain/position/from-records.ts";
import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";
import {
  type DisbursementTuple,
  disbursementColumns,
  type LoanTuples,
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
  const together = await rowsTogether(db, tenant, ids, { wanted, known: null });
  if (together) {
    return { head: together.head, loans: together.unchanged.map((rows) => loanFrom(rows, wanted)) };
  }
  const half = Math.ceil(ids.length / 2);
  const first = await readListed(db, tenant, ids.slice(0, half), wanted);
  if (first === "too_large") return first;
  const second = await readListed(db, tenant, ids.slice(half), wanted);
  return second === "too_large" ? second : { head: second.head, loans: [...first.loans, ...second.loans] };
}

/** What to read: with which attributes, and up to which sequence of the log; null for its end. */
interface AskedRows {
  readonly wanted: WantedAttributes;
  readonly known: number | null;
}

/** Rows of some disbursements as the log knew them up to a sequence, and what has changed since. */
export interface RowsTogether {
  readonly head: number;
  /** The live disbursements that no event has changed since, in the order of the ids, without their changed payments. */
  readonly unchanged: readonly LoanTuples[];
  /** The disbursements that events have changed since. */
  readonly changed: readonly string[];
  /** Payments that events have changed since, each with its last event. */
  readonly changedPayments: ReadonlyMap<string, number>;
}

/**
 * Reads the rows of some disbursements in one transaction. A row that no event has changed since a sequence is as it was
 * then. Null if they have too many payments.
 */
export async function rowsTogether(
  { $client: d1 }: Database,
  tenant: string,
  ids: readonly string[],
  asked: AskedRows,
): Promise<RowsTogether | null> {
  const [log, found, terms, paid, dated, since] = await d1.batch<FoundRow>(
    rowStatements(d1, tenant, ids, asked),
  );
  const payments = tuples<PaymentTuple>(paid?.results);
  const events = tuples<PaymentTermsTuple>(dated?.results);
  const moved = tuples<readonly [payment_id: string, sequence: number]>(since?.results);
  if (Math.max(payments.length, events.length, moved.length) > PAYMENTS_MAX) return null;
  const changedPayments = new Map(moved);
  const listed = Map.groupBy(found?.results ?? [], ({ is_changed }) => is_changed === 1);
  const tuplesOf = (isChanged: boolean) => tuples<DisbursementTuple>(listed.get(isChanged));
  const disbursements = new Map(tuplesOf(false).map((tuple) => [tuple[0], tuple]));
  const termsOf = Map.groupBy(tuples<TermsTuple>(terms?.results), ([id]) => id);
  const paymentsOf = Map.groupBy(payments, ([id]) => id);
  const eventsOf = Map.groupBy(events, ([id]) => id);
  const unchanged = ids.flatMap((id): LoanTuples[] => {
    const disbursement = disbursements.get(id);
    if (!disbursement) return [];
    const inOrder = (termsOf.get(id) ?? []).toSorted(([, left], [, right]) => left - right);
    const ofLoan = (paymentsOf.get(id) ?? []).toSorted(([, left], [, right]) => left - right);
    const payment_terms = (eventsOf.get(id) ?? [])
      .filter(([, payment_id]) => !changedPayments.has(payment_id))
      .toSorted(([, , left], [, , right]) => left - right);
    return [{ disbursement, terms: inOrder, payments: ofLoan, payment_terms }];
  });
  const changed = tuplesOf(true).map(([id]) => id);
  return { head: log?.results[0]?.sequence ?? 0, unchanged, changed, changedPayments };
}

interface FoundRow extends PackedRow {
  readonly sequence: number | null;
  readonly is_changed: 0 | 1;
}

/** Reads the head of the log, and of the disbursements the records, terms, payments, dated events and changed payments. */
function rowStatements(
  d1: D1Database | D1DatabaseSession,
  tenant: string,
  ids: readonly string[],
  { wanted, known }: AskedRows,
): D1PreparedStatement[] {
  const values = [tenant, JSON.stringify(ids), String(known ?? Number.MAX_SAFE_INTEGER)];
  const ask = (sql: string) => d1.prepare(sql).bind(...values);
  return [
    d1.prepare(HEAD).bind(tenant),
    ask(
      `SELECT ${disbursementColumns(wanted)}, d.updated_seq > CAST(?3 AS INTEGER) AS is_changed
      FROM json_each(?2) AS listed CROSS JOIN disbursements AS d
      WHERE d.tenant_id = ?1 AND d.disbursement_id = listed.value
        AND (d.deleted_at IS NULL OR d.updated_seq > CAST(?3 AS INTEGER))`,
    ),
    ask(
      `SELECT json_array(${TERMS_COLUMNS}) AS row FROM json_each(?2) AS listed CROSS JOIN disbursement_terms
      WHERE tenant_id = ?1 AND disbursement_id = listed.value AND sequence <= CAST(?3 AS INTEGER)`,
    ),
    ask(
      `SELECT json_array(${PAYMENT_COLUMNS}) AS row FROM json_each(?2) AS listed
        CROSS JOIN payments INDEXED BY payments_by_disbursement
      WHERE tenant_id = ?1 AND disbursement_id = listed.value AND deleted_at IS NULL
        AND updated_seq <= CAST(?3 AS INTEGER) LIMIT ${PAYMENTS_MAX + 1}`,
    ),
    ask(
      `SELECT json_array(${PAYMENT_TERMS_COLUMNS}) AS row FROM json_each(?2) AS listed CROSS JOIN payment_terms
      WHERE tenant_id = ?1 AND disbursement_id = listed.value AND sequence <= CAST(?3 AS INTEGER)
      LIMIT ${PAYMENTS_MAX + 1}`,
    ),
    ...(known === null ? [] : [ask(CHANGED_PAYMENTS)]),
  ];
}

/** The payments that are linked to the disbursements ?2 now, deleted or not, or were in an earlier life. */
const CHANGED_PAYMENTS = `SELECT json_array(payment_id, updated_seq) AS row FROM (
    SELECT payment_id, updated_seq FROM json_each(?2) AS listed
      CROSS JOIN payments INDEXED BY payments_by_disbursement
      WHERE tenant_id = ?1 AND disbursement_id = listed.value
    UNION
    SELECT payments.payment_id, payments.updated_seq FROM json_each(?2) AS listed
      CROSS JOIN former_payments AS former CROSS JOIN payments
      WHERE former.tenant_id = ?1 AND former.disbursement_id = listed.value
        AND payments.tenant_id = ?1 AND payments.payment_id = former.payment_id)
  WHERE updated_seq > CAST(?3 AS INTEGER) LIMIT ${PAYMENTS_MAX + 1}`;

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
