import { and, eq, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type { StoredRow } from "../../domain/core/lookup.ts";
import { CATEGORIES, REFERENCES } from "../../domain/tape/categories.ts";
import { erased } from "../../domain/tape/erased.ts";
import type { Category } from "../../domain/tape/fields.ts";
import type { Past } from "../../domain/tape/past.ts";
import { isLive } from "../../domain/tape/record.ts";
import { isOneOf } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { queryAll, queryRows, tuplesOf } from "../d1/statement.ts";
import { DISBURSEMENT_OF_EVENT } from "../log.ts";
import { RECORD_STORES } from "./records.ts";

/** Stored bytes of the events that one past is folded from (docs/api.md#lookups). */
const BYTES_MAX = 64_000_000;
/** Events that one call of D1 examines, and bytes that one call answers: other callers get their turn between calls. */
const EVENTS_OF_A_CALL = 20_000;
const BYTES_OF_A_CALL = 2_000_000;

/** The last events that a record's row depends on: its own, and that of the record that it follows. */
interface LastEvents {
  readonly own: number;
  readonly latest: number;
}

/** Asks for a record's last events: one row, or none for a record that never was. */
export function lastEventsQuery(tenant: string, category: Category, id: string): SQL {
  const { table, id: column } = RECORD_STORES[category];
  const followed = CATEGORIES[category].follow
    ? REFERENCES[category].filter(({ isParent }) => isParent).map(followedSequence)
    : [];
  const latest =
    followed.length > 0 ? sql`max(updated_seq, ${sql.join(followed, sql`, `)})` : sql`updated_seq`;
  return sql`SELECT updated_seq AS own, ${latest} AS latest FROM ${table}
    WHERE ${and(eq(table.tenant_id, tenant), eq(column, id))}`;

  function followedSequence({ field, category: other }: { field: string; category: Category }): SQL {
    const parent = RECORD_STORES[other];
    const columns = table as unknown as Readonly<Record<string, AnySQLiteColumn>>;
    return sql`ifnull((SELECT ${parent.table.updated_seq} FROM ${parent.table}
      WHERE ${parent.table.tenant_id} = ${table.tenant_id} AND ${parent.id} = ${columns[field]}), 0)`;
  }
}

export const toLastEvents = (row: StoredRow | null): LastEvents | null =>
  row && { own: Number(row.own), latest: Number(row.latest) };

/** The last event of each of some records. */
export async function lastEventsOf(
  db: Database,
  tenant: string,
  category: Category,
  ids: readonly string[],
): Promise<readonly number[]> {
  const { table, id } = RECORD_STORES[category];
  const rows = await queryRows<{ updated_seq: number }>(
    db,
    sql`SELECT updated_seq FROM ${table} WHERE ${and(eq(table.tenant_id, tenant), isOneOf(id, ids))}`,
  );
  return rows.map(({ updated_seq }) => updated_seq);
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

type PlaceTuple = readonly [
  sequence: number,
  previous: number | null,
  bytes: number,
  disbursement_id: string | null,
];

/** The stored bytes of an event's texts, in SQL. */
export const EVENT_BYTES = "octet_length(data) + ifnull(octet_length(private), 0)";

const WALK_BACK = `WITH RECURSIVE chain (sequence, previous, size, loan) AS (
    SELECT sequence, previous_sequence, ${EVENT_BYTES}, ${DISBURSEMENT_OF_EVENT} FROM events
    WHERE tenant_id = ?1 AND sequence IN (SELECT value FROM json_each(?2))
    UNION ALL
    SELECT events.sequence, events.previous_sequence, ${EVENT_BYTES}, ${DISBURSEMENT_OF_EVENT}
    FROM chain CROSS JOIN events WHERE events.tenant_id = ?1 AND events.sequence = chain.previous
    LIMIT ${EVENTS_OF_A_CALL})
  SELECT json_array(sequence, previous, size, loan) AS row FROM chain`;

/** The events of some records up to a sequence, and how many were examined to find them. */
export interface FoundPlaces {
  readonly places: readonly EventPlace[];
  readonly examined: number;
}

/**
 * Finds the events of some records up to a sequence, from the last event of each record back to its first: each event
 * names the one before it, so the length of the log does not matter. Null where they are too large.
 */
export async function placesOf(
  db: Database,
  tenant: string,
  last: readonly number[],
  upTo: number,
): Promise<FoundPlaces | null> {
  const places: EventPlace[] = [];
  let bytes = 0;
  let examined = 0;
  for (let starts = [...new Set(last)]; starts.length > 0; ) {
    const [found] = await tuplesOf<[PlaceTuple]>(db, [
      { sql: WALK_BACK, params: [tenant, JSON.stringify(starts)] },
    ]);
    examined += found.length;
    for (const [sequence, , size, disbursement_id] of found) {
      if (sequence > upTo) continue;
      places.push({ sequence, bytes: size, disbursement_id });
      bytes += size;
    }
    if (bytes > BYTES_MAX) return null;
    if (found.length < EVENTS_OF_A_CALL) break;
    const seen = new Set(found.map(([sequence]) => sequence));
    const named = found.flatMap(([, previous]) => previous ?? []);
    starts = [...starts, ...named].filter((sequence) => !seen.has(sequence));
  }
  return { places, examined };
}

/** The events at some places, in the order of the log; a few megabytes at a time. */
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
    yield* await eventsOfSequences(db, tenant, sequences);
    start = end;
  }
}

/** The events with some sequences, in the order of the log. */
export async function eventsOfSequences(
  db: Database,
  tenant: string,
  sequences: readonly number[],
): Promise<readonly StoredRow[]> {
  return queryRows(
    db,
    sql`SELECT sequence, event_id, category, step, record_id, data, private, created_at
      FROM events WHERE tenant_id = ${tenant}
        AND sequence IN (SELECT value FROM json_each(${JSON.stringify(sequences)})) ORDER BY sequence`,
  );
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

/** A client of the past likewise. One that was erased then is there, and what was erased later is left out: `erased_at`. */
export function pastClient(
  { state }: Past,
  tenant: string,
  id: string,
  erased_at: number | null,
): StoredRow | null {
  const stored = state.client.get(id);
  if (!stored || (stored.deleted_at !== null && stored.record.erased_at === null)) return null;
  const shown =
    erased_at === null ? stored : erased(stored, null, { sequence: stored.updated_seq, now: erased_at });
  const { updated_at } = stored;
  return asStored(RECORD_STORES.client.toRow(tenant, { ...shown, updated_at }));
}

/** A row as D1 would give it. */
export function asStored(row: object): StoredRow {
  const values = Object.entries(row).map(([name, value]) => {
    if (typeof value === "bigint") return [name, value.toString()];
    return [name, typeof value === "boolean" ? Number(value) : value];
  });
  return Object.fromEntries(values);
}
