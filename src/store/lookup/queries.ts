import { and, eq, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type { OrderValues, Stretch } from "../../domain/core/lookup.ts";
import { joinedPacks, packed } from "../d1/packed.ts";
import { isBytes, outOf } from "../d1/rows.ts";
import { fixedTextOf, type Sql, textOf } from "../d1/statement.ts";
import type { LookupSource } from "./sources.ts";
import { behind, compared, type Walk } from "./walk.ts";

/** As many rows are examined for one page, and as many for one count (docs/api.md#lookups). */
export const EXAMINED_MAX = 20_000;
export const COUNTED_MAX = 10_000;

/** Bytes of a page's rows as JSON; a page may exceed it by its first row. */
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
  /** All rows of the tenant: nothing is asked of them. */
  readonly isWhole: boolean;
  /** The order of the answer. */
  readonly order: readonly AnySQLiteColumn[];
  readonly descending: boolean;
  /** The last row of the page before. */
  readonly after: OrderValues | null;
  readonly stretch: Stretch | null;
  /** Rows to find; more than the page shows, so that it is known whether there is a next one. */
  readonly rows: number;
}

/** The values of a row with more bytes are left out of a page's first reading: a page of such rows would be too large. */
export const rowBytesMax = ({ rows }: List): number =>
  Math.max(ROW_BYTES_MIN, Math.floor(PAGE_BYTES_MAX / rows));
const ROW_BYTES_MIN = 1_000;

/** Of the result: whether a row is an edge, its values of the order, its key, the bytes of its values. */
export const CUT = "$cut";
export const BYTES = "$bytes";
export const orderName = (index: number) => `$order${index}`;
export const keyName = (index: number) => `$key${index}`;
const partName = (index: number) => `$part${index}`;

const TEXTS_MAX = 100;
const textsOf = new WeakMap<LookupSource, Map<string, string>>();

/** A text that is built once for each table and purpose. */
function kept(source: LookupSource, purpose: string, build: () => string): string {
  const texts = textsOf.get(source) ?? new Map<string, string>();
  textsOf.set(source, texts);
  const known = texts.get(purpose);
  if (known !== undefined) return known;
  const text = build();
  // Pages of many sizes in many orders would be too many to keep.
  if (texts.size < TEXTS_MAX) texts.set(purpose, text);
  return text;
}

/** The columns of a query, which are most of its text. */
const fixed = (source: LookupSource, purpose: string, build: () => readonly (SQL | AnySQLiteColumn)[]): SQL =>
  sql.raw(kept(source, purpose, () => fixedTextOf(joined(build()))));

const namesOf = (order: readonly AnySQLiteColumn[]) => order.map(({ name }) => name).join();

/** One row by its id. Where the id is the key, the statement is built once. */
export function queryOfRow(source: LookupSource, tenant: string, id: string): SQL | Sql {
  if (source.columns[source.idName] !== source.key[0]) return rowById(source, tenant, id);
  const text = kept(source, "row by key", () => textOf(rowById(source, "tenant", "id")));
  return { sql: text, params: [tenant, id] };
}

function rowById(source: LookupSource, tenant: string, id: string): SQL {
  const wanted = and(
    eq(source.tenant, tenant),
    source.byId(id, tenant) ?? sql`false`,
    source.visibleById ?? source.visible,
  );
  return sql`SELECT ${fixed(source, "row", () => shown(source))} FROM ${source.table} WHERE ${wanted} LIMIT 1`;
}

/** The rows with these keys, also those that are deleted. */
export function keysQuery(source: LookupSource, tenant: string, keys: readonly (readonly string[])[]): SQL {
  const values = source.key.map((column, index) => {
    const value = sql`value ->> ${sql.raw(String(index))}`;
    return column.dataType === "string" ? value : sql`CAST(${value} AS INTEGER)`;
  });
  const listed = sql`(${joined(source.key)}) IN (SELECT ${joined(values)} FROM json_each(${JSON.stringify(keys)}))`;
  const columns = [
    ...shown(source),
    ...source.key.map((column, index) => aliased(asText(column), keyName(index))),
  ];
  return sql`SELECT ${joined(columns)} FROM ${source.table} WHERE ${and(eq(source.tenant, tenant), listed)}`;
}

