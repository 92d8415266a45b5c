import { and, eq, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Place, Stretch } from "../../domain/core/lookup.ts";
import { isInt64 } from "../d1/rows.ts";
import { asFixedText } from "../d1/statement.ts";
import type { LookupSource } from "./sources.ts";
import { behind, compared, type Walk } from "./walk.ts";

/** As many rows are examined for one page, and as many for one count (docs/api.md#lookups). */
export const EXAMINED_MAX = 20_000;
export const COUNTED_MAX = 10_000;

/** Stored bytes of a page; a page may exceed it by its first row. */
export const PAGE_BYTES_MAX = 2_000_000;

/**
 * One page's way through a table. `plain` - the index gives the rows in the order asked for, and few are passed over;
 * `searched` - in that order, and each is looked at; `sorted` - the rows of one stretch are looked at, then sorted.
 */
export interface List {
  readonly kind: "plain" | "searched" | "sorted";
  readonly source: LookupSource;
  readonly tenant: string;
  readonly walk: Walk;
  /** The order of the answer. */
  readonly order: readonly AnySQLiteColumn[];
  readonly descending: boolean;
  /** The last row of the page before. */
  readonly after: Place | null;
  readonly stretch: Stretch | null;
  /** Rows to find; more than the page shows, so that it is known whether there is a next one. */
  readonly rows: number;
}

/** Texts of a row with more bytes are left out of a page's first reading: a page of such rows would be too large. */
export const rowBytesMax = ({ rows }: List): number =>
  Math.max(ROW_BYTES_MIN, Math.floor(PAGE_BYTES_MAX / rows));
const ROW_BYTES_MIN = 1_000;

/** Of the result: whether a row is an edge, its place in the order, its key, its stored bytes. */
export const CUT = "$cut";
export const BYTES = "$bytes";
export const placeName = (index: number) => `$place${index}`;
export const keyName = (index: number) => `$key${index}`;

const FIXED_MAX = 64;
const fixedParts = new WeakMap<LookupSource, Map<string, SQL>>();

/** The columns of a query, which are most of its text: built once for each table and purpose. */
function fixed(source: LookupSource, purpose: string, build: () => readonly (SQL | AnySQLiteColumn)[]): SQL {
  const parts = fixedParts.get(source) ?? new Map<string, SQL>();
  fixedParts.set(source, parts);
  const known = parts.get(purpose);
  if (known) return known;
  const part = asFixedText(list(build()));
  // Pages of many sizes in many orders would be too many to keep.
  if (parts.size < FIXED_MAX) parts.set(purpose, part);
  return part;
}

const namesOf = (order: readonly AnySQLiteColumn[]) => order.map(({ name }) => name).join();

/** One row by its id. */
export function rowQuery(source: LookupSource, tenant: string, id: string): SQL {
  const wanted = and(eq(source.tenant, tenant), source.byId(id, tenant) ?? sql`false`, source.visible);
  return sql`SELECT ${fixed(source, "row", () => shown(source))} FROM ${source.table} WHERE ${wanted} LIMIT 1`;
}

/** The rows with these keys, whatever has become of them. */
export function keysQuery(source: LookupSource, tenant: string, keys: readonly Place[]): SQL {
  const values = source.key.map((column, index) => {
    const value = sql`value ->> ${sql.raw(String(index))}`;
    return column.dataType === "string" ? value : sql`CAST(${value} AS INTEGER)`;
  });
  const listed = sql`(${list(source.key)}) IN (SELECT ${list(values)} FROM json_each(${JSON.stringify(keys)}))`;
  const columns = [
    ...shown(source),
    ...source.key.map((column, index) => aliased(asText(column), keyName(index))),
  ];
  return sql`SELECT ${list(columns)} FROM ${source.table} WHERE ${and(eq(source.tenant, tenant), listed)}`;
}

/**
 * The rows of a page, each with its place, its key and its bytes. The texts of a large row are left out: `keysQuery`
 * reads those that the page has room for.
 */
