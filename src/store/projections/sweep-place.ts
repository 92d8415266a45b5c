import { and, eq, inArray, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { withDeadline } from "../d1/failure.ts";
import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";
import { deadLetters, sweepPlace } from "./tables.ts";

/** A projection and a tenant: a turn of the sweep, or the place where a sweep stopped. */
export interface SweepPlace {
  readonly projection: string;
  readonly tenant_id: string;
}

/** The walks over all tenants that continue in the next run, each with a place of its own. */
export const WALKS = { projections: 1, webhooks: 2, integrity: 3, restores: 4 } as const;
type Walk = (typeof WALKS)[keyof typeof WALKS];

/** The most redriven letters of one run. */
const REDRIVEN_MAX = 100;

/** What a sweep of a database begins with. */
interface SweepStart {
  /** Where the last sweep stopped; null when it was complete. */
  readonly place: SweepPlace | null;
  /** The turns that an operator asked for. */
  readonly redriven: readonly SweepPlace[];
  /** True while the walk that the command `after-restore` began is not complete. */
  readonly isAfterRestore: boolean;
}

export async function readSweepStart(db: Database): Promise<SweepStart> {
  const places = db
    .select()
    .from(sweepPlace)
    .where(inArray(sweepPlace.id, [WALKS.projections, WALKS.restores]));
  const redriven = db
    .selectDistinct({ projection: deadLetters.projection, tenant_id: sql<string>`tenant_id` })
    .from(deadLetters)
    .where(and(isNull(deadLetters.resolved_at), eq(deadLetters.redrive, 1), isNotNull(deadLetters.tenant_id)))
    .limit(REDRIVEN_MAX);
  const [found, turns] = await withDeadline(db.batch([places, redriven]));
  const isAfterRestore = found.some(({ id }) => id === WALKS.restores);
  const place = found.find(({ id }) => id === WALKS.projections) ?? null;
  return { place, redriven: turns, isAfterRestore };
}

/** The last tenant of a walk's page; empty at the start of a pass. */
export const walkPlace = (walk: Walk): SQL =>
  sql`COALESCE((SELECT tenant_id FROM sweep_place WHERE id = ${walk}), '')`;

/** Stores the place of a walk for the next run. Null makes it start at the beginning. */
export async function writeSweepPlace(
  db: Database,
  place: SweepPlace | null,
  walk: Walk = WALKS.projections,
): Promise<void> {
  if (place === null) await withDeadline(db.delete(sweepPlace).where(eq(sweepPlace.id, walk)).run());
  else {
    const insert = db.insert(sweepPlace).values({ id: walk, ...place });
    await withDeadline(insert.onConflictDoUpdate({ target: sweepPlace.id, set: place }).run());
  }
}

/** The row of a walk's place, if it is not at its start. */
export const keptPlace = (walk: Walk): SQL => sql`SELECT tenant_id FROM sweep_place WHERE id = ${walk}`;

/** Moves the place of a walk to a page's last tenant; null ends the pass. Writes only a place that changes. */
export async function movePlace(
  db: Database,
  walk: Walk,
  { isKept, last }: { readonly isKept: boolean; readonly last: string | null },
): Promise<void> {
  if (last !== null) await writeSweepPlace(db, { projection: "", tenant_id: last }, walk);
  else if (isKept) await writeSweepPlace(db, null, walk);
}

/**
 * The next tenants of the walk that the command `after-restore` began, in the order of their ids. A tenant whose log a
 * restore has emptied is found by its placement, and one that has no event yet by its API keys.
 */
export async function tenantsAfterRestore(db: Database, limit: number): Promise<readonly string[]> {
  const next = (bound: SQL) => sql`(SELECT min(tenant_id) FROM (
    SELECT min(tenant_id) AS tenant_id FROM events WHERE tenant_id > ${bound}
    UNION ALL SELECT min(tenant_id) FROM placements WHERE tenant_id > ${bound}
    UNION ALL SELECT min(tenant_id) FROM api_keys WHERE tenant_id > ${bound}))`;
  const page = sql`WITH RECURSIVE tenants (tenant_id, place) AS (
      SELECT ${next(walkPlace(WALKS.restores))}, 1
      UNION ALL
      SELECT ${next(sql`tenants.tenant_id`)}, place + 1 FROM tenants
      WHERE tenants.tenant_id IS NOT NULL AND place < ${sql.raw(String(limit))}
    ) SELECT tenant_id FROM tenants WHERE tenant_id IS NOT NULL`;
  const rows = await withDeadline(queryRows<{ tenant_id: string }>(db, page));
  return rows.map(({ tenant_id }) => tenant_id);
}
