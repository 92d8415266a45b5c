import { and, eq, sql } from "drizzle-orm";
import { withDeadline } from "../d1/failure.ts";
import { isOneOf, type NewRow, replacing, rowWriter } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { builder, queryRows, runAll } from "../d1/statement.ts";
import { webhookEndpoints } from "./tables.ts";

export type EndpointRow = Omit<NewRow<typeof webhookEndpoints>, "tenant_id">;

const { tenant_id, endpoint_id } = webhookEndpoints;
const put = rowWriter(webhookEndpoints, replacing(webhookEndpoints, [tenant_id, endpoint_id]));

/** Updates the tenant's rows in one round trip. */
export async function mirrorEndpoints(
  db: Database,
  tenant: string,
  changed: readonly EndpointRow[],
  removed: readonly string[],
): Promise<void> {
  const remove = builder
    .delete(webhookEndpoints)
    .where(and(eq(tenant_id, tenant), isOneOf(endpoint_id, removed)))
    .toSQL();
  const rows = changed.map((row) => ({ tenant_id: tenant, ...row }));
  await withDeadline(runAll(db, [...put(rows), ...(removed.length > 0 ? [remove] : [])]));
}

/**
 * Some tenants whose webhooks lag and whose sender has no alarm of its own, in no order: the others have the same
 * chance in the next sweep. `grace` is how late a sender may be, in milliseconds.
 */
export async function tenantsToPoke(
  db: Database,
  now: number,
  grace: number,
  limit: number,
): Promise<readonly string[]> {
  const found = queryRows<{ tenant_id: string }>(
    db,
    sql`
    SELECT DISTINCT tenant_id FROM webhook_endpoints AS endpoints
    WHERE status = 'enabled' AND COALESCE(next_attempt_at, 0) < CAST(${String(now - grace)} AS INTEGER)
      AND cursor_sequence < (SELECT max(sequence) FROM events WHERE events.tenant_id = endpoints.tenant_id)
    ORDER BY random() LIMIT ${limit}`,
  );
  return (await withDeadline(found)).map((row) => row.tenant_id);
}
