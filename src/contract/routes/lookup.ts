import * as z from "zod";
import type { LookupTableName } from "../../domain/core/lookup.ts";
import { rowQuery } from "../known-at.ts";
import { CSV_PAGE, JSON_PAGE, listQuery } from "../lookup/query.ts";
import { isHistory, LOOKUP_TABLES, type LookupTable } from "../lookup/tables.ts";
import { type Routes, walksWith } from "./route.ts";

type Capital<Name extends string> = Name extends `${infer Word}_${infer Rest}`
  ? `${Capitalize<Word>}${Capital<Rest>}`
  : Capitalize<Name>;

const capital = <Name extends string>(name: Name) =>
  name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase()) as Capital<Name>;

const common = { method: "GET", scope: "records:read", bookmarked: true } as const;
const onePath = z.object({ id: z.string().meta({ description: "Id of the row, percent-encoded." }) });

const listRoute = (table: LookupTable) =>
  ({
    ...common,
    path: `/api/tables/${table.name}`,
    table,
    rate: "list",
    query: listQuery(table, JSON_PAGE),
    csvQuery: listQuery(table, CSV_PAGE),
    waits: isHistory(table) || table.name === "events",
    answers: { 200: { json: "page", csv: true, headers: ["Link", "Preference-Applied"] } },
  }) as const;

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

type LookupRoutes = {
  readonly [Name in LookupTableName as `list${Capital<Name>}`]: ReturnType<typeof listRoute>;
} & { readonly [Name in LookupTableName as `get${Capital<Name>}`]: ReturnType<typeof rowRoute> };

/** docs/api.md#lookups: a list and a row of each table. */
export const LOOKUP_ROUTES = Object.fromEntries(
  LOOKUP_TABLES.flatMap((table) => [
    [`list${capital(table.name)}`, listRoute(table)],
    [`get${capital(table.name)}`, rowRoute(table)],
  ]),
) as unknown as LookupRoutes satisfies Routes<"page" | "row">;
