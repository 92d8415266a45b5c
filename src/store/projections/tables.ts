import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenant } from "../d1/columns.ts";

/** The cursor of each projection of a tenant's log: every event up to it is included. */
export const projectionCursors = sqliteTable(
  "projection_cursors",
  {
    ...tenant,
    projection: text().notNull(),
    sequence: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.projection] })],
);

/** Dead letters for the operator: one row for each projection in which a queue message failed permanently. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    message_id: text().notNull(),
    /** Empty when the message does not even name a tenant. */
    projection: text().notNull(),
    /** Null when the message does not even name a tenant. */
    tenant_id: text(),
    trace_id: text(),
    body: text().notNull(),
    error: text().notNull(),
    recorded_at: integer().notNull(),
    /** The operator sets it to 1 once the cause is removed; the next sweep retries. */
    redrive: integer().notNull().default(0),
    resolved_at: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.message_id, t.projection] }),
    index("dead_letters_open").on(t.tenant_id, t.projection).where(sql`resolved_at IS NULL`),
  ],
);

/** Where each walk over all tenants continues in the next run. No row after a complete pass. */
export const sweepPlace = sqliteTable("sweep_place", {
  /** The walk (sweep-place.ts). */
  id: integer().primaryKey(),
  /** Empty for the walks that follow no projection. */
  projection: text().notNull(),
  /** The last tenant that had a turn. */
  tenant_id: text().notNull(),
});
