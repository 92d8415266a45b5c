import { type SQL, sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { tenant } from "./d1/columns.ts";
import type { Database } from "./d1/session.ts";
import { queryRows } from "./d1/statement.ts";

/** The tenant's accepted events in order: the fence against a second writer, and the outbox of history. */
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
    idempotency_key: text().notNull(),
    fingerprint: text().notNull(),
    data: text().notNull(),
    facts: text().notNull(),
    makes_history: integer({ mode: "boolean" }).notNull(),
    answer: text(),
    actor: text(),
    trace_id: text().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    uniqueIndex("events_by_key").on(t.tenant_id, t.idempotency_key),
    index("events_that_make_history").on(t.tenant_id, t.sequence).where(sql`makes_history = 1`),
    check("sequences_count_from_one", sql`sequence > 0`),
  ],
);

/** The head of a tenant's log: one row with the sequence of its last event as `head`; 0 before the first. */
export const headQuery = (tenant_id: string): SQL =>
  sql`SELECT COALESCE(max(sequence), 0) AS head FROM events WHERE tenant_id = ${tenant_id}`;

/** The head of a tenant's log as a value of another query. */
export const headValue = (tenant_id: string): SQL<number> => sql<number>`(${headQuery(tenant_id)})`;

export async function readHead(db: Database, tenant_id: string): Promise<number> {
  const [row] = await queryRows<{ head: number }>(db, headQuery(tenant_id));
  return row?.head ?? 0;
}
