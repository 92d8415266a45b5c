import { eq, sql } from "drizzle-orm";
import { NEW_ROUND } from "../../domain/ledger/round.ts";
import { selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { builder, queryRows, runAll } from "../d1/statement.ts";
import { integrityChecks, integrityLoans, integritySums } from "./integrity-tables.ts";

/** The state of a tenant's check. */
export type Check = Omit<typeof integrityChecks.$inferSelect, "tenant_id">;

const NO_CHECK: Check = {
  ...NEW_ROUND,
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
 * Starts a whole check: the check's own sums are computed again from the first entry. The tenant comes first in the next
 * run. The findings and the time of the last check stay until the whole check is complete.
 */
export async function startWholeCheck(db: Database, tenant_id: string): Promise<void> {
  const anew = { ...NEW_ROUND, sequence: 0, position: 0, is_behind: true, visited_at: 0 } as const;
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

/** The tenants of a run, or a sixtieth of all if that is more: so each has a turn within an hour if the calls suffice. */
const TENANTS_MIN = 15;
const RUNS_AN_HOUR = 60;

/**
 * The tenants of a run in their order, at most `limit`. First come those that must compare all loans, for example because
 * a whole check was requested: at most half of the run. Then come those with new entries, and those that waited longest.
 * Both are ordered by the last visit, so no tenant waits for ever. Skips from tenant to tenant, a few rows each.
 */
export async function tenantsToCheck(db: Database, limit: number): Promise<readonly string[]> {
  const rows = await queryRows<{ tenant_id: string }>(
    db,
    sql`
    WITH RECURSIVE tenants (tenant_id) AS (
      SELECT (SELECT min(tenant_id) FROM ledger_totals)
      UNION ALL
      SELECT (SELECT min(tenant_id) FROM ledger_totals WHERE tenant_id > tenants.tenant_id)
      FROM tenants WHERE tenants.tenant_id IS NOT NULL
    ), checked AS (
      SELECT tenants.tenant_id, COALESCE(own.is_behind, 0) AS is_behind, COALESCE(own.visited_at, 0) AS visited_at,
        EXISTS (SELECT 1 FROM journal_entries AS entry WHERE entry.tenant_id = tenants.tenant_id
          AND (entry.sequence, entry.position) > (COALESCE(own.sequence, 0), COALESCE(own.position, 0))) AS has_new
      FROM tenants LEFT JOIN integrity_checks AS own ON own.tenant_id = tenants.tenant_id
      WHERE tenants.tenant_id IS NOT NULL
    ), placed AS (
      SELECT checked.*, row_number() OVER (PARTITION BY is_behind ORDER BY visited_at, tenant_id) AS place,
        count(*) OVER () AS total
      FROM checked
    )
    SELECT tenant_id FROM placed
    WHERE CASE WHEN is_behind THEN place <= ${Math.ceil(limit / 2)}
      ELSE has_new OR place <= max(${TENANTS_MIN}, (total + ${RUNS_AN_HOUR - 1}) / ${RUNS_AN_HOUR}) END
    ORDER BY is_behind DESC, visited_at, tenant_id LIMIT ${limit}`,
  );
  return rows.map(({ tenant_id }) => tenant_id);
}
