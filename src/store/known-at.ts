import { type SQL, sql } from "drizzle-orm";
import type { KnownAt } from "../domain/core/known-at.ts";
import type { Database } from "./d1/session.ts";
import { queryAll } from "./d1/statement.ts";

/** A sequence of the log, and the head of the log when it was found. */
export interface KnownSequence {
  readonly sequence: number;
  readonly head: number;
  /** The moment in milliseconds since 1970: of a sequence, when its event was accepted. */
  readonly at: number;
}

/**
 * The last event that the tenant's log knew then; null when that is beyond its head. Times never run backwards, so a moment
 * is found by halving, in some twenty rows. Each step reads the last event up to the middle, because sequences have gaps
 * (docs/operate.md#after-a-restore).
 */
export async function sequenceKnownAt(
  db: Database,
  tenant: string,
  known: KnownAt,
): Promise<KnownSequence | null> {
  const event = sql`FROM events WHERE tenant_id = ${tenant}`;
  const last = sql`(SELECT ifnull(max(sequence), 0) ${event})`;
  const upTo = (bound: SQL) => sql`(SELECT ifnull(max(sequence), 0) ${event} AND sequence <= ${bound})`;
  const middle = sql`(low + high + 1) / 2`;
  const time = "at" in known ? String(known.at) : "";
  const own = sql`CAST(${"sequence" in known ? String(known.sequence) : ""} AS INTEGER)`;
  const timeAt = (bound: SQL) =>
    sql`(SELECT created_at ${event} AND sequence <= ${bound} ORDER BY sequence DESC LIMIT 1)`;
  const isKnown = sql`ifnull(${timeAt(middle)}, 0) <= CAST(${time} AS INTEGER)`;
  const [rows = []] = await queryAll(db, [
    "sequence" in known
      ? sql`SELECT ${upTo(own)} AS sequence, ${last} AS head, ${timeAt(own)} AS at`
      : sql`WITH RECURSIVE search (low, high, head) AS (
      SELECT 0, head, head FROM (SELECT ${last} AS head)
      UNION ALL
      SELECT iif(${isKnown}, ${middle}, low), iif(${isKnown}, high, ${middle} - 1), head FROM search WHERE low < high)
      SELECT ${upTo(sql`max(low)`)} AS sequence, head FROM search`,
  ]);
  const [head, sequence] = [Number(rows[0]?.head), Number(rows[0]?.sequence)];
  const at = "at" in known ? known.at : Number(rows[0]?.at);
  const isBeyond = "sequence" in known && known.sequence > head;
  return isBeyond ? null : { sequence, head, at };
}
