import { and, eq, type SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import { CATEGORIES } from "../../domain/tape/categories.ts";
import type { Category, RecordTypes } from "../../domain/tape/fields.ts";
import type { Stored } from "../../domain/tape/state.ts";
import { type NewRow, replacing, rowWriter, selection } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import type { Sql } from "../d1/statement.ts";
import {
  fromClient,
  fromDisbursement,
  fromOperation,
  fromPayment,
  toClient,
  toDisbursement,
  toStored,
} from "./rows.ts";
import { clients, disbursements, operations, payments } from "./tables.ts";

type RecordTable = typeof clients | typeof disbursements | typeof payments | typeof operations;

/** The records of one category that a group writes, each in its last state. */
interface RecordsOf<R> {
  readonly records: ReadonlyMap<string, Stored<R>>;
  /** Ids of those that the group did not find. */
  readonly fresh: ReadonlySet<string>;
  /** The sequence of the group's first event. */
  readonly first: number;
}

/** A query for rows of one category, which go through `toStored`. */
type RowsQuery = BatchItem<"sqlite"> & PromiseLike<readonly { readonly deleted_at: number | null }[]>;

/** How the records of one category are stored. */
export interface RecordStore<C extends Category, R = RecordTypes[C]> {
  readonly table: RecordTable;
  readonly id: AnySQLiteColumn;
  /** Every column, as it leaves D1. */
  readonly columns: Readonly<Record<string, AnySQLiteColumn>>;
  /** The columns by which an index finds records, in the order of their creation. */
  readonly indexed: readonly AnySQLiteColumn[];
  readonly select: (db: Database, tenant: string, isNeeded: SQL) => RowsQuery;
  readonly toStored: (row: object) => readonly [id: string, stored: Stored<R>];
  readonly toRow: (tenant: string, stored: Stored<R>) => object;
  readonly write: (tenant: string, group: RecordsOf<R>) => readonly Sql[];
}

/** A table with the functions between its rows and records. */
interface Layout<T extends RecordTable, R> {
  readonly table: T;
  readonly indexed?: readonly AnySQLiteColumn[];
  readonly toStored: (row: T["$inferSelect"]) => Stored<R>;
  readonly toRow: (tenant: string, stored: Stored<R>) => NewRow<T>;
}

function recordStore<C extends Category, T extends RecordTable>(
  category: C,
  { table, indexed = [], toStored, toRow }: Layout<T, RecordTypes[C]>,
): RecordStore<C> {
  const { idField } = CATEGORIES[category];
  const id = (table as unknown as Readonly<Record<string, AnySQLiteColumn>>)[idField] as AnySQLiteColumn;
  return {
    table,
    id,
    columns: selection(table as RecordTable) as unknown as Readonly<Record<string, AnySQLiteColumn>>,
    indexed,
    select: (db, tenant, isNeeded) =>
      db
        .select(selection(table as RecordTable))
        .from(table as RecordTable)
        .where(and(eq(table.tenant_id, tenant), isNeeded)) as unknown as RowsQuery,
    toStored: (row) => {
      const stored = toStored(row as T["$inferSelect"]);
      return [String(stored.record[idField]), stored];
    },
    toRow,
    write: recordWriter(category, table, id, toRow),
  };
}

/**
 * Writes records of one category. A record that was not found is a plain INSERT, which voids the batch if it is there
 * after all. A record whose life began before the group keeps the columns that no event of that life can change: indexes
 * contain them, and SQLite writes an index entry anew for each column that is set.
 */
function recordWriter<C extends Category, T extends RecordTable>(
  category: C,
  table: T,
  id: AnySQLiteColumn,
  toRow: (tenant: string, stored: Stored<RecordTypes[C]>) => NewRow<T>,
): RecordStore<C>["write"] {
  const { fields } = CATEGORIES[category];
  const immutable = Object.keys(fields).filter((name) => fields[name]?.immutable);
  const lifelong = [...immutable, "created_seq", "created_at"];
  const key = [table.tenant_id, id] as const;
  const insert = rowWriter(table);
  const update = rowWriter(table, replacing(table, key, new Set([...lifelong, "deleted_at"])));
  const end = rowWriter(table, replacing(table, key, new Set(lifelong)));
  const put = rowWriter(table, replacing(table, key));
  return (tenant, { records, fresh, first }) => {
    const {
      inserted = [],
      updated = [],
      ended = [],
      other = [],
    } = Object.groupBy(records, ([own, stored]) => {
      if (fresh.has(own)) return "inserted";
      if (stored.created_seq >= first) return "other";
      return stored.deleted_at === null ? "updated" : "ended";
    });
    const rows = (some: readonly (readonly [string, Stored<RecordTypes[C]>])[]) =>
      some.map(([, stored]) => toRow(tenant, stored));
    return [...insert(rows(inserted)), ...update(rows(updated)), ...end(rows(ended)), ...put(rows(other))];
  };
}

/** The store of each category. */
export const RECORD_STORES: { readonly [C in Category]: RecordStore<C> } = {
  client: recordStore("client", { table: clients, toStored: toClient, toRow: fromClient }),
  disbursement: recordStore("disbursement", {
    table: disbursements,
    indexed: [disbursements.client_id],
    toStored: toDisbursement,
    toRow: fromDisbursement,
  }),
  payment: recordStore("payment", {
    table: payments,
    indexed: [payments.disbursement_id],
    toStored,
    toRow: fromPayment,
  }),
  operation: recordStore("operation", {
    table: operations,
    indexed: [operations.disbursement_id],
    toStored,
    toRow: fromOperation,
  }),
};
