import { eq, type SQL, sql } from "drizzle-orm";
import type { StoredRow } from "../../domain/core/lookup.ts";
import type { Category } from "../../domain/tape/fields.ts";
import type { Past } from "../../domain/tape/past.ts";
import { isLive } from "../../domain/tape/record.ts";
import type { Database } from "../d1/session.ts";
import { queryAll } from "../d1/statement.ts";
import { RECORD_STORES } from "./records.ts";

/** Limits of a request about the past (docs/api.md#lookups): events examined, and their stored bytes. */
const EVENTS_MAX = 100_000;
const BYTES_MAX = 64_000_000;
/** Events that one call of D1 examines, and bytes that one call answers: other callers get their turn between calls. */
const EVENTS_OF_A_CALL = 20_000;
const BYTES_OF_A_CALL = 2_000_000;

/** The events between which a record has lived its present life, or its last one. */
export interface Life {
  readonly created_seq: number;
  readonly updated_seq: number;
}

/** Asks for a record's life: one row, or none for a record that never was. */
export function lifeQuery(tenant: string, category: Category, id: string): SQL {
  const { table, id: column } = RECORD_STORES[category];
  return sql`SELECT created_seq, updated_seq FROM ${table} WHERE ${eq(table.tenant_id, tenant)} AND ${eq(column, id)}`;
}

export const toLife = (row: StoredRow | null): Life | null =>
  row && { created_seq: Number(row.created_seq), updated_seq: Number(row.updated_seq) };

/** A record's life; null for a record that never was. */
export async function lifeOf(
  db: Database,
  tenant: string,
  category: Category,
  id: string,
): Promise<Life | null> {
  const [rows = []] = await queryAll(db, [lifeQuery(tenant, category, id)]);
  return toLife(rows[0] ?? null);
}

/** The record that the event with this id and sequence is about, or null. */
export async function recordOfEvent(db: Database, tenant: string, sequence: number, event_id: string) {
  const [rows = []] = await queryAll(db, [
    sql`SELECT record_id FROM events WHERE tenant_id = ${tenant}
      AND sequence = CAST(${String(sequence)} AS INTEGER) AND event_id = ${event_id}`,
  ]);
  const [row] = rows;
  return row ? String(row.record_id) : null;
}

/** Where an event is, and how large its data. */
export interface EventPlace {
  readonly sequence: number;
  readonly bytes: number;
  readonly disbursement_id: string | null;
}

/**
 * The events of some records of a category, from a sequence up to another, or null when they are too far apart or too
 * large. No index finds them: they are looked for, without their data.
 */
export async function placesOf(
  db: Database,
  tenant: string,
  category: Category,
  ids: readonly string[],
  from: number,
  upTo: number,
): Promise<readonly EventPlace[] | null> {
  if (upTo - from >= EVENTS_MAX) return null;
  const places: EventPlace[] = [];
  for (let start = from; start <= upTo; start += EVENTS_OF_A_CALL) {
    const end = Math.min(upTo, start + EVENTS_OF_A_CALL - 1);
    const [rows = []] = await queryAll(db, [
      sql`SELECT sequence, octet_length(data) AS bytes, facts ->> 'disbursement_id' AS disbursement_id FROM events
        WHERE tenant_id = ${tenant} AND sequence BETWEEN CAST(${String(start)} AS INTEGER) AND CAST(${String(end)} AS INTEGER)
          AND category = ${category} AND record_id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))
        ORDER BY sequence`,
    ]);
    for (const { sequence, bytes, disbursement_id } of rows) {
      places.push({
        sequence: Number(sequence),
        bytes: Number(bytes),
        disbursement_id: disbursement_id === null ? null : String(disbursement_id),
      });
    }
  }
  const bytes = places.reduce((sum, place) => sum + place.bytes, 0);
  return bytes <= BYTES_MAX ? places : null;
}

/** The events at some places, in the order of the log, with their currency; a few megabytes at a time. */
export async function* eventsAt(
  db: Database,
  tenant: string,
  places: readonly EventPlace[],
): AsyncGenerator<StoredRow, void> {
  const inOrder = places.toSorted((left, right) => left.sequence - right.sequence);
  for (let start = 0; start < inOrder.length; ) {
    let end = start;
    let bytes = 0;
    do {
      bytes += inOrder[end]?.bytes ?? 0;
      end += 1;
    } while (end < inOrder.length && bytes + (inOrder[end]?.bytes ?? 0) <= BYTES_OF_A_CALL);
    const sequences = inOrder.slice(start, end).map(({ sequence }) => sequence);
    const [rows = []] = await queryAll(db, [
      sql`SELECT sequence, event_id, category, step, record_id, data, created_at, facts ->> 'currency' AS currency
        FROM events WHERE tenant_id = ${tenant}
          AND sequence IN (SELECT value FROM json_each(${JSON.stringify(sequences)})) ORDER BY sequence`,
    ]);
    yield* rows;
    start = end;
  }
}

/** A record of the past as a lookup's row, or null where it was not there. */
export function pastRow<C extends Category>(
  { state }: Past,
  tenant: string,
  category: C,
  id: string,
): StoredRow | null {
  const stored = state[category].get(id);
  return isLive(stored) ? asStored(RECORD_STORES[category].toRow(tenant, stored)) : null;
}

/** A row as D1 would give it. */
export function asStored(row: object): StoredRow {
  const values = Object.entries(row).map(([name, value]) => {
    if (typeof value === "bigint") return [name, value.toString()];
    return [name, typeof value === "boolean" ? Number(value) : value];
  });
  return Object.fromEntries(values);
}