export function pageQuery(page: List): SQL {
  const found = page.kind === "plain" ? plainRows(page) : foundRows(page);
  const { source, order, rows } = page;
  const bytesMax = rowBytesMax(page);
  const columns = fixed(source, `page ${bytesMax} ${namesOf(order)}`, () => [
    aliased(sql`0`, CUT),
    ...order.map((_, index) => aliased(asText(identifier(placeName(index))), placeName(index))),
    ...source.key.map((_, index) => aliased(asText(identifier(keyName(index))), keyName(index))),
    identifier(BYTES),
    ...Object.entries(source.columns).map(([name, column]) =>
      aliased(column.dataType === "string" ? whenSmall(name, bytesMax) : identifier(name), name),
    ),
  ]);
  const shownRows = sql`SELECT ${columns} FROM (${found})`;
  if (page.kind !== "searched") return shownRows;
  // SQLite reads the second part only when the first has too few rows: when the search has met the end of its walk.
  const nothing = sql.join(
    Array(source.key.length + 1 + Object.keys(source.columns).length).fill(sql`NULL`),
    sql`, `,
  );
  return sql`${shownRows} UNION ALL SELECT 1, ${list(edgePlaces(page))}, ${nothing}
    FROM ${lastTwo(page)} LIMIT ${whole(rows)}`;
}

const whenSmall = (name: string, bytesMax: number) =>
  sql`CASE WHEN ${identifier(BYTES)} <= ${whole(bytesMax)} THEN ${identifier(name)} END`;

function plainRows({ source, walk, order, descending, after, rows }: List): SQL {
  const behindLast = after === null ? undefined : behind(order, after, descending);
  const wanted = and(walk.rows, ...walk.checks.map(({ holds }) => holds), behindLast);
  const columns = fixed(source, `plain ${namesOf(order)}`, () => [
    ...shown(source),
    ...order.map(placed),
    ...source.key.map(keyed),
    bytes(source),
  ]);
  return sql`SELECT ${columns} FROM ${source.table}
    WHERE ${wanted} ORDER BY ${sorted(order, descending)} LIMIT ${whole(rows)}`;
}

/**
 * Looks at the rows of a walk and then reads the ones that it found: the walk itself carries no column that nobody
 * looks at, or each event's data would be read to find one by its id.
 */
function foundRows(page: List): SQL {
  const { kind, source, tenant, walk, order, descending, after, rows } = page;
  const checks = walk.checks.map(({ holds }) => holds);
  if (kind === "sorted" && after !== null) checks.push(behind(order, after, descending));
  const keys = sql`SELECT ${list([...order.map(placed), ...source.key.map(keyed)])} FROM ${walked(page)}
    WHERE ${and(...checks) ?? sql`true`} ORDER BY ${sorted(order, descending)} LIMIT ${whole(rows)}`;
  const byKey = source.key.map((column, index) => sql`${column} = found.${identifier(keyName(index))}`);
  const inOrder = order.map((_, index) => directed(sql`found.${identifier(placeName(index))}`, descending));
  const columns = fixed(source, "found", () => [...shown(source), sql`found.*`, bytes(source)]);
  return sql`SELECT ${columns} FROM (${keys}) AS found
    CROSS JOIN ${source.table} ON ${and(eq(source.tenant, tenant), ...byKey)}
    ORDER BY ${list(inOrder)} LIMIT ${whole(rows)}`;
}

/** A walk's rows under the name of their table. SQLite reads a subquery with a LIMIT row by row, as they are asked for. */
function walked(page: List, from = ahead(page)): SQL {
  const { source, walk, order, descending, stretch } = page;
  const looked = walk.checks.flatMap(({ columns }) => columns);
  const columns = new Set([...source.key, ...walk.order, ...order, ...looked]);
  // A stretch whose end is known holds the rows that it held when it was measured, less those deleted since.
  const limit = stretch?.to ? sql`` : sql`LIMIT ${whole(EXAMINED_MAX)}`;
  return sql`(SELECT ${list([...columns])} FROM ${source.table} WHERE ${from}
    ORDER BY ${sorted(walk.order, descending)} ${limit}) AS ${source.table}`;
}

