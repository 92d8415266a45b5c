import { and, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core";
import { sequenceOf } from "../../domain/core/event-id.ts";
import type { LookupTableName, RecordTableName } from "../../domain/core/lookup.ts";
import { CATEGORIES, CATEGORY_NAMES } from "../../domain/tape/categories.ts";
import type { Category } from "../../domain/tape/fields.ts";
import {
  assetStatus,
  disbursementStatus,
  extensions,
  rebates,
  restructures,
  writeOffs,
} from "../history/tables.ts";
import { events } from "../log.ts";
import { RECORD_STORES, type RecordStore } from "../tape/records.ts";
import { purchaseClients } from "../tape/tables.ts";

type Columns = Readonly<Record<string, AnySQLiteColumn>>;

/** Some columns in an order. */
type Columned = readonly [AnySQLiteColumn, ...AnySQLiteColumn[]];

/** A condition: the row is among the first `most` of a chain, behind the row `after` where that is given. */
type Chain = (after: string | null, most: number) => SQL;

/** Where a lookup table is kept, and which of its indexes make a lookup cheap. */
export interface LookupSource {
  readonly table: SQLiteTable;
  readonly tenant: AnySQLiteColumn;
  /** The primary key's columns behind the tenant. */
  readonly key: Columned;
  /** The columns of the answer under the wire's names. */
  readonly columns: Columns;
  /** The wire's name of the row's own id. */
  readonly idName: string;
  /** Finds the row with this id by primary key; null when no row can have the id. */
  readonly byId: (id: string, tenant: string) => SQL | null;
  /** Filters on a key of which only the hash is kept; no row shows it. */
  readonly keys?: Columns;
  /** What `search` looks into, in one column, folded; without it, it looks into the columns. */
  readonly searched?: AnySQLiteColumn;
  /** A deleted record is invisible; the same condition opens the partial indexes. */
  readonly visible?: SQL;
  /** What a look-up by id sees, where it is another condition. */
  readonly visibleById?: SQL;
  /** Columns with an index of their own, which continues in the order of creation. */
  readonly indexed: readonly AnySQLiteColumn[];
  /**
   * The order of creation, unique within the tenant. Times of creation never run backwards within a tenant (domain,
   * `Stamp.now`), so this is the order by `created_at`, and it breaks the ties of every other order.
   */
  readonly creation: Columned;
  /**
   * Rows that name the row before them: those of one record, from the one before the row `after` back, or from the last one.
   * Null where the rows of such a record are no chain.
   */
  readonly chain?: (tenant: string, category?: string, id?: string) => Chain | null;
  /** The order in which an index gives all of the tenant's rows: that of creation, or one that ends with it. */
  readonly walk: Columned;
}

/** The column of this name on the wire. */
export function columnOf(source: LookupSource, name: string): AnySQLiteColumn {
  const column = source.columns[name] ?? source.keys?.[name];
  if (!column) throw new RangeError(`A lookup has no column ${name}`);
  return column;
}

/** The table of a category, whose records are kept under the ids that their senders chose. */
function records({
  table,
  id,
  indexed,
}: Pick<RecordStore<Category>, "table" | "id" | "indexed">): LookupSource {
  const { tenant_id: tenant, created_seq, updated_seq: _, deleted_at, ...others } = getTableColumns(table);
  const { search_text: searched, ...columns } = others as Columns;
  const { erased_at } = columns;
  return {
    table,
    tenant,
    ...(searched ? { searched } : {}),
    key: [id],
    columns,
    idName: id.name,
    byId: (value) => eq(id, value),
    visible: isNull(deleted_at),
    ...(erased_at ? { visibleById: sql`(${deleted_at} IS NULL OR ${erased_at} IS NOT NULL)` } : {}),
    indexed,
    creation: [created_seq],
    walk: [created_seq],
  };
}

/** A record table for each category, so that a new category needs no line here. */
const RECORD_SOURCES = Object.fromEntries(
  CATEGORY_NAMES.map((category) => [CATEGORIES[category].table, records(RECORD_STORES[category])]),
) as Readonly<Record<RecordTableName, LookupSource>>;

/** `<event id>-<position>`: which event made the link, and as which of its clients. */
const LINK_ID = /^(.{36})-(\d{1,3})$/;

function linkById(id: string): SQL | null {
  const [, event = "", position = ""] = LINK_ID.exec(id) ?? [];
  const { created_seq, position: place, id: whole } = purchaseClients;
  return allOf(bySequence(created_seq, event), eq(place, Number(position)), eq(whole, id));
}

/** The row of the event with this id: the id carries the sequence (domain/core/event-id.ts). */
function bySequence(column: AnySQLiteColumn, eventId: string): SQL | null {
  const sequence = sequenceOf(eventId);
  return sequence === null ? null : eq(column, sequence);
}

function allOf(first: SQL | null, ...others: readonly SQL[]): SQL | null {
  return first === null ? null : (and(first, ...others) ?? null);
}

function purchaseClientsSource(): LookupSource {
  const { tenant_id: tenant, created_seq, position, ...columns } = getTableColumns(purchaseClients);
  return {
    table: purchaseClients,
    tenant,
    key: [created_seq, position],
    columns,
    idName: "id",
    byId: linkById,
    indexed: [columns.disbursement_id, columns.client_id],
    creation: [created_seq, position],
    walk: [created_seq, position],
  };
}

/**
 * The events of one record, which name the ones before them, found from its last one back. A client's are no chain: an
 * erasure that is written anew after a restore may name none.
 */
function eventChain(tenant: string, category = "", id?: string): Chain | null {
  if (id === undefined || category === "client" || !isCategory(category)) return null;
  const { table, id: key } = RECORD_STORES[category];
  return (after, most) => {
    const first =
      after === null
        ? sql`SELECT ${table.updated_seq} FROM ${table} WHERE ${and(eq(table.tenant_id, tenant), eq(key, id))}`
        : sql`SELECT ${events.previous_sequence} FROM ${events} WHERE ${events.tenant_id} = ${tenant}
            AND ${events.sequence} = CAST(${after} AS INTEGER) AND ${events.previous_sequence} IS NOT NULL`;
    const named = and(eq(events.record_id, id), eq(events.category, category));
    return sql`${named} AND ${events.sequence} IN (
      WITH RECURSIVE chain (place) AS (${first} UNION ALL
        SELECT before.previous_sequence FROM chain CROSS JOIN events AS before
        WHERE before.tenant_id = ${tenant} AND before.sequence = place AND before.previous_sequence IS NOT NULL
        LIMIT ${sql.raw(String(most))})
      SELECT place FROM chain)`;
  };
}

const isCategory = (name: string): name is Category => Object.hasOwn(CATEGORIES, name);

/** Names what it shows: the rest of an event row is the gate's own business. */
function eventsSource(): LookupSource {
  const { tenant_id: tenant, record_id: id, ...columns } = getTableColumns(events);
  const {
    event_id,
    sequence,
    category,
    step,
    data,
    private: own,
    key_hash,
    actor,
    trace_id,
    created_at,
  } = columns;
  return {
    table: events,
    tenant,
    key: [sequence],
    columns: {
      event_id,
      sequence,
      category,
      step,
      id,
      data,
      private: own,
      key_hash,
      actor,
      trace_id,
      created_at,
    },
    keys: { idempotency_key: key_hash },
    idName: "event_id",
    byId: (value) => allOf(bySequence(sequence, value), eq(event_id, value)),
    indexed: [key_hash],
    creation: [sequence],
    chain: eventChain,
    walk: [sequence],
  };
}

type HistoryTable =
  | typeof disbursementStatus
  | typeof extensions
  | typeof rebates
  | typeof writeOffs
  | typeof restructures
  | typeof assetStatus;

/**
 * A history table. Where the primary key starts with the record, `record` names its column: the event of the row says
 * which record that is, and the index over all of the tenant's rows is the one by date.
 */
function history(table: HistoryTable, record: AnySQLiteColumn | null): LookupSource {
  const { tenant_id: tenant, sequence, ...columns } = getTableColumns(table);
  const ofEvent = (id: string, tenantId: string) =>
    record === null
      ? []
      : [
          sql`${record} = (SELECT ${events.record_id} FROM ${events}
            WHERE ${events.tenant_id} = ${tenantId} AND ${bySequence(events.sequence, id)})`,
        ];
  return {
    table,
    tenant,
    key: record === null ? [sequence] : [record, sequence],
    columns: { id: columns.event_id, ...columns },
    idName: "id",
    byId: (id, tenantId) =>
      allOf(bySequence(sequence, id), eq(columns.event_id, id), ...ofEvent(id, tenantId)),
    indexed: [record ?? columns.disbursement_id],
    creation: [sequence],
    walk: record === null ? [sequence] : [columns.on_date, sequence],
  };
}

/** Where each lookup table is kept; what it promises is in contract/lookup/tables.ts. */
export const LOOKUP_SOURCES: Readonly<Record<LookupTableName, LookupSource>> = {
  ...RECORD_SOURCES,
  purchase_clients: purchaseClientsSource(),
  events: eventsSource(),
  disbursement_status: history(disbursementStatus, disbursementStatus.disbursement_id),
  extensions: history(extensions, null),
  rebates: history(rebates, null),
  write_offs: history(writeOffs, null),
  restructures: history(restructures, null),
  asset_status: history(assetStatus, assetStatus.operation_id),
};
