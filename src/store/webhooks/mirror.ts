import { and, eq, sql } from "drizzle-orm";
import { withDeadline } from "../d1/failure.ts";
import { isOneOf, type NewRow, replacing, rowWriter } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { builder, queryAll, runAll } from "../d1/statement.ts";
import { keptPlace, movePlace, WALKS, walkPlace } from "../projections/sweep-place.ts";
import { webhookEndpoints } from "./tables.ts";

export type EndpointRow = Omit<NewRow<typeof webhookEndpoints>, "tenant_id">;

const { tenant_id, endpoint_id } = webhookEndpoints;
const put = rowWriter(webhookEndpoints, replacing(webhookEndpoints, [tenant_id, endpoint_id]));

/** The tenant's rows, without the time of writing. */
export async function readMirror(
  db: Database,
  tenant: string,
): Promise<readonly Omit<EndpointRow, "updated_at">[]> {
  const { endpoint_id, status, cursor_sequence, next_attempt_at, failed_since, last_error } =
    webhookEndpoints;
  const columns = { endpoint_id, status, cursor_sequence, next_attempt_at, failed_since, last_error };
  return withDeadline(db.select(columns).from(webhookEndpoints).where(eq(tenant_id, tenant)).all());
}

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

/** The endpoints that one run reads; more than a tenant can have. */
const ENDPOINTS_A_RUN = 1_700;

/**
 * Some tenants whose webhooks lag and whose sender has no alarm of its own, of the next endpoints in the order of tenants.
 * `grace` is how late a sender may be, in milliseconds. If there are more than `limit`, the next run reads the same
 * endpoints, and each tenant has the same chance.
 */
export async function tenantsToPoke(
  db: Database,
  now: number,
  grace: number,
  limit: number,
): Promise<readonly string[]> {
  const found = sql`
    WITH page AS (
      SELECT tenant_id, status, next_attempt_at, cursor_sequence FROM webhook_endpoints
      WHERE tenant_id >= ${walkPlace(WALKS.webhooks)} ORDER BY tenant_id LIMIT ${ENDPOINTS_A_RUN}
    )
    SELECT count(*) AS endpoints, max(tenant_id) AS last, json_group_array(DISTINCT tenant_id) FILTER (
      WHERE status = 'enabled' AND COALESCE(next_attempt_at, 0) < CAST(${String(now - grace)} AS INTEGER)
        AND cursor_sequence < (SELECT max(sequence) FROM events WHERE events.tenant_id = page.tenant_id)) AS lagging
    FROM page`;
  const [kept = [], [page] = []] = await withDeadline(queryAll(db, [keptPlace(WALKS.webhooks), found]));
  const lagging: readonly string[] = JSON.parse(String(page?.lagging ?? "[]"));
  const last = page?.endpoints === ENDPOINTS_A_RUN ? String(page.last) : null;
  const tenants = lagging
    .map((tenant) => ({ tenant, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ tenant }) => tenant);
  if (tenants.length <= limit) await movePlace(db, WALKS.webhooks, { isKept: kept.length > 0, last });
  return tenants.slice(0, limit);
}
