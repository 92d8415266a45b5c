import { sql } from "drizzle-orm";
import type { ErasureReason } from "../../domain/erasure/erasure.ts";
import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";

/** An erasure and how far it is. */
export interface ErasureProgress {
  readonly person: string;
  readonly sequence: number;
  readonly event_id: string;
  readonly reason: ErasureReason;
  readonly walked_to: number;
  /** The number of events up to there. */
  readonly events_done: number;
  /** Milliseconds since 1970, as all times here. */
  readonly created_at: number;
  readonly completed_at: number | null;
  /** The event's data as JSON text. */
  readonly data: string;
}

const COLUMNS =
  sql.raw(`erasures.person AS person, sequence, reason, walked_to, events_done, erasures.created_at, completed_at,
  events.event_id AS event_id, events.data AS data`);
const WITH_EVENT = sql.raw("CROSS JOIN events USING (tenant_id, sequence)");

/** The last erasure of a person, or the one of an event; null if there is none. */
export async function readErasure(
  db: Database,
  tenant: string,
  person: string,
  sequence?: number,
): Promise<ErasureProgress | null> {
  const own = sequence === undefined ? sql`` : sql`AND sequence = CAST(${String(sequence)} AS INTEGER)`;
  const [row] = await queryRows<ErasureProgress>(
    db,
    sql`SELECT ${COLUMNS} FROM erasures ${WITH_EVENT}
      WHERE tenant_id = ${tenant} AND erasures.person = ${person} ${own} ORDER BY sequence DESC LIMIT 1`,
  );
  return row ?? null;
}

/** When a person was erased first after an event, in milliseconds since 1970; null if that never was. */
export async function erasedAfter(
  db: Database,
  tenant: string,
  person: string,
  sequence: number,
): Promise<number | null> {
  const [row] = await queryRows<{ created_at: number }>(
    db,
    sql`SELECT created_at FROM erasures WHERE tenant_id = ${tenant} AND person = ${person}
      AND sequence > CAST(${String(sequence)} AS INTEGER) ORDER BY sequence LIMIT 1`,
  );
  return row?.created_at ?? null;
}

/** The tenant's first erasure that is unfinished; null if all are complete. */
export async function nextErasure(db: Database, tenant: string): Promise<ErasureProgress | null> {
  const [row] = await queryRows<ErasureProgress>(
    db,
    sql`SELECT ${COLUMNS} FROM erasures INDEXED BY unfinished_erasures ${WITH_EVENT}
      WHERE tenant_id = ${tenant} AND completed_at IS NULL ORDER BY sequence LIMIT 1`,
  );
  return row ?? null;
}
