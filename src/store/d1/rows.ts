import { getTableColumns, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn, AnySQLiteTable } from "drizzle-orm/sqlite-core";
import { utf8Length } from "../../domain/core/utf8.ts";
import { builder, type Sql } from "./statement.ts";

type Columns<T extends AnySQLiteTable> = T["_"]["columns"];

/** True for a column of the type `int64` in columns.ts. */
const isInt64 = (column: AnySQLiteColumn): boolean =>
  column.dataType === "custom" && column.getSQLType() === "integer";

/** True for a column of the type `bytes` in columns.ts. */
export const isBytes = (column: AnySQLiteColumn): boolean => column.getSQLType() === "blob";

export const hexOf = (column: AnySQLiteColumn): SQL<string> => sql<string>`lower(hex(${column}))`;

/** A column on its way out of D1: 64-bit integers as text, because it rounds them beyond 2^53, and bytes as hex. */
export function outOf(column: AnySQLiteColumn): SQL {
  if (isBytes(column)) return sql`CASE WHEN ${column} IS NOT NULL THEN ${hexOf(column)} END`;
  return isInt64(column) ? sql`CAST(${column} AS TEXT)` : sql`${column}`;
}

/** A table's columns for a query, as they leave D1. */
export function selection<T extends AnySQLiteTable>(table: T): Columns<T> {
  const columns = Object.entries(getTableColumns(table)).map(([name, column]) => [
    name,
    column.dataType === "custom" ? outOf(column).mapWith(column).as(name) : column,
  ]);
  return Object.fromEntries(columns) as Columns<T>;
}

/** A row to be written: every column of the table, so that none is forgotten or misspelt in silence. */
export type NewRow<T extends AnySQLiteTable> = {
  readonly [K in keyof T["$inferInsert"]]-?: Exclude<T["$inferInsert"][K], undefined>;
};

/** `R` without members that are no column of the table: they would be dropped in silence. */
type NoOther<R, T extends AnySQLiteTable> = R & { readonly [K in Exclude<keyof R, keyof NewRow<T>>]: never };

/** The statements that write rows into one table: none for no rows. */
type RowWriter<T extends AnySQLiteTable> = <R extends NewRow<T>>(
  rows: readonly NoOther<R, T>[],
) => readonly Sql[];

/** What becomes of a row whose key is there already: SQLite's upsert. */
type OnConflict<T extends AnySQLiteTable> =
  | "ignore"
  | {
      readonly key: readonly [AnySQLiteColumn, ...AnySQLiteColumn[]];
      /** The columns that take another value. */
      readonly set: Readonly<Partial<Record<keyof NewRow<T>, SQL>>>;
    };

/** D1 bounds a parameter at 2 MB. A row that is larger than this has a parameter of its own. */
const PAYLOAD_BYTES_MAX = 1_000_000;

/**
 * Writes any number of rows with one bound parameter a statement (D1 takes 100 at most): the rows travel as a JSON array
 * of arrays, in as many statements as their bytes ask for. Without `onConflict` a row whose key is there already fails
 * the whole batch. The SQL text is built once, when it is first needed.
 */
export function rowWriter<T extends AnySQLiteTable>(table: T, onConflict?: OnConflict<T>): RowWriter<T> {
  const write = writerOf(table, () => insertText(table, (value) => value, onConflict));
  return (rows) => write(rows, []);
}

/**
 * A `rowWriter` that voids the whole batch unless `condition` holds before its first row: otherwise the column `key`, which
 * must not be NULL, is. The values of the condition's parameters are given with the rows, as text.
 */
export function guardedRowWriter<T extends AnySQLiteTable>(
  table: T,
  key: AnySQLiteColumn,
  condition: SQL,
): (rows: readonly NewRow<T>[], values: readonly string[]) => readonly Sql[] {
  const guarded = (value: SQL, column: AnySQLiteColumn) =>
    column === key ? sql`CASE WHEN ${condition} THEN ${value} END` : value;
  return writerOf(
    table,
    () => insertText(table, guarded),
    () => insertText(table, (value) => value),
  );
}

/** `buildNext` is the statement of the rows for which the first one has no room. It takes no values. */
function writerOf<T extends AnySQLiteTable>(table: T, build: () => string, buildNext = build) {
  const names = Object.keys(getTableColumns(table)) as (keyof NewRow<T>)[];
  let text: string | null = null;
  return <R extends NewRow<T>>(rows: readonly R[], values: readonly string[]): readonly Sql[] => {
    if (rows.length === 0) return [];
    text ??= build();
    const sql = text;
    const texts = rows.map((row) => JSON.stringify(names.map((name) => encode(row[name]))));
    return payloads(texts).map((payload, index) =>
      index === 0 ? { sql, params: [...values, payload] } : { sql: buildNext(), params: [payload] },
    );
  };
}

function insertText<T extends AnySQLiteTable>(
  table: T,
  sourceOf: (value: SQL, column: AnySQLiteColumn) => SQL,
  onConflict?: OnConflict<T>,
): string {
  const values = Object.values(getTableColumns(table)).map((column, position) => {
    return sourceOf(intoColumn(column, sql`value ->> ${sql.raw(String(position))}`), column);
  });
  const source = sql`SELECT ${sql.join(values, sql`, `)} FROM jsonb_each(${"rows"}) WHERE true`;
  const insert = builder.insert(table).select(source);
  if (onConflict === "ignore") insert.onConflictDoNothing();
  else if (onConflict) {
    insert.onConflictDoUpdate({ target: [...onConflict.key], set: onConflict.set as never });
  }
  return insert.toSQL().sql;
}

/** A JSON value on its way into a column. */
function intoColumn(column: AnySQLiteColumn, value: SQL): SQL {
  if (isBytes(column)) return sql`unhex(${value})`;
  return isInt64(column) ? sql`CAST(${value} AS INTEGER)` : value;
}

/** An upsert that replaces a row of the same key; the columns named in `keep` stay as they are. */
export function replacing<T extends AnySQLiteTable>(
  table: T,
  key: readonly [AnySQLiteColumn, ...AnySQLiteColumn[]],
  keep: ReadonlySet<string> = new Set(),
): OnConflict<T> {
  const fixed = new Set([...keep, ...key.map(({ name }) => name)]);
  const others = Object.entries(getTableColumns(table)).filter(([, { name }]) => !fixed.has(name));
  const set = others.map(([member, { name }]) => [member, sql`excluded.${sql.identifier(name)}`]);
  return { key, set: Object.fromEntries(set) };
}

/** The most bytes that UTF-8 takes for a UTF-16 unit. */
const BYTES_OF_A_UNIT_MAX = 3;

/** JSON arrays of the rows' JSON texts, each array within the bytes that a parameter may have. */
function payloads(rows: readonly string[]): string[] {
  const units = rows.reduce((sum, row) => sum + row.length, 0);
  // Most groups are far below the limit, and their bytes need no counting.
  if (units * BYTES_OF_A_UNIT_MAX <= PAYLOAD_BYTES_MAX) return [`[${rows.join(",")}]`];
  const groups: string[][] = [];
  let room = 0;
  for (const row of rows) {
    const bytes = utf8Length(row);
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
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new TypeError(`no column holds a value of type ${typeof value}`);
}

/** `column IN (…)` for any number of texts, with one bound parameter. */
export function isOneOf(column: AnySQLiteColumn, values: readonly string[]): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
}
