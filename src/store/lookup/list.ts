import type { SQL } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type { OrderValues, PageStart, StoredRow } from "../../domain/core/lookup.ts";
import { unpacked } from "../d1/packed.ts";
import type { Database } from "../d1/session.ts";
import { queryAll } from "../d1/statement.ts";
import {
  BYTES,
  COUNTED_MAX,
  CUT,
  countQuery,
  EXAMINED_MAX,
  edgesQuery,
  keyName,
  keysQuery,
  type List,
  orderName,
  PAGE_BYTES_MAX,
  pageColumns,
  pageQuery,
  queryOfRow,
  rowBytesMax,
} from "./queries.ts";
import { columnOf, type LookupSource } from "./sources.ts";
import { type Wanted, walkOf } from "./walk.ts";

interface RowsRequest extends Wanted {
  readonly sort: { readonly column: string; readonly descending: boolean };
  readonly start: PageStart | null;
  readonly limit: number;
  /** Counts all that match. */
  readonly count: boolean;
  /** A query of one row that is asked in the same transaction, where the caller needs to know more. */
  readonly alongside: SQL | null;
}

export interface RowPage {
  readonly rows: readonly StoredRow[];
  /** Where the next page starts; null when this is the last. */
  readonly next: PageStart | null;
  /** False when rows are left that this page would have looked at, had it not examined its share. */
  readonly searched_all: boolean;
  readonly total: { readonly count: number; readonly capped: boolean } | null;
  readonly alongside: StoredRow | null;
}

/** Reads one row of the tenant by its id, or null. Throws what D1 throws. */
export async function findRow(
  db: Database,
  source: LookupSource,
  tenant: string,
  id: string,
): Promise<StoredRow | null> {
  const [rows = []] = await queryAll(db, [queryOfRow(source, tenant, id)]);
  return rows[0] ?? null;
}

/** As `findRow`, and in the same transaction a query of one row that the caller needs beside it. */
export async function findRowBeside(
  db: Database,
  source: LookupSource,
  { tenant, id }: { readonly tenant: string; readonly id: string },
  alongside: SQL,
): Promise<{ readonly row: StoredRow | null; readonly beside: StoredRow | null }> {
  const [rows = [], beside = []] = await queryAll(db, [queryOfRow(source, tenant, id), alongside]);
  return { row: rows[0] ?? null, beside: beside[0] ?? null };
}

/** Reads one page of the tenant's rows, and the count of all if asked for. Throws what D1 throws. */
export async function listRows(
  db: Database,
  source: LookupSource,
  tenant: string,
  request: RowsRequest,
): Promise<RowPage> {
  const list = listOf(source, tenant, request);
  const begins = list.kind === "sorted" && list.after === null;
  const [packedRows = [], edges = [], beside = []] = await queryAll(db, [
    pageQuery(list),
    begins ? edgesQuery(list) : null,
    request.alongside,
  ]);
  const found = unpacked(packedRows, pageColumns(list));
  const rows = found.filter((row) => row[CUT] === 0);
  const cut = found.filter((row) => row[CUT] !== 0);
  const shown = fitting(rows.slice(0, request.limit));
  const ended = shown.length === rows.length;
  const stretch = begins ? stretchOf(list, edges) : list.stretch;
  const last = shown.at(-1);
  const after = last === undefined ? null : valuesOf(list.order, last);
  const searched_all = list.kind === "sorted" ? !stretch?.next : cut.length < 2;
  // The first page has counted all that match when it shows them all.
  const counted = ended && request.start === null ? { count: rows.length, capped: !searched_all } : null;
  const total = request.count ? (counted ?? (await countAll(db, list))) : null;
  return {
    rows: await complete(db, list, shown),
    next: ended ? nextWalk(list, stretch, cut) : { after, stretch: list.kind === "sorted" ? stretch : null },
    searched_all,
    total,
    alongside: beside[0] ?? null,
  };
}

