import { type SQL, sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { bytes, tenant } from "./d1/columns.ts";
import type { Database } from "./d1/session.ts";
import { queryRows } from "./d1/statement.ts";

/**
 * The tenant's accepted events in order: the fence against a second writer, the outbox of history, and a chain of hashes.
 * Triggers in the migration refuse DELETE, REPLACE and every UPDATE but those of an erasure (docs/audit.md).
 */
export const events = sqliteTable(
  "events",
  {
    ...tenant,
    sequence: integer().notNull(),
    event_id: text().notNull(),
    category: text().notNull(),
    step: text().notNull(),
    record_id: text().notNull(),
    previous_sequence: integer(),
    key_hash: bytes().notNull(),
    fingerprint: bytes(),
    data: text().notNull(),
    private: text(),
    salt: bytes(),
    private_hash: bytes(),
    person: text(),
    makes_history: integer({ mode: "boolean" }).notNull(),
    answer: text(),
    actor: text(),
    trace_id: bytes().notNull(),
    created_at: integer().notNull(),
    hash: bytes().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    uniqueIndex("events_by_key").on(t.tenant_id, t.key_hash),
    index("events_that_make_history").on(t.tenant_id, t.sequence).where(sql`makes_history = 1`),
    check("sequences_count_from_one", sql`sequence > 0`),
  ],
);

/** The disbursement that an event of a payment or an operation is about, in SQL: its facts or its data name it. */
export const DISBURSEMENT_OF_EVENT =
  "ifnull(data ->> '$.facts.disbursement_id', data ->> '$.data.disbursement_id')";

/** The head of a tenant's log: one row with the sequence of its last event as `head`; 0 before the first. */
export const headQuery = (tenant_id: string): SQL =>
  sql`SELECT COALESCE(max(sequence), 0) AS head FROM events WHERE tenant_id = ${tenant_id}`;

/** The head of a tenant's log as a value of another query. */
export const headValue = (tenant_id: string): SQL<number> => sql<number>`(${headQuery(tenant_id)})`;

/** What the log has after some of its sequences. */
export interface LogTail {
  readonly head: number;
  /** The number of events after each of the sequences, in their order. */
  readonly after: readonly number[];
}

/** Events are counted up to this number. */
const COUNTED_MAX = 100_000;

/** Counts events, not sequences: those have gaps (docs/operate.md#after-a-restore). */
export async function readTail(
  db: Database,
  tenant_id: string,
  sequences: readonly number[],
): Promise<LogTail> {
  const listed = JSON.stringify(sequences);
  const [row] = await queryRows<{ head: number; counts: string }>(
    db,
    sql`WITH newest AS MATERIALIZED (
      SELECT sequence FROM events
      WHERE tenant_id = ${tenant_id} AND sequence > (SELECT min(value) FROM json_each(${listed}))
      ORDER BY sequence DESC LIMIT ${sql.raw(String(COUNTED_MAX))})
    SELECT ${headValue(tenant_id)} AS head, (
      SELECT json_group_array((SELECT count(*) FROM newest WHERE sequence > listed.value))
      FROM json_each(${listed}) AS listed) AS counts`,
  );
  return { head: row?.head ?? 0, after: JSON.parse(row?.counts ?? "[]") };
}
