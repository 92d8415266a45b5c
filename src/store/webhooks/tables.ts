import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { tenant } from "../d1/columns.ts";

/**
 * What operators and the sweep see of a webhook endpoint. The tenant's WebhookSender stores the endpoint itself, with
 * its secrets; it writes this copy at the end of a turn that changed it.
 */
export const webhookEndpoints = sqliteTable(
  "webhook_endpoints",
  {
    ...tenant,
    endpoint_id: text().notNull(),
    status: text({ enum: ["enabled", "disabled", "failing"] }).notNull(),
    /** Every event up to here is delivered. */
    cursor_sequence: integer().notNull(),
    /** When the sender itself retries after a failure. */
    next_attempt_at: integer(),
    failed_since: integer(),
    last_error: text(),
    updated_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.endpoint_id] })],
);
