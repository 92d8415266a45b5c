import { sql } from "drizzle-orm";
import type { KnownAt } from "../domain/core/known-at.ts";
import type { Database } from "./d1/session.ts";
import { queryAll } from "./d1/statement.ts";

/**
 * The sequence of the last event that the tenant's log knew then; null when that is beyond its head. Sequences have no
 * gaps and times never run backwards, so a moment is found by halving, in some twenty rows.
 */
export async function sequenceKnownAt(db: Database, tenant: string, known: KnownAt): Promise<number | null> {
  const event = sql`FROM events WHERE tenant_id = ${tenant}`;
  const head = sql`SELECT ifnull(max(sequence), 0) AS sequence ${event}`;
  if ("sequence" in known) {
    const [rows = []] = await queryAll(db, [head]);
    return known.sequence <= Number(rows[0]?.sequence) ? known.sequence : null;
  }
  const middle = sql`(low + high + 1) / 2`;
  const isKnown = sql`(SELECT created_at ${event} AND sequence = ${middle}) <= CAST(${String(known.at)} AS INTEGER)`;
  const [rows = []] = await queryAll(db, [
    sql`WITH RECURSIVE search (low, high) AS (
      SELECT 0, (${head})
      UNION ALL
      SELECT iif(${isKnown}, ${middle}, low), iif(${isKnown}, high, ${middle} - 1) FROM search WHERE low < high)
      SELECT max(low) AS sequence FROM search`,
  ]);
  return Number(rows[0]?.sequence);
}
