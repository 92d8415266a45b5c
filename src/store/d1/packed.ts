import { type SQL, sql } from "drizzle-orm";
import type { StoredRow } from "../../domain/core/lookup.ts";

/** The most arguments of a function in D1. */
const ARGUMENTS_MAX = 32;

/**
 * Some values as few cells, each a JSON array: D1 handles every cell of every row by itself, so a page of 50 rows with 20
 * columns costs more to return than to find. The values are texts, NULLs, and integers that a JSON number holds.
 */
export function packed(values: readonly SQL[]): readonly SQL[] {
  const parts: SQL[] = [];
  for (let from = 0; from < values.length; from += ARGUMENTS_MAX) {
    parts.push(sql`json_array(${sql.join(values.slice(from, from + ARGUMENTS_MAX), sql`, `)})`);
  }
  return parts;
}

/** Rows of packed cells, by the names of the values in their order; what a cell that is NULL held is null. */
export function unpacked(rows: readonly StoredRow[], names: readonly string[]): readonly StoredRow[] {
  const cells = rows.map((row) => `[${Object.values(row).map((cell) => cell ?? "[]")}]`);
  const parsed: StoredRow[string][][][] = JSON.parse(`[${cells.join(",")}]`);
  return parsed.map(([first = [], ...others]) => {
    const values = others.length === 0 ? first : first.concat(...others);
    const row: Record<string, StoredRow[string]> = {};
    names.forEach((name, index) => {
      row[name] = values[index] ?? null;
    });
    return row;
  });
}
