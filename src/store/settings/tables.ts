import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenant } from "../d1/columns.ts";

/** A tenant's settings after each event that changed them, so that those of any earlier moment can be read. */
export const tenantSettings = sqliteTable(
  "settings",
  {
    ...tenant,
    sequence: integer().notNull(),
    time_zone: text().notNull(),
    arrears_tolerance: text().notNull(),
    arrears_tolerance_share: text().notNull(),
    report_dimensions: text().notNull(),
    anonymous_clients: integer({ mode: "boolean" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.sequence] })],
);