/**
 * The rows of a page, packed, each with its place, its key and its bytes (`pageColumns`). The values of a large row are
 * left out: `keysQuery` reads those that the page has room for. The statement of a page of all rows is built once.
 */
export function pageQuery(page: List): SQL | Sql {
  const { kind, isWhole, source, tenant, order, descending, after, rows } = page;
  if (kind !== "plain" || !isWhole) return buildPage(page);
  const shape = `whole ${namesOf(order)} ${descending} ${rows} ${after?.map((value) => value === null)}`;
  const text = kept(source, shape, () => textOf(buildPage(page)));
  return { sql: text, params: [tenant, ...(after?.filter((value) => value !== null) ?? [])] };
}

function buildPage(page: List): SQL {
  const found = page.kind === "plain" ? plainRows(page) : foundRows(page);
  const { source, order, rows, walk } = page;
  const bytesMax = rowBytesMax(page);
  const columns = fixed(source, `page ${bytesMax} ${namesOf(order)}`, () => {
    const parts = partsOf(source).map((_, index) => identifier(partName(index)));
    const bytes = sql.join(
      parts.map((part) => sql`octet_length(${part})`),
      sql` + `,
    );
    const values = order.map((_, index) => asText(identifier(orderName(index))));
    const keys = source.key.map((_, index) => asText(identifier(keyName(index))));
    const place = packed([sql`0`, ...values, ...keys, bytes]);
    const whenSmall = sql`WHEN ${bytes} <= ${whole(bytesMax)} THEN ${joinedPacks([...place, ...parts])}`;
    return [aliased(sql`CASE ${whenSmall} ELSE ${joinedPacks(place)} END`, "row")];
  });
  const shownRows = sql`SELECT ${columns} FROM (${found})`;
  if (page.kind !== "searched") return shownRows;
  // SQLite reads the second part only when the first has too few rows: when the search has met the end of its walk.
  return sql`${shownRows} UNION ALL SELECT ${joinedPacks(packed([sql`1`, ...walk.order.map(asText)]))}
    FROM ${lastTwo(page)} LIMIT ${whole(rows)}`;
}

/** The columns of a page's rows, in the order in which they are packed. */
export function pageColumns({ source, order }: List): readonly string[] {
  const values = order.map((_, index) => orderName(index));
  return [
    CUT,
    ...values,
    ...source.key.map((_, index) => keyName(index)),
    BYTES,
    ...Object.keys(source.columns),
  ];
}

function plainRows({ source, walk, order, descending, after, rows }: List): SQL {
  const behindLast = after === null ? undefined : behind(order, after, descending);
  const wanted = and(walk.rows, ...walk.checks.map(({ holds }) => holds), behindLast);
  const columns = fixed(source, `plain ${namesOf(order)}`, () => [
    ...partsOf(source),
    ...order.map(ordered),
    ...source.key.map(keyed),
  ]);
  return sql`SELECT ${columns} FROM ${source.table}
    WHERE ${wanted} ORDER BY ${sorted(order, descending)} LIMIT ${whole(rows)}`;
}

/**
 * Examines the rows of a walk and then reads the ones that it found: the walk itself carries no column that its conditions
 * do not need, or each event's data would be read to find one by its id.
 */
function foundRows(page: List): SQL {
  const { kind, source, tenant, walk, order, descending, after, rows } = page;
  const checks = walk.checks.map(({ holds }) => holds);
  if (kind === "sorted" && after !== null) checks.push(behind(order, after, descending));
  const keys = sql`SELECT ${joined([...order.map(ordered), ...source.key.map(keyed)])} FROM ${walked(page)}
    WHERE ${and(...checks) ?? sql`true`} ORDER BY ${sorted(order, descending)} LIMIT ${whole(rows)}`;
  const byKey = source.key.map((column, index) => sql`${column} = found.${identifier(keyName(index))}`);
  const inOrder = order.map((_, index) => directed(sql`found.${identifier(orderName(index))}`, descending));
  const columns = fixed(source, "found", () => [...partsOf(source), sql`found.*`]);
  return sql`SELECT ${columns} FROM (${keys}) AS found
    CROSS JOIN ${source.table} ON ${and(eq(source.tenant, tenant), ...byKey)}
    ORDER BY ${joined(inOrder)} LIMIT ${whole(rows)}`;
}

