import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn, AnySQLiteTable } from "drizzle-orm/sqlite-core";
import type { Database } from "./session.ts";

type Columns<T extends AnySQLiteTable> = T["_"]["columns"];

/** True for a column of the type `int64` in tables.ts. */
export function isInt64(column: AnySQLiteColumn): boolean {
  return column.dataType === "custom";
}

/** A table's columns for a query: 64-bit integers leave D1 as text, because it rounds them beyond 2^53. */
export function selection<T extends AnySQLiteTable>(table: T): Columns<T> {
  const columns = Object.entries(getTableColumns(table)).map(([name, column]) => [
    name,
    isInt64(column) ? sql`CAST(${column} AS TEXT)`.mapWith(column).as(name) : column,
  ]);
  return Object.fromEntries(columns) as Columns<T>;
}

/** D1 bounds a parameter at 2 MB; a row that alone is larger than this goes alone. */
const PAYLOAD_BYTES_MAX = 1_000_000;

/**
 * The statements that write any number of rows, each with one bound parameter (D1 takes 100 at most): the rows travel
 * as a JSON array of arrays, in as many statements as their bytes ask for, none for no rows. With `replace`, a row of
 * the same key is replaced.
 */
export function writeRows<T extends AnySQLiteTable>(
  db: Database,
  table: T,
  rows: readonly Readonly<Record<string, unknown>>[],
  replace?: {
    readonly key: readonly [AnySQLiteColumn, ...AnySQLiteColumn[]];
    /** Names of the columns that a row which is there already keeps. */
    readonly keep?: ReadonlySet<string>;
  },
) {
  const columns = Object.entries(getTableColumns(table));
  const values = columns.map(([, column], position) => {
    const value = sql`value ->> ${sql.raw(String(position))}`;
    return isInt64(column) ? sql`CAST(${value} AS INTEGER)` : value;
  });
  const texts = rows.map((row) => JSON.stringify(columns.map(([name]) => encode(row[name]))));
  return payloads(texts).map((payload) => {
    const source = sql`SELECT ${sql.join(values, sql`, `)} FROM json_each(${payload}) WHERE true`;
    const insert = db.insert(table).select(source);
    if (!replace) return insert;
    const { key, keep = new Set() } = replace;
    const names = new Set([...keep, ...key.map(({ name }) => name)]);
    const others = columns.filter(([, column]) => !names.has(column.name));
    const set = Object.fromEntries(
      others.map(([name, column]) => [name, sql`excluded.${sql.identifier(column.name)}`]),
    );
    return insert.onConflictDoUpdate({ target: [...key], set: set as never });
  });
}

/** JSON arrays of the rows' JSON texts, each array within the bytes that a parameter may have. */
function payloads(rows: readonly string[]): string[] {
  const groups: string[][] = [];
  let room = 0;
  for (const row of rows) {
    const bytes = new TextEncoder().encode(row).length;
    if (groups.length === 0 || bytes > room) {
      groups.push([]);
      room = PAYLOAD_BYTES_MAX;
    }
    groups.at(-1)?.push(row);
    room -= bytes;
  }
  return groups.map((group) => `[${group.join(",")}]`);
}

function encode(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string" || typeof value === "number") return value;
  return JSON.stringify(value);
}

/** `column IN (…)` for any number of texts, with one bound parameter. */
export function isOneOf(column: AnySQLiteColumn, values: readonly string[]): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
}
