import { and, eq, gt, sql } from "drizzle-orm";
import type { StoredRow } from "../../domain/core/lookup.ts";
import type { RecordPlace } from "../../domain/record-round.ts";
import { CATEGORIES, CATEGORY_NAMES, REFERENCES } from "../../domain/tape/categories.ts";
import type { Category } from "../../domain/tape/fields.ts";
import type { Database } from "../d1/session.ts";
import { tuplesOf } from "../d1/statement.ts";
import { rewritesValue } from "../fence.ts";
import { asStored, EVENT_BYTES } from "./past.ts";
import { RECORD_STORES } from "./records.ts";

/** The records of one step of a walk, and the events that one call examines for them. */
const RECORDS_OF_A_STEP = 50;
const EVENTS_OF_A_STEP = 20_000;

/** A record as its table has it, with the last events that its row depends on: its own, and of the record that it follows. */
export interface RecordRow {
  readonly category: Category;
  readonly id: string;
  readonly row: StoredRow;
  readonly last: readonly number[];
}

/** The records of a step, all read at one moment, and where the walk continues behind them; null at its end. */
interface RecordStep {
  readonly records: readonly RecordRow[];
  /** How often records were changed without an event until then. */
  readonly rewrites: number;
  readonly next: RecordPlace | null;
}

/** Reads the next records, also deleted ones, in one round trip: from several categories where they are few. */
export async function nextRecords(
  db: Database,
  tenant: string,
  { category, after }: RecordPlace,
): Promise<RecordStep> {
  const ahead = CATEGORY_NAMES.slice(CATEGORY_NAMES.indexOf(category));
  const [first, ...others] = ahead.map((one) =>
    categoryQuery(db, tenant, one, one === category ? after : ""),
  );
  if (!first) return { records: [], rewrites: 0, next: null };
  const [[number], ...found] = await db.batch([rewritesQuery(db, tenant), first, ...others]);
  const rewrites = number?.rewrites ?? 0;
  const records: RecordRow[] = [];
  for (const [index, rows] of found.entries()) {
    const own = ahead[index];
    if (own === undefined || records.length + rows.length > RECORDS_OF_A_STEP) break;
    records.push(...rows.map((row) => toRecordRow(own, row)));
    const last = records.at(-1);
    if (rows.length === RECORDS_OF_A_STEP && last)
      return { records, rewrites, next: { category: own, after: last.id } };
    if (index === found.length - 1) return { records, rewrites, next: null };
  }
  const last = records.at(-1);
  return { records, rewrites, next: last ? { category: last.category, after: last.id } : null };
}

const rewritesQuery = (db: Database, tenant: string) =>
  db.select({ rewrites: rewritesValue(tenant).as("rewrites") }).from(sql`(SELECT 1)`);

/** How often records were changed without an event by now. */
export async function readRewrites(db: Database, tenant: string): Promise<number> {
  const [row] = await rewritesQuery(db, tenant);
  return row?.rewrites ?? 0;
}

/** The next rows of a category in the order of their ids, each with the last event of the record that it follows. */
function categoryQuery(db: Database, tenant: string, category: Category, after: string) {
  const { table, id, columns } = RECORD_STORES[category];
  const followed = CATEGORIES[category].follow ? REFERENCES[category].find(({ isParent }) => isParent) : null;
  const parent_seq = followed ? parentSequence(category, followed) : sql<number | null>`NULL`;
  return db
    .select({ ...columns, parent_seq: parent_seq.as("parent_seq") })
    .from(table)
    .where(and(eq(table.tenant_id, tenant), gt(id, after)))
    .orderBy(id)
    .limit(RECORDS_OF_A_STEP);
}

/** Names its tables: in a query of one table, Drizzle writes columns without theirs, and those of the parent would be meant. */
function parentSequence(
  category: Category,
  followed: { readonly field: string; readonly category: Category },
) {
  const { table } = RECORD_STORES[category];
  const parent = RECORD_STORES[followed.category];
  const field = sql.identifier(followed.field);
  return sql<number | null>`(SELECT parent.updated_seq FROM ${parent.table} AS parent
    WHERE parent.tenant_id = ${table}.tenant_id AND parent.${sql.identifier(parent.id.name)} = ${table}.${field})`;
}

function toRecordRow(category: Category, { parent_seq, ...row }: Record<string, unknown>): RecordRow {
  const stored = asStored(row);
  const last = [Number(stored.updated_seq), ...(typeof parent_seq === "number" ? [parent_seq] : [])];
  return { category, id: String(stored[CATEGORIES[category].idField]), row: stored, last };
}

/** The events of one record, from its last one back. */
export interface RecordEvents {
  readonly sequences: readonly number[];
  readonly bytes: number;
  /** False where its first event was not reached. */
  readonly isWhole: boolean;
}

type ChainTuple = readonly [start: number, sequence: number, previous: number | null, bytes: number];

const WALK_BACK = `WITH RECURSIVE chain (start, sequence, previous, size) AS (
    SELECT sequence, sequence, previous_sequence, ${EVENT_BYTES} FROM events
    WHERE tenant_id = ?1 AND sequence IN (SELECT value FROM json_each(?2))
    UNION ALL
    SELECT chain.start, events.sequence, events.previous_sequence, ${EVENT_BYTES}
    FROM chain CROSS JOIN events WHERE events.tenant_id = ?1 AND events.sequence = chain.previous
    LIMIT ${EVENTS_OF_A_STEP})
  SELECT json_array(start, sequence, previous, size) AS row FROM chain`;

/** Finds the events of some records, by the last event of each. */
export async function eventsOfRecords(
  db: Database,
  tenant: string,
  last: readonly number[],
): Promise<ReadonlyMap<number, RecordEvents>> {
  const [found] = await tuplesOf<[ChainTuple]>(db, [
    { sql: WALK_BACK, params: [tenant, JSON.stringify([...new Set(last)])] },
  ]);
  const chains = Map.groupBy(found, ([start]) => start);
  return new Map(
    [...chains].map(([start, events]) => [
      start,
      {
        sequences: events.map(([, sequence]) => sequence),
        bytes: events.reduce((sum, [, , , bytes]) => sum + bytes, 0),
        isWhole: events.some(([, , previous]) => previous === null),
      },
    ]),
  );
}
