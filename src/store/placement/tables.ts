import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenant } from "../d1/columns.ts";

/** Where each tenant lives (docs/design.md#placement). Only the first database's table is used. */
export const placements = sqliteTable(
  "placements",
  {
    ...tenant,
    /** The binding's name: `DB`, `DB_2`, … */
    database: text().notNull(),
    /** Of the database and of the tenant's gate; null for none. */
    jurisdiction: text({ enum: ["eu", "us", "fedramp"] }),
    placed_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id] })],
);