/** The rows that the walk has before it. */
function ahead({ kind, walk, order, descending, after, stretch }: List): SQL {
  const rows = [walk.rows];
  if (kind !== "sorted" && after !== null) rows.push(behind(order, after, descending));
  if (stretch !== null) rows.push(compared(walk.order, descending ? "<=" : ">=", stretch.from));
  if (stretch?.to) rows.push(compared(walk.order, descending ? ">=" : "<=", stretch.to));
  return sql`${and(...rows)}`;
}

/** The last row that the walk examines, and the one behind it, if it has so many. */
function lastTwo(page: List): SQL {
  const { source, walk, descending } = page;
  return sql`(SELECT ${list(walk.order)} FROM ${source.table} WHERE ${ahead(page)}
    ORDER BY ${sorted(walk.order, descending)} LIMIT 2 OFFSET ${whole(EXAMINED_MAX - 1)}) AS ${source.table}`;
}

/** The first row of a stretch that begins, its last one, and the one behind it. */
export function edgesQuery(page: List): SQL {
  const { source, walk, descending } = page;
  const places = list(edgePlaces(page));
  const first = sql`(SELECT ${list(walk.order)} FROM ${source.table} WHERE ${ahead(page)}
    ORDER BY ${sorted(walk.order, descending)} LIMIT 1) AS ${source.table}`;
  return sql`SELECT ${places} FROM ${first} UNION ALL SELECT ${places} FROM ${lastTwo(page)}`;
}

const edgePlaces = ({ walk }: List) =>
  walk.order.map((column, index) => aliased(asText(column), placeName(index)));

/** Counts the rows that match among the first that a walk examines, and one more of each to tell whether that is all. */
export function countQuery({ source, walk, descending }: List): SQL {
  const looked = [...source.key, ...walk.checks.flatMap(({ columns }) => columns)];
  const checks = and(...walk.checks.map(({ holds }) => holds));
  const limit = checks === undefined ? COUNTED_MAX + 1 : EXAMINED_MAX + 1;
  return sql`SELECT count(*) AS examined, count(*) FILTER (WHERE ${checks ?? sql`true`}) AS matching
    FROM (SELECT ${list([...new Set(looked)])} FROM ${source.table} WHERE ${walk.rows}
      ORDER BY ${sorted(walk.order, descending)} LIMIT ${whole(limit)}) AS ${source.table}`;
}

const identifier = (name: string) => sql`${sql.identifier(name)}`;
const aliased = (value: SQL | AnySQLiteColumn, name: string) => sql`${value} AS ${sql.identifier(name)}`;
const list = (parts: readonly (SQL | AnySQLiteColumn)[]) => sql.join([...parts], sql`, `);
const whole = (value: number) => sql.raw(String(value));
const asText = (value: SQL | AnySQLiteColumn) => sql`CAST(${value} AS TEXT)`;
const directed = (value: SQL | AnySQLiteColumn, descending: boolean) =>
  descending ? sql`${value} DESC` : sql`${value} ASC`;
const sorted = (order: readonly AnySQLiteColumn[], descending: boolean) =>
  list(order.map((column) => directed(column, descending)));

const placed = (column: AnySQLiteColumn, index: number) => aliased(column, placeName(index));
const keyed = (column: AnySQLiteColumn, index: number) => aliased(column, keyName(index));

/** The columns of the answer. 64-bit integers leave as text, because D1 rounds them beyond 2^53. */
const shown = (source: LookupSource) =>
  Object.entries(source.columns).map(([name, column]) =>
    aliased(isInt64(column) ? asText(column) : column, name),
  );

/** The stored bytes of a row's texts, and a few for each other value. */
function bytes(source: LookupSource): SQL {
  const columns = Object.values(source.columns);
  const texts = columns.filter((column) => column.dataType === "string");
  const sizes = texts.map((column) =>
    column.notNull ? sql`octet_length(${column})` : sql`ifnull(octet_length(${column}), 0)`,
  );
  const others = whole((columns.length - texts.length) * NUMBER_BYTES);
  return aliased(sql.join([others, ...sizes], sql` + `), BYTES);
}
const NUMBER_BYTES = 8;
