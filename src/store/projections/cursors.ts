import { and, asc, eq, gt, type SQL, sql } from "drizzle-orm";
import { withDeadline } from "../d1/failure.ts";
import { hexOf } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { queryRows, runAll, type Sql } from "../d1/statement.ts";
import { events, headQuery, headValue } from "../log.ts";
import { webhookEndpoints } from "../webhooks/tables.ts";
import type { DueEvent, Projection } from "./projection.ts";
import { projectionCursors } from "./tables.ts";

/** The events that are due for a tenant, all read at one moment. */
interface Due {
  /** The tenant's last event; 0 before the first. */
  readonly head: number;
  /** The next events of each requested projection, in the requested order. */
  readonly events: readonly (readonly DueEvent[])[];
  /** True when the tenant has webhook endpoints that take deliveries. */
  readonly followed: boolean;
}

/** The next events of each projection, in order, at most `limit` each. Takes one round trip. */
export async function dueEvents(
  db: Database,
  tenant: string,
  projections: readonly Projection[],
  limit: number,
): Promise<Due> {
  const head = db.select({ head: headValue(tenant).as("head") }).from(sql`(SELECT 1)`);
  const due = projections.map((one) => dueQuery(db, tenant, one, limit));
  const endpoint = db
    .select({ endpoint_id: webhookEndpoints.endpoint_id })
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.tenant_id, tenant), eq(webhookEndpoints.status, "enabled")))
    .limit(1);
  const [heads, endpoints, ...found] = await withDeadline(db.batch([head, endpoint, ...due]));
  return { head: heads[0]?.head ?? 0, events: found, followed: endpoints.length > 0 };
}

function dueQuery(db: Database, tenant: string, { name, reads }: Projection, limit: number) {
  return db
    .select({
      sequence: events.sequence,
      event_id: events.event_id,
      category: events.category,
      step: events.step,
      record_id: events.record_id,
      data: events.data,
      private: events.private,
      trace_id: hexOf(events.trace_id).as("trace_id"),
      created_at: events.created_at,
    })
    .from(events)
    .where(and(eq(events.tenant_id, tenant), reads, gt(events.sequence, cursorOf(sql`${tenant}`, name))))
    .orderBy(asc(events.sequence))
    .limit(limit);
}

const cursorOf = (tenant: ReturnType<typeof sql>, name: string) =>
  sql`COALESCE((SELECT ${projectionCursors.sequence} FROM ${projectionCursors}
    WHERE ${projectionCursors.tenant_id} = ${tenant} AND ${projectionCursors.projection} = ${name}), 0)`;

/** The head of a tenant's log, and how far a projection is complete. It may have no cursor if it has read nothing. */
interface ProjectionProgress {
  readonly head: number;
  readonly reached: number;
}

/** One row of `Progress`. */
export function progressQuery(tenant: string, { name, reads }: Pick<Projection, "name" | "reads">): SQL {
  const due = sql`(SELECT min(sequence) FROM events
    WHERE events.tenant_id = ${tenant} AND ${reads} AND sequence > ${cursorOf(sql`${tenant}`, name)})`;
  return sql`SELECT head, COALESCE(${due} - 1, head) AS reached FROM (${headQuery(tenant)})`;
}

export async function readProgress(
  db: Database,
  tenant: string,
  projection: Pick<Projection, "name" | "reads">,
): Promise<ProjectionProgress> {
  const [row] = await withDeadline(queryRows<ProjectionProgress>(db, progressQuery(tenant, projection)));
  return row ?? { head: 0, reached: 0 };
}

/** How far a batch of a projection goes. */
interface Reached extends Pick<DueEvent, "sequence" | "event_id"> {
  readonly name: string;
  readonly now: number;
}

/**
 * Writes a projection's rows and its cursor in one batch. The cursor never goes back. The batch is void unless its last
 * event is still in the log, because D1 may have been restored to an earlier time since the events were read: then the
 * cursor has no tenant (store/d1/failure.ts reads the message as a fence).
 */
export async function writeProjection(
  db: Database,
  tenant: string,
  { name, sequence, event_id, now }: Reached,
  statements: readonly Sql[],
): Promise<void> {
  const cursor: Sql = {
    sql: `INSERT INTO projection_cursors (tenant_id, projection, sequence, updated_at)
      SELECT (SELECT tenant_id FROM events WHERE tenant_id = ?1 AND sequence = CAST(?3 AS INTEGER) AND event_id = ?4),
        ?2, CAST(?3 AS INTEGER), CAST(?5 AS INTEGER) WHERE true
      ON CONFLICT (tenant_id, projection)
        DO UPDATE SET sequence = max(sequence, excluded.sequence), updated_at = excluded.updated_at`,
    params: [tenant, name, String(sequence), event_id, String(now)],
  };
  await withDeadline(runAll(db, [cursor, ...statements]));
}

/** A range of tenants in the order of their ids: after `after`, and up to `upto` if given. */
export interface TenantRange {
  readonly after: string;
  readonly upto: string | null;
}

/** The tenants of a page that lag, and where the page ends: the last tenant of the page, null at the end of the range. */
interface BehindPage {
  readonly tenants: readonly string[];
  readonly last: string | null;
}

/**
 * The next `size` tenants of a range, of which those with events that a projection has not read yet. Skips from tenant to
 * tenant along the projection's index, a few rows each, regardless of their events. A tenant with an open dead letter waits
 * for the operator's redrive.
 */
export async function tenantsBehind(
  db: Database,
  { name, reads }: Projection,
  { after, upto }: TenantRange,
  size: number,
): Promise<BehindPage> {
  const end = upto === null ? sql`` : sql`AND tenant_id <= ${upto}`;
  const next = (bound: SQL) =>
    sql`(SELECT min(tenant_id) FROM events WHERE ${reads} AND tenant_id > ${bound} ${end})`;
  const found = queryRows<{ tenant_id: string; lags: number; is_last: number }>(
    db,
    sql`
    WITH RECURSIVE tenants (tenant_id, place) AS (
      SELECT ${next(sql`${after}`)}, 1
      UNION ALL
      SELECT ${next(sql`tenants.tenant_id`)}, place + 1 FROM tenants
      WHERE tenants.tenant_id IS NOT NULL AND place < CAST(${String(size)} AS INTEGER)
    ), page AS (
      SELECT tenants.tenant_id, place = CAST(${String(size)} AS INTEGER) AS is_last,
        (SELECT max(sequence) FROM events WHERE ${reads} AND events.tenant_id = tenants.tenant_id)
          > ${cursorOf(sql`tenants.tenant_id`, name)}
        AND NOT EXISTS (SELECT 1 FROM dead_letters
                         WHERE dead_letters.tenant_id = tenants.tenant_id AND dead_letters.projection = ${name}
                           AND resolved_at IS NULL AND redrive = 0) AS lags
      FROM tenants WHERE tenants.tenant_id IS NOT NULL
    )
    SELECT tenant_id, lags, is_last FROM page WHERE lags OR is_last`,
  );
  const rows = await withDeadline(found);
  const tenants = rows.filter(({ lags }) => lags === 1).map(({ tenant_id }) => tenant_id);
  return { tenants, last: rows.find(({ is_last }) => is_last === 1)?.tenant_id ?? null };
}
