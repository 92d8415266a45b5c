import * as z from "zod";
import type { LookupTableName } from "../../domain/core/lookup.ts";
import { rowQuery } from "../known-at.ts";
import { CSV_PAGE, JSON_PAGE, listQuery } from "../lookup/query.ts";
import { isHistory, LOOKUP_TABLES, type LookupTable } from "../lookup/tables.ts";
import { type RouteTable, walksWith } from "./route.ts";

type Capital<Name extends string> = Name extends `${infer Word}_${infer Rest}`
  ? `${Capitalize<Word>}${Capital<Rest>}`
  : Capitalize<Name>;

const capital = (name: string) =>
  name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const common = { method: "GET", scope: "records:read", bookmarked: true } as const;
const onePath = z.object({ id: z.string().meta({ description: "Id of the row, percent-encoded." }) });

/** Its queries are made when they are first asked for: an isolate starts without two schemas for each table. */
function listRoute(table: LookupTable) {
  const made = new Map<typeof JSON_PAGE, ReturnType<typeof listQuery>>();
  const queryOf = (page: typeof JSON_PAGE) => {
    const query = made.get(page) ?? listQuery(table, page);
    made.set(page, query);
    return query;
  };
  return {
    ...common,
    path: `/api/tables/${table.name}`,
    table,
    rate: "list",
    get query() {
      return queryOf(JSON_PAGE);
    },
    get csvQuery() {
      return queryOf(CSV_PAGE);
    },
    waits: isHistory(table) || table.name === "events",
    answers: { 200: { json: "page", csv: true, headers: ["Link", "Preference-Applied"] } },
  } as const;
}

const rowRoute = (table: LookupTable) =>
  ({
    ...common,
    path: `/api/tables/${table.name}/{id}`,
    table,
    rate: walksWith("known_at"),
    pathParameters: onePath,
    query: rowQuery,
    answers: { 200: { json: "row", csv: true } },
    problems: ["not_found", "too_large"],
  }) as const;

export type ListRoute = ReturnType<typeof listRoute>;
export type RowRoute = ReturnType<typeof rowRoute>;

/** By the keys of the routes: one for the list and one for the row of each table. */
type PerTable<List, Row> = { readonly [Name in LookupTableName as `list${Capital<Name>}`]: List } & {
  readonly [Name in LookupTableName as `get${Capital<Name>}`]: Row;
};

export const perTable = <List, Row>(
  list: (table: LookupTable) => List,
  row: (table: LookupTable) => Row,
): PerTable<List, Row> =>
  Object.fromEntries(
    LOOKUP_TABLES.flatMap((table): [string, List | Row][] => [
      [`list${capital(table.name)}`, list(table)],
      [`get${capital(table.name)}`, row(table)],
    ]),
  ) as unknown as PerTable<List, Row>;

/** docs/api.md#lookups */
export const LOOKUP_ROUTES = perTable(listRoute, rowRoute) satisfies RouteTable<"page" | "row">;
