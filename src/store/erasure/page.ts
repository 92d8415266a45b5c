import { sql } from "drizzle-orm";
import type { Database } from "../d1/session.ts";
import { queryAll } from "../d1/statement.ts";
import { DISBURSEMENT_OF_EVENT } from "../log.ts";

/** Events that one page examines, and those that it erases at most. */
const EXAMINED_MAX = 5_000;
const REACHED_MAX = 100;

/** Which events an erasure reaches. */
interface Reach {
  readonly person: string;
  /** The purchases that the client shared: events of several of their clients are erased too. */
  readonly shared: readonly string[];
}

/** An event that an erasure reaches. */
export interface ReachedEvent {
  readonly sequence: number;
  readonly category: string;
  readonly step: string;
  readonly record_id: string;
  readonly key_hash: string;
}

/** The next events of a walk over the log. */
interface WalkPage {
  readonly reached: readonly ReachedEvent[];
  /** The page ends with this event. */
  readonly end: number;
}

/** The events of a page behind `after`, up to the event `upto`, which an erasure reaches. */
export async function nextReached(
  db: Database,
  tenant: string,
  { person, shared }: Reach,
  { after, upto }: { readonly after: number; readonly upto: number },
): Promise<WalkPage> {
  const isShared =
    shared.length === 0
      ? sql``
      : sql`OR (person IS NULL AND category IN ('disbursement', 'operation')
          AND ${sql.raw(DISBURSEMENT_OF_EVENT)} IN (SELECT value FROM json_each(${JSON.stringify(shared)})))`;
  const page = sql`FROM events WHERE tenant_id = ${tenant} AND sequence > CAST(${String(after)} AS INTEGER)
    AND sequence <= CAST(${String(upto)} AS INTEGER) ORDER BY sequence LIMIT ${sql.raw(String(EXAMINED_MAX))}`;
  const [reached = [], ends = []] = await queryAll(db, [
    sql`SELECT sequence, category, step, record_id, lower(hex(key_hash)) AS key_hash FROM (
        SELECT sequence, category, step, record_id, key_hash,
          private IS NOT NULL AND (person = ${person} ${isShared}) AS is_reached ${page})
      WHERE is_reached ORDER BY sequence LIMIT ${sql.raw(String(REACHED_MAX))}`,
    sql`SELECT count(*) AS examined, max(sequence) AS last FROM (SELECT sequence ${page})`,
  ]);
  const [{ examined = 0, last = null } = {}] = ends;
  const found = reached as unknown as readonly ReachedEvent[];
  const isFull = found.length === REACHED_MAX;
  // A page that examines fewer events than it may has met the end.
  const end = isFull
    ? (found.at(-1)?.sequence ?? upto)
    : Number(examined) < EXAMINED_MAX
      ? upto
      : Number(last);
  return { reached: found, end };
}
