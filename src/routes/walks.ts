import type { AnySQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Context } from "hono";
import { CSV_PAGE, JSON_PAGE } from "../contract/lookup/query.ts";
import type { AppEnv } from "../http/app-env.ts";
import { wantsCsv } from "../http/csv.ts";
import type { ListRate } from "../http/guards.ts";
import { LOOKUP_SOURCES, type LookupSource } from "../store/lookup/sources.ts";

/** Parameters for which the tenant's rows are examined one by one, regardless of the others. */
const WALKING = ["search", "include_count", "date_field", "known_at"] as const;

/**
 * The rate of a list: one that examines the tenant's rows one by one, or answers thousands of them, has a limit of its
 * own (docs/operate.md#rate-limits). Reads the query before it is checked; a refused one costs nothing anyway.
 */
export const listRate: ListRate = (c, { table }) =>
  table && walks(c, LOOKUP_SOURCES[table.name]) ? "walk" : "usual";

function walks(
  c: Context<AppEnv>,
  { columns: shown, keys, idName, indexed, walk, creation }: LookupSource,
): boolean {
  const asked = c.req.query();
  const columns = { ...shown, ...keys };
  const filters = Object.keys(asked).flatMap((name) => columns[name] ?? []);
  // By the column, because a history row's id goes by two names.
  if (columns[idName] && filters.includes(columns[idName])) return false;
  if (WALKING.some((name) => asked[name] !== undefined)) return true;
  if (wantsCsv(c) && Number(asked.limit ?? CSV_PAGE.default) > JSON_PAGE.max) return true;
  const isIndexed = filters.some((column) => indexed.includes(column));
  if (filters.length > 0 && !isIndexed) return true;
  return asked.sort_by !== undefined && firstOf(asked.sort_by) !== (isIndexed ? creation : walk)[0];

  /** What the order begins with: the order of creation is the one by `created_at`. */
  function firstOf(name: string): AnySQLiteColumn | undefined {
    return name === "created_at" ? creation[0] : columns[name];
  }
}