/** A walk's rows under the name of their table. SQLite reads a subquery with a LIMIT row by row, as they are asked for. */
function walked(page: List, from = ahead(page)): SQL {
  const { source, walk, order, descending, stretch } = page;
  const looked = walk.checks.flatMap(({ columns }) => columns);
  const columns = new Set([...source.key, ...walk.order, ...order, ...looked]);
  // A stretch whose end is known holds the rows that it held when it was measured, less those deleted since.
  const limit = stretch?.to ? sql`` : sql`LIMIT ${whole(EXAMINED_MAX)}`;
  return sql`(SELECT ${joined([...columns])} FROM ${source.table} WHERE ${from}
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

/** The last row that the walk examines, and the one behind it, if there are any. */
function lastTwo(page: List): SQL {
  const { source, walk, descending } = page;
  return sql`(SELECT ${joined(walk.order)} FROM ${source.table} WHERE ${ahead(page)}
    ORDER BY ${sorted(walk.order, descending)} LIMIT 2 OFFSET ${whole(EXAMINED_MAX - 1)}) AS ${source.table}`;
}

/** The first row of a stretch that begins, its last one, and the one behind it. */
export function edgesQuery(page: List): SQL {
  const { source, walk, descending } = page;
  const values = joined(edgeValues(page));
  const first = sql`(SELECT ${joined(walk.order)} FROM ${source.table} WHERE ${ahead(page)}
    ORDER BY ${sorted(walk.order, descending)} LIMIT 1) AS ${source.table}`;
  return sql`SELECT ${values} FROM ${first} UNION ALL SELECT ${values} FROM ${lastTwo(page)}`;
}

const edgeValues = ({ walk }: List) =>
  walk.order.map((column, index) => aliased(asText(column), orderName(index)));

/** Counts the rows that match among the first that a walk examines, and one more of each to tell whether that is all. */
export function countQuery({ source, walk, descending }: List): SQL {
  const looked = [...source.key, ...walk.checks.flatMap(({ columns }) => columns)];
  const checks = and(...walk.checks.map(({ holds }) => holds));
  const limit = checks === undefined ? COUNTED_MAX + 1 : EXAMINED_MAX + 1;
  return sql`SELECT count(*) AS examined, count(*) FILTER (WHERE ${checks ?? sql`true`}) AS matching
    FROM (SELECT ${joined([...new Set(looked)])} FROM ${source.table} WHERE ${walk.rows}
      ORDER BY ${sorted(walk.order, descending)} LIMIT ${whole(limit)}) AS ${source.table}`;
}

const identifier = (name: string) => sql`${sql.identifier(name)}`;
const aliased = (value: SQL | AnySQLiteColumn, name: string) => sql`${value} AS ${sql.identifier(name)}`;
const joined = (parts: readonly (SQL | AnySQLiteColumn)[]) => sql.join([...parts], sql`, `);
const whole = (value: number) => sql.raw(String(value));
const asText = (value: SQL | AnySQLiteColumn) => sql`CAST(${value} AS TEXT)`;
const directed = (value: SQL | AnySQLiteColumn, descending: boolean) =>
  descending ? sql`${value} DESC` : sql`${value} ASC`;
const sorted = (order: readonly AnySQLiteColumn[], descending: boolean) =>
  joined(order.map((column) => directed(column, descending)));

/** Bytes sort as their hex does. */
const ordered = (column: AnySQLiteColumn, index: number) =>
  aliased(isBytes(column) ? outOf(column) : column, orderName(index));
const keyed = (column: AnySQLiteColumn, index: number) => aliased(column, keyName(index));

/** The columns of the answer. */
const shown = (source: LookupSource) =>
  Object.entries(source.columns).map(([name, column]) => aliased(outOf(column), name));

/** The columns of the answer, packed. */
const partsOf = (source: LookupSource) =>
  packed(Object.values(source.columns).map(outOf)).map((part, index) => aliased(part, partName(index)));
