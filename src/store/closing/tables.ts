import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenant } from "../d1/columns.ts";

/** The closed period after each event that closed or reopened one; the last row holds now (docs/ledger.md#closed-periods). */
export const closings = sqliteTable(
  "closings",
  {
    ...tenant,
    sequence: integer().notNull(),
    closed_through: text(),
    closed_at: integer().notNull(),
    actor: text(),
    note: text(),
    trial_balance_hash: text(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.sequence] })],
);
