import { type SQL, sql } from "drizzle-orm";
import type { StoredRow } from "../../domain/core/lookup.ts";

/** The most arguments of a function in D1. */
const ARGUMENTS_MAX = 32;

/**
 * Some values as few texts, each a JSON array: D1 handles every cell of every row by itself, so a page of 50 rows with 20
 * columns costs more to return than to find. The values are texts, NULLs, and integers that a JSON number holds.
 */
export function packed(values: readonly SQL[]): readonly SQL[] {
  const parts: SQL[] = [];
  for (let from = 0; from < values.length; from += ARGUMENTS_MAX) {
    parts.push(sql`json_array(${sql.join(values.slice(from, from + ARGUMENTS_MAX), sql`, `)})`);
  }
  return parts;
}

/** Texts of `packed` as one of them, with the values of all. */
export function joinedPacks([first = sql`json_array()`, ...others]: readonly SQL[]): SQL {
  // A bracket within a text is followed by its quote, so only the array's own is at the end.
  return others.reduce((whole, part) => sql`rtrim(${whole}, ']') || ',' || substr(${part}, 2)`, first);
}

/** The values of rows whose one cell `row` is a JSON array. */
export const tuplesIn = (rows: readonly StoredRow[]): unknown =>
  JSON.parse(`[${rows.map(({ row }) => row).join(",")}]`);

/** The values of rows whose one cell `row` is packed, by their names in their order; what is missing is null. */
export function unpacked(rows: readonly StoredRow[], names: readonly string[]): readonly StoredRow[] {
  const tuples = tuplesIn(rows) as readonly StoredRow[string][][];
  return tuples.map((values) => {
    const row: Record<string, StoredRow[string]> = {};
    let at = 0;
    for (const name of names) {
      row[name] = values[at] ?? null;
      at += 1;
    }
    return row;
  });
}
