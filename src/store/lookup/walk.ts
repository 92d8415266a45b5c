import { and, eq, type SQL, sql } from "drizzle-orm";
import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import { folded } from "../../domain/core/folded.ts";
import type { OrderValues } from "../../domain/core/lookup.ts";
import { keyHash } from "../../domain/log/hash.ts";
import { isBytes, outOf } from "../d1/rows.ts";
import { columnOf, type LookupSource } from "./sources.ts";

/** What to list. Columns go by their wire names, and the caller has checked them against the catalogue. */
export interface Wanted {
  readonly filters: readonly (readonly [column: string, value: string])[];
  readonly bounds: readonly {
    readonly column: string;
    readonly operator: ">=" | "<" | "<=";
    readonly value: string | number;
  }[];
  /** Rows of which one of the columns contains the text: of clients without regard to case and accents, else to ASCII case. */
  readonly search: { readonly columns: readonly string[]; readonly text: string } | null;
}

/** A condition on each row that a list examines, and the columns that it reads. */
interface Check {
  readonly columns: readonly AnySQLiteColumn[];
  readonly holds: SQL;
}

/** How a list reads the tenant's rows: along one index, in its order, and checks each row. */
export interface Walk {
  /** The rows that the index gives. */
  readonly rows: SQL;
  /** The order in which it gives them. */
  readonly order: readonly AnySQLiteColumn[];
  readonly checks: readonly Check[];
  /** One row at most. */
  readonly byId: boolean;
}

/** Where a page starts in a list with the latest row first, and the rows that it finds at most. */
interface LatestFirst {
  readonly after: OrderValues | null;
  readonly rows: number;
  readonly examined: number;
}

/**
 * Chooses the index: the row's own id before a filter with an index of its own before the order of creation. `latest` is
 * given for a list in that order, the latest first: it follows the chain of a record's events.
 */
export function walkOf(
  source: LookupSource,
  tenant: string,
  wanted: Wanted,
  latest: LatestFirst | null = null,
): Walk {
  const chained = latest && chainedWalk(source, tenant, wanted, latest);
  if (chained) return chained;
  const filters = wanted.filters.map(([name, value]) => ({
    column: columnOf(source, name),
    value: source.keys?.[name] ? keyHash(tenant, value) : value,
  }));
  // By the column, because a history row's id goes by two names.
  const id = filters.find(({ column }) => column === columnOf(source, source.idName));
  const indexed = id ?? filters.find(({ column }) => source.indexed.includes(column));
  const others = filters.filter((filter) => filter !== indexed);
  const checks = [...others.map(equals), ...wanted.bounds.map((bound) => within(source, bound))];
  if (wanted.search !== null) checks.push(contains(source, wanted.search));
  const found = id ? (source.byId(id.value, tenant) ?? sql`false`) : indexed && rare(indexed);
  return {
    rows: sql`${and(eq(source.tenant, tenant), source.visible, found)}`,
    order: indexed === undefined ? source.walk : source.creation,
    checks,
    byId: id !== undefined,
  };
}

/** The walk along one record's events alone, where the filters name the record; null where they do not. */
function chainedWalk(source: LookupSource, tenant: string, wanted: Wanted, latest: LatestFirst): Walk | null {
  const { filters } = wanted;
  const asked = (name: string) => filters.find(([column]) => column === name)?.[1];
  const chain = source.chain?.(tenant, asked("category"), asked("id"));
  if (!chain || filters.some(([name]) => name === source.idName || source.keys?.[name])) return null;
  const others = filters.filter(([name]) => name !== "category" && name !== "id");
  const rest = walkOf(source, tenant, { ...wanted, filters: others });
  const [after = null] = latest.after ?? [];
  // One more than is examined: it tells whether there is more.
  const most = rest.checks.length === 0 ? latest.rows : latest.examined + 1;
  return { ...rest, rows: sql`${and(rest.rows, chain(after, most))}` };
}

interface Filter {
  readonly column: AnySQLiteColumn;
  readonly value: string;
}

/** SQLite has no statistics: without `unlikely` it chooses another index than the column's, which reads more rows. */
const rare = ({ column, value }: Filter): SQL => sql`unlikely(${eq(column, value)})`;

const equals = ({ column, value }: Filter): Check => ({
  columns: [column],
  holds: eq(column, value),
});

function within(source: LookupSource, { column: name, operator, value }: Wanted["bounds"][number]): Check {
  const column = columnOf(source, name);
  return { columns: [column], holds: sql`${column} ${sql.raw(operator)} ${valueFor(column, String(value))}` };
}

/** Not LIKE: D1 bounds its patterns at 50 bytes, and `%` and `_` are to be taken literally. */
function contains(source: LookupSource, { columns: names, text }: NonNullable<Wanted["search"]>): Check {
  const { searched } = source;
  if (searched) return { columns: [searched], holds: sql`instr(${searched}, ${folded(text)}) > 0` };
  const columns = names.map((name) => columnOf(source, name));
  const hits = columns.map((column) => sql`instr(lower(${outOf(column)}), lower(${text})) > 0`);
  return { columns, holds: sql`(${sql.join(hits, sql` OR `)})` };
}

/** A value to hold against the column. D1 binds every number as REAL, so integers travel as text. */
function valueFor(column: AnySQLiteColumn, value: string): SQL {
  if (isBytes(column)) return sql`unhex(${value})`;
  return column.dataType === "string" ? sql`${value}` : sql`CAST(${value} AS INTEGER)`;
}

/**
 * The rows behind another one of an order. SQLite puts NULL before every value, and a comparison of rows with a NULL in it
 * is NULL, so each case says what becomes of the NULLs. Only the first column of an order may hold one.
 */
export function behind(order: readonly AnySQLiteColumn[], values: OrderValues, descending: boolean): SQL {
  const [first, ...ties] = order;
  const [value = null, ...others] = values;
  if (first === undefined) return sql`true`;
  const operator = descending ? "<" : ">";
  if (value !== null) {
    const later = compared(order, operator, values);
    return first.notNull || !descending ? later : sql`(${later} OR ${first} IS NULL)`;
  }
  const tied = compared(ties, operator, others);
  return descending ? sql`(${first} IS NULL AND ${tied})` : sql`(${first} IS NOT NULL OR ${tied})`;
}

/** Compares the columns of an order, none of which is NULL, with their values in one row. */
export function compared(
  order: readonly AnySQLiteColumn[],
  operator: "<" | "<=" | ">" | ">=",
  values: OrderValues,
): SQL {
  const held = order.map((column, index) => valueFor(column, values[index] ?? ""));
  const columns = order.map((column) => sql`${column}`);
  return sql`(${sql.join(columns, sql`, `)}) ${sql.raw(operator)} (${sql.join(held, sql`, `)})`;
}
