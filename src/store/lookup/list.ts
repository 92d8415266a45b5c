import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import { isInt64 } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import type { LookupSource } from "./sources.ts";

/** Where a page ended: the sort column's value as text, and the values of the columns of creation. */
export interface PageEnd {
  readonly key: string | null;
  readonly ties: readonly number[];
}

/** What to list. Columns go by their wire names, and the caller has checked them against the catalogue. */
export interface ListRequest {
  readonly filters: readonly (readonly [column: string, value: string])[];
  readonly bounds: readonly {
    readonly column: string;
    readonly operator: ">=" | "<" | "<=";
    readonly value: string | number;
  }[];
  /** Rows of which one of the columns contains the text, whatever the case of its ASCII letters. */
  readonly search: { readonly columns: readonly string[]; readonly text: string } | null;
  readonly sort: { readonly column: string; readonly descending: boolean };
  readonly after: PageEnd | null;
  readonly limit: number;
  /** Counts all that match, in the same transaction. */
  readonly count: boolean;
}

/** A row under the wire's column names, values as stored: amounts are bigint minor units. */
export type LookupRow = Readonly<Record<string, unknown>>;

export interface Page {
  readonly rows: readonly LookupRow[];
  /** Where the next page starts; null when this is the last. */
  readonly end: PageEnd | null;
  readonly total: number | null;
}

/** Reads one row of the tenant by its id, or null. Throws what D1 throws. */
export async function findRow(
  db: Database,
  source: LookupSource,
  tenant: string,
  id: string,
): Promise<LookupRow | null> {
  const [rows] = await db.batch([
    db
      .select(shown(source.columns))
      .from(source.table)
      .where(and(eq(source.tenant, tenant), hasId(source, tenant, id), source.visible))
      .limit(1),
  ]);
  return rows[0] ?? null;
}

/** Reads one page of the tenant's rows, and the count of all if asked for. Throws what D1 throws. */
export async function listRows(
  db: Database,
  source: LookupSource,
  tenant: string,
  request: ListRequest,
): Promise<Page> {
  const { limit, sort, after } = request;
  const matching = and(eq(source.tenant, tenant), source.visible, ...conditions(source, tenant, request));
  const key = sortKey(source, sort.column);
  const order = sort.descending ? desc : asc;
  const creation = Object.fromEntries(source.creation.map((column) => [column.name, column]));
  const page = db
    .select({ ...shown(source.columns), ...creation })
    .from(source.table)
    .where(and(matching, after === null ? undefined : isAfter(source, key, sort.descending, after)))
    .orderBy(...(key === null ? [] : [order(key)]), ...source.creation.map((column) => order(column)))
    // One row more than asked for tells whether there is a next page.
    .limit(limit + 1);
  const total = db
    .select({ total: sql<number>`count(*)`.as("total") })
    .from(source.table)
    .where(matching);
  const [found, counted] = request.count ? await db.batch([page, total]) : await db.batch([page]);
  const rows: LookupRow[] = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : undefined;
  return {
    rows,
    end: last === undefined ? null : endOf(source, key === null ? null : sort.column, last),
    total: counted?.[0]?.total ?? null,
  };
}

/**
 * The columns for a query, each under a name of its own: D1 answers a batch with objects, which hold two columns of
 * one name only once. 64-bit integers leave as text, because D1 rounds them beyond 2^53.
 */
function shown(columns: LookupSource["columns"]): Record<string, SQL.Aliased> {
  const entries = Object.entries(columns).map(([name, column]) => {
    const value = isInt64(column) ? sql`CAST(${column} AS TEXT)` : sql`${column}`;
    return [name, value.mapWith(column).as(name)];
  });
  return Object.fromEntries(entries);
}

function columnOf(source: LookupSource, name: string): AnySQLiteColumn {
  const column = source.columns[name];
  if (!column) throw new Error(`A lookup has no column ${name}`);
  return column;
}

function hasId(source: LookupSource, tenant: string, id: string): SQL {
  return source.byId(id, tenant) ?? sql`false`;
}

function conditions(source: LookupSource, tenant: string, request: ListRequest): SQL[] {
  const filters = request.filters.map(([name, value]) => {
    const column = columnOf(source, name);
    // By the column, because a history row's id goes by two names.
    if (column === columnOf(source, source.idName)) return hasId(source, tenant, value);
    return source.selective?.includes(column) ? sql`unlikely(${eq(column, value)})` : eq(column, value);
  });
  const bounds = request.bounds.map(({ column: name, operator, value }) => {
    const column = columnOf(source, name);
    return sql`${column} ${sql.raw(operator)} ${bound(column, String(value))}`;
  });
  if (request.search === null) return [...filters, ...bounds];
  const { columns, text } = request.search;
  // Not LIKE: D1 bounds its patterns at 50 bytes, and `%` and `_` are to be taken literally.
  const hits = columns.map((name) => sql`instr(lower(${columnOf(source, name)}), lower(${text})) > 0`);
  return [...filters, ...bounds, sql`(${sql.join(hits, sql` OR `)})`];
}

/** A value to hold against the column. D1 binds every number as REAL, so integers travel as text. */
function bound(column: AnySQLiteColumn, value: string): SQL {
  return column.dataType === "string" ? sql`${value}` : sql`CAST(${value} AS INTEGER)`;
}

/** The column to sort by; null when the order of creation says it all. */
function sortKey(source: LookupSource, name: string): AnySQLiteColumn | null {
  const column = columnOf(source, name);
  return name === "created_at" || column === source.creation[0] ? null : column;
}

/**
 * The rows behind a page's end. SQLite puts NULL before every value, and a comparison of rows with a NULL in it is
 * NULL, so each of the four cases says what becomes of the NULLs.
 */
function isAfter(
  source: LookupSource,
  key: AnySQLiteColumn | null,
  descending: boolean,
  { key: value, ties }: PageEnd,
): SQL {
  const columns = source.creation.map((column) => sql`${column}`);
  const values = source.creation.map((column, index) => bound(column, String(ties[index] ?? 0)));
  const operator = sql.raw(descending ? "<" : ">");
  const behind = (left: SQL[], right: SQL[]) =>
    sql`(${sql.join(left, sql`, `)}) ${operator} (${sql.join(right, sql`, `)})`;
  const behindTies = behind(columns, values);
  if (key === null) return behindTies;
  if (value === null) {
    return descending ? sql`(${key} IS NULL AND ${behindTies})` : sql`(${key} IS NOT NULL OR ${behindTies})`;
  }
  const behindValue = behind([sql`${key}`, ...columns], [bound(key, value), ...values]);
  return key.notNull || !descending ? behindValue : sql`(${behindValue} OR ${key} IS NULL)`;
}

function endOf(source: LookupSource, keyName: string | null, row: LookupRow): PageEnd {
  const value = keyName === null ? null : row[keyName];
  return {
    key: value === null || value === undefined ? null : String(value),
    ties: source.creation.map((column) => Number(row[column.name])),
  };
}