function listOf(source: LookupSource, tenant: string, request: RowsRequest): List {
  const { sort, start, limit, count, filters, bounds, search } = request;
  const { after = null, stretch = null } = start ?? {};
  const order = orderOf(source, sort.column);
  // A count is of all rows, and a list in ascending order would need a chain's other end.
  const isLatestFirst = sort.descending && !count && sameColumns(order, source.walk);
  const latest = isLatestFirst ? { after, rows: limit + 1, examined: EXAMINED_MAX } : null;
  const walk = walkOf(source, tenant, request, latest);
  const inOrder = walk.byId || sameColumns(order, walk.order);
  const kind = !inOrder ? "sorted" : walk.byId || walk.checks.length === 0 ? "plain" : "searched";
  // One row more than the page shows tells whether there is a next one; a search that ends needs room for its edges.
  const rows = limit + (kind === "searched" ? 3 : 1);
  const isWhole = filters.length === 0 && bounds.length === 0 && search === null;
  return { kind, source, tenant, walk, isWhole, order, descending: sort.descending, after, stretch, rows };
}

/** The columns to sort by. The order of creation is the order by `created_at`. */
function orderOf(source: LookupSource, name: string): readonly AnySQLiteColumn[] {
  const column = columnOf(source, name);
  const { creation } = source;
  return name === "created_at" || column === creation[0] ? creation : [column, ...creation];
}

const sameColumns = (left: readonly AnySQLiteColumn[], right: readonly AnySQLiteColumn[]): boolean =>
  left.length === right.length && left.every((column, index) => column === right[index]);

/** The first rows that fit a page together, but at least one. */
function fitting(rows: readonly StoredRow[]): readonly StoredRow[] {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += Number(row[BYTES]);
    return index > 0 && bytes > PAGE_BYTES_MAX;
  });
  return end === -1 ? rows : rows.slice(0, end);
}

/** Reads the rows whose values the page's query left out. One that is gone by now is left out. */
async function complete(db: Database, list: List, rows: readonly StoredRow[]): Promise<readonly StoredRow[]> {
  const { source, tenant } = list;
  const bytesMax = rowBytesMax(list);
  const isLarge = (row: StoredRow) => Number(row[BYTES]) > bytesMax;
  const keyOf = (row: StoredRow) => source.key.map((_, index) => String(row[keyName(index)]));
  const keys = rows.filter(isLarge).map(keyOf);
  if (keys.length === 0) return rows;
  const [whole = []] = await queryAll(db, [keysQuery(source, tenant, keys)]);
  const byKey = new Map(whole.map((row) => [JSON.stringify(keyOf(row)), row]));
  const completed = rows.map((row) => (isLarge(row) ? byKey.get(JSON.stringify(keyOf(row))) : row));
  return completed.filter((row) => row !== undefined);
}

const valuesOf = (order: readonly AnySQLiteColumn[], row: StoredRow): OrderValues =>
  order.map((_, index) => {
    const value = row[orderName(index)];
    return value === null || value === undefined ? null : String(value);
  });

/** The stretch that a sorted list begins, from its edges: first row, last row, and the one behind. */
function stretchOf({ walk }: List, edges: readonly StoredRow[]): PageStart["stretch"] {
  const [from, to, next] = edges.map((row) => valuesOf(walk.order, row));
  if (from === undefined) return null;
  return next === undefined ? { from, to: null, next: null } : { from, to: to ?? null, next };
}

/** Where to go on when the page has shown all that the walk found. */
function nextWalk(list: List, stretch: PageStart["stretch"], cut: readonly StoredRow[]): PageStart | null {
  if (list.kind === "sorted") {
    if (!stretch?.next) return null;
    return { after: null, stretch: { from: stretch.next, to: null, next: null } };
  }
  const [last, behind] = cut;
  if (last === undefined || behind === undefined) return null;
  return { after: valuesOf(list.walk.order, last), stretch: null };
}

async function countAll(db: Database, list: List): Promise<RowPage["total"]> {
  const [counts = []] = await queryAll(db, [countQuery(list)]);
  const count = Number(counts[0]?.matching);
  const capped = count > COUNTED_MAX || Number(counts[0]?.examined) > EXAMINED_MAX;
  return { count: Math.min(count, COUNTED_MAX), capped };
}
