import { eq, sql } from "drizzle-orm";
import { NO_FIGURE_WALK, newFigureWalk } from "../../domain/figure-walk.ts";
import { NEW_ROUND } from "../../domain/ledger/round.ts";
import { NO_RECORD_ROUND } from "../../domain/record-round.ts";
import { withDeadline } from "../d1/failure.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { builder, queryAll, queryRows, runAll } from "../d1/statement.ts";
import { keptPlace, movePlace, WALKS, walkPlace } from "../projections/sweep-place.ts";
import { integrityChecks, integrityLoans, integritySums } from "./integrity-tables.ts";

/** The state of a tenant's check. */
export type Check = Omit<typeof integrityChecks.$inferSelect, "tenant_id">;

const NO_CHECK: Check = {
  ...NEW_ROUND,
  ...NO_RECORD_ROUND,
  ...NO_FIGURE_WALK,
  sequence: 0,
  position: 0,
  is_behind: false,
  visited_at: 0,
  checked_at: null,
  checked_upto: 0,
  turns: 0,
};

/** Records that a run begins with the tenant, and returns the state of its check; one round trip. */
export async function visit(db: Database, tenant_id: string, now: number): Promise<Check> {
  const [row] = await db
    .insert(integrityChecks)
    .values({ tenant_id, ...NO_CHECK, visited_at: now })
    .onConflictDoUpdate({ target: integrityChecks.tenant_id, set: { visited_at: now } })
    .returning(selection(integrityChecks));
  if (!row) throw new Error("an upsert returns its row");
  const { tenant_id: _, ...check } = row;
  return check;
}

/**
 * Starts a whole check: the check's own sums are computed again from the first entry, and all figures are compared. The tenant
 * comes first in the next run. The findings and the time of the last check stay until the whole check is complete.
 */
export async function startWholeCheck(db: Database, tenant_id: string): Promise<void> {
  const anew = {
    ...NEW_ROUND,
    ...NO_RECORD_ROUND,
    ...newFigureWalk(Date.now()),
    sequence: 0,
    position: 0,
    is_behind: true,
    visited_at: 0,
  } as const;
  await runAll(db, [
    builder.delete(integritySums).where(eq(integritySums.tenant_id, tenant_id)).toSQL(),
    builder.delete(integrityLoans).where(eq(integrityLoans.tenant_id, tenant_id)).toSQL(),
    builder
      .insert(integrityChecks)
      .values({ tenant_id, ...NO_CHECK, ...anew, turns: 1 })
      .onConflictDoUpdate({ target: integrityChecks.tenant_id, set: { ...anew, turns: sql`turns + 1` } })
      .toSQL(),
  ]);
}

/** The number of a tenant's loans; read once a round. */
export async function countLoans(db: Database, tenant: string): Promise<number> {
  const [row] = await queryRows<{ count: number }>(
    db,
    sql`SELECT count(*) AS count FROM ledger_loans WHERE tenant_id = ${tenant}`,
  );
  return row?.count ?? 0;
}

/** The tenants that one run reads: a hundred thousand take an hour. */
const TENANTS_A_RUN = 1_700;
/** The idle tenants of a run that reads all of them, or a sixtieth if that is more. */
const IDLE_MIN = 15;
const RUNS_AN_HOUR = 60;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

const number = (value: number) => sql`CAST(${String(value)} AS INTEGER)`;

/**
 * The tenants of a run in their order, at most `limit`, of the next ones by id. First come those of any id that must compare
 * all loans, for example because a whole check was requested: at most half of the run. Then come those with new entries, and
 * idle ones: a tenant's next turn is as long after the last one as its last entry was before that, at least an hour and at most a
 * week; a walk over its records that is under way continues. Both are ordered by the last visit, so no tenant waits for ever. Skips from tenant to tenant, a few rows each.
 */
export async function tenantsToCheck(db: Database, limit: number, now: number): Promise<readonly string[]> {
  const idle = sql`min(max(visited_at - posted_at, ${number(HOUR_MS)}), ${number(WEEK_MS)})`;
  const found = sql`
    WITH RECURSIVE tenants (tenant_id, place) AS (
      SELECT (SELECT min(tenant_id) FROM events WHERE tenant_id > ${walkPlace(WALKS.integrity)}), 1
      UNION ALL
      SELECT (SELECT min(tenant_id) FROM events WHERE tenant_id > tenants.tenant_id), place + 1
      FROM tenants WHERE tenants.tenant_id IS NOT NULL AND place < ${number(TENANTS_A_RUN)}
    ), last_entries AS (
      SELECT tenants.tenant_id, COALESCE(own.visited_at, 0) AS visited_at, COALESCE(own.is_behind, 0) AS is_behind,
        COALESCE(own.record_category, '') <> '' OR COALESCE(own.figure_step, '') <> '' AS is_walking,
        COALESCE(own.sequence, 0) AS sequence, COALESCE(own.position, 0) AS position,
        (SELECT json_array(entry.sequence, entry.position, entry.posted_at) FROM journal_entries AS entry
          WHERE entry.tenant_id = tenants.tenant_id ORDER BY entry.sequence DESC, entry.position DESC LIMIT 1) AS entry
      FROM tenants LEFT JOIN integrity_checks AS own ON own.tenant_id = tenants.tenant_id
      WHERE tenants.tenant_id IS NOT NULL
    ), judged AS (
      SELECT tenant_id, visited_at, is_walking, COALESCE(entry ->> 2, 0) AS posted_at,
        COALESCE((entry ->> 0, entry ->> 1) > (sequence, position), 0) AS has_new
      FROM last_entries WHERE is_behind = 0
    ), due AS (
      SELECT tenant_id, visited_at, has_new, row_number() OVER (ORDER BY has_new, visited_at, tenant_id) AS place
      FROM judged WHERE has_new OR is_walking OR visited_at + ${idle} <= ${number(now)}
    ), behind AS (
      SELECT tenant_id, visited_at FROM integrity_checks INDEXED BY integrity_checks_behind WHERE is_behind = 1
      ORDER BY visited_at, tenant_id LIMIT ${Math.ceil(limit / 2)}
    ), size AS (SELECT count(*) AS tenants, max(tenant_id) AS last FROM tenants WHERE tenant_id IS NOT NULL),
    chosen AS (
      SELECT tenant_id, 1 AS is_behind, visited_at FROM behind
      UNION ALL
      SELECT tenant_id, 0, visited_at FROM due, size
      WHERE has_new OR tenants = ${number(TENANTS_A_RUN)} OR ${walkPlace(WALKS.integrity)} <> '' OR place <= max(${IDLE_MIN}, (tenants + ${RUNS_AN_HOUR - 1}) / ${RUNS_AN_HOUR})
    )
    SELECT tenant_id, NULL AS last FROM (SELECT * FROM chosen ORDER BY is_behind DESC, visited_at, tenant_id LIMIT ${limit})
    UNION ALL
    SELECT NULL, last FROM size WHERE tenants = ${number(TENANTS_A_RUN)}`;
  const [kept = [], rows = []] = await withDeadline(queryAll(db, [keptPlace(WALKS.integrity), found]));
  const end = rows.find(({ last }) => last !== null);
  const last = end ? String(end.last) : null;
  await movePlace(db, WALKS.integrity, { isKept: kept.length > 0, last });
  return rows.flatMap(({ tenant_id }) => (tenant_id === null ? [] : [String(tenant_id)]));
}
