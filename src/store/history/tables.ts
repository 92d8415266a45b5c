import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { int64, tenant } from "../d1/columns.ts";

/** A history row is keyed by the event that it is derived from: at most one row per table (docs/api.md#history). */
const origin = {
  ...tenant,
  sequence: integer().notNull(),
  event_id: text().notNull(),
  on_date: text().notNull(),
  created_at: integer().notNull(),
};

const reason = { change_date: text(), change_reason: text() };

export const disbursementStatus = sqliteTable(
  "disbursement_status",
  {
    ...origin,
    disbursement_id: text().notNull(),
    status: text({ enum: ["ongoing", "canceled"] }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.disbursement_id, t.sequence] }),
    index("disbursement_status_by_date").on(t.tenant_id, t.on_date, t.sequence),
  ],
);

export const extensions = sqliteTable(
  "extensions",
  {
    ...origin,
    disbursement_id: text().notNull(),
    previous_maturity_date: text(),
    new_maturity_date: text(),
    ...reason,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    index("extensions_by_disbursement").on(t.tenant_id, t.disbursement_id, t.sequence),
  ],
);

export const rebates = sqliteTable(
  "rebates",
  {
    ...origin,
    disbursement_id: text().notNull(),
    previous_margin: int64().notNull(),
    new_margin: int64().notNull(),
    rebate_amount: int64().notNull(),
    currency: text().notNull(),
    ...reason,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    index("rebates_by_disbursement").on(t.tenant_id, t.disbursement_id, t.sequence),
    check(
      "a_rebate_is_the_difference",
      sql`rebate_amount > 0 AND rebate_amount = previous_margin - new_margin`,
    ),
  ],
);

export const writeOffs = sqliteTable(
  "write_offs",
  {
    ...origin,
    disbursement_id: text().notNull(),
    previous_amount: int64().notNull(),
    new_amount: int64().notNull(),
    write_off_amount: int64().notNull(),
    currency: text().notNull(),
    ...reason,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    index("write_offs_by_disbursement").on(t.tenant_id, t.disbursement_id, t.sequence),
    check(
      "a_write_off_is_the_difference",
      sql`write_off_amount > 0 AND write_off_amount = previous_amount - new_amount`,
    ),
  ],
);

export const restructures = sqliteTable(
  "restructures",
  {
    ...origin,
    disbursement_id: text().notNull(),
    previous_maturity_date: text(),
    new_maturity_date: text(),
    previous_margin: int64().notNull(),
    new_margin: int64().notNull(),
    previous_amount: int64().notNull(),
    new_amount: int64().notNull(),
    currency: text().notNull(),
    ...reason,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    index("restructures_by_disbursement").on(t.tenant_id, t.disbursement_id, t.sequence),
  ],
);

export const assetStatus = sqliteTable(
  "asset_status",
  {
    ...origin,
    operation_id: text().notNull(),
    disbursement_id: text().notNull(),
    asset_id: text(),
    asset_condition: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.operation_id, t.sequence] }),
    index("asset_status_by_date").on(t.tenant_id, t.on_date, t.sequence),
  ],
);
