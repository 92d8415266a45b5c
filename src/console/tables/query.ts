import {
  dateColumns,
  filterable,
  LOOKUP_TABLES,
  type LookupTable,
  sortable,
} from "../../contract/lookup/tables.ts";
import { href } from "../address.ts";

/** The reader's query of a table: it determines the address of the view and the query of the API. */
export interface Asked {
  readonly search: string;
  readonly filters: readonly (readonly [column: string, value: string])[];
  readonly date_field: string;
  readonly start_date: string;
  readonly end_date: string;
  readonly sort_by: string;
  readonly sort_order: "asc" | "desc";
  /** The chosen columns; empty for all. */
  readonly columns: readonly string[];
}

export const tableNamed = (name: string | undefined): LookupTable | undefined =>
  LOOKUP_TABLES.find((table) => table.name === name);

/** Reads the address, without parameters that the table does not have. */
export function askedOf(table: LookupTable, query: URLSearchParams): Asked {
  const known = (name: string, columns: readonly string[]) => {
    const value = query.get(name) ?? "";
    return columns.includes(value) ? value : "";
  };
  const date_field = known("date_field", dateColumns(table));
  return {
    search: query.get("search") ?? "",
    filters: filterable(table).flatMap((column) => {
      const value = query.get(column) ?? "";
      return value === "" ? [] : [[column, value] as const];
    }),
    date_field,
    start_date: date_field === "" ? "" : (query.get("start_date") ?? ""),
    end_date: date_field === "" ? "" : (query.get("end_date") ?? ""),
    sort_by: known("sort_by", sortable(table)) || table.defaultSort,
    sort_order: query.get("sort_order") === "asc" ? "asc" : "desc",
    columns: (query.get("columns") ?? "").split(",").filter((name) => Object.hasOwn(table.columns, name)),
  };
}

/** The same query as parameters of the API. */
export function listParametersOf({ filters, columns: _, ...rest }: Asked): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(filters), ...rest };
}

/** The address of a table with a query; defaults are omitted. */
export function addressOf(table: LookupTable, asked: Asked): string {
  const { sort_by, sort_order, ...others } = listParametersOf(asked);
  return href(["tables", table.name], {
    ...others,
    sort_by: sort_by === table.defaultSort ? undefined : sort_by,
    sort_order: sort_order === "asc" ? "asc" : undefined,
    columns: asked.columns.join(","),
  });
}

/** The columns that are shown: the first one, which names the row, and those that were chosen, in the table's order. */
export function shownColumns(table: LookupTable, { columns }: Pick<Asked, "columns">): readonly string[] {
  const all = Object.keys(table.columns);
  return columns.length === 0 ? all : all.filter((name, index) => index === 0 || columns.includes(name));
}
