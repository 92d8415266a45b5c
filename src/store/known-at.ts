import { sql } from "drizzle-orm";
import type { KnownAt } from "../domain/core/known-at.ts";
import type { Database } from "./d1/session.ts";
import { queryRows } from "./d1/statement.ts";
import { headValue, readHead } from "./log.ts";

/**
 * The sequence of the last event that the tenant's log knew then; null when that is beyond its head. Sequences have no
 * gaps and times never run backwards, so a moment is found by halving, in some twenty rows.
 */
export async function sequenceKnownAt(db: Database, tenant: string, known: KnownAt): Promise<number | null> {
  if ("sequence" in known) return known.sequence <= (await readHead(db, tenant)) ? known.sequence : null;
  const middle = sql`(low + high + 1) / 2`;
  const isKnown = sql`(SELECT created_at FROM events WHERE tenant_id = ${tenant} AND sequence = ${middle}) <= CAST(${String(known.at)} AS INTEGER)`;
  const [row] = await queryRows<{ sequence: number }>(
    db,
    sql`WITH RECURSIVE search (low, high) AS (
      SELECT 0, ${headValue(tenant)}
      UNION ALL
      SELECT iif(${isKnown}, ${middle}, low), iif(${isKnown}, high, ${middle} - 1) FROM search WHERE low < high)
      SELECT max(low) AS sequence FROM search`,
  );
  return row?.sequence ?? 0;
}
