import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenant } from "../d1/columns.ts";

/**
 * Each erasure of a person, and how far it is (docs/privacy.md). A trigger in the migration notes that a later event says
 * something about the person.
 */
export const erasures = sqliteTable(
  "erasures",
  {
    ...tenant,
    person: text().notNull(),
    sequence: integer().notNull(),
    reason: text({ enum: ["request", "retention", "error"] }).notNull(),
    /** The log is erased up to this sequence. */
    walked_to: integer().notNull(),
    events_done: integer().notNull(),
    created_at: integer().notNull(),
    completed_at: integer(),
    is_outdated: integer({ mode: "boolean" }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.person, t.sequence] }),
    index("unfinished_erasures").on(t.tenant_id, t.sequence).where(sql`completed_at IS NULL`),
  ],
);

/** How many times the gate has changed records without an event: part of the fence (store/fence.ts). */
export const rewrites = sqliteTable("rewrites", { ...tenant, number: integer().notNull() }, (t) => [
  primaryKey({ columns: [t.tenant_id] }),
]);
