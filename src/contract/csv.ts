import { isLosslessNumber } from "lossless-json";
import { stringifyJson } from "./json.ts";

/** The media type of RFC 4180 text; its first line names the columns. */
export const CSV_TYPE = "text/csv; charset=utf-8; header=present";

/** A cell's value; numbers keep the digits that they have in JSON, null and undefined are empty cells. */
export type Cell = unknown;

/** Starts that a spreadsheet takes for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
/** What looks like a guarded text gets a guard too, so that a reader can take one away from each. */
const LIKE_GUARDED = /^'+[=+\-@\t\r]/;
/** A phone number begins with a plus, and a spreadsheet finds no formula in it. */
const E_164 = /^\+[1-9]\d{6,14}$/;
const NEEDS_QUOTES = /[",\r\n]/;

/** Writes rows under their column names as RFC 4180 text. */
export function csvOf(columns: readonly string[], rows: readonly Readonly<Record<string, Cell>>[]): string {
  const lines = rows.map((row) => columns.map((name) => row[name]));
  return [columns, ...lines].map((cells) => csvLine(cells)).join("");
}

/** One line of RFC 4180 text; `guarded` keeps spreadsheets from taking a text for a formula. */
export const csvLine = (cells: readonly Cell[], guarded = true): string =>
  `${cells.map((cell) => cellOf(cell, guarded)).join(",")}\r\n`;

/**
 * Guarded text that would start a formula gets an apostrophe before it; a number and a phone number never do. A reader takes
 * one apostrophe away from what begins so, with or without guard.
 */
function cellOf(value: Cell, guarded: boolean): string {
  if (value === null || value === undefined) return "";
  if (isLosslessNumber(value)) return value.value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  const text = typeof value === "string" ? value : stringifyJson(value);
  const isFormula = guarded && FORMULA.test(text) && !E_164.test(text);
  const safe = isFormula || LIKE_GUARDED.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The members of nested objects as columns: a member's column is its path joined by `_`. Arrays stay one cell. */
export function flat(value: object, path = ""): Record<string, Cell> {
  const members = Object.entries(value).flatMap(([name, member]): [string, Cell][] =>
    isNested(member) ? Object.entries(flat(member, `${path}${name}_`)) : [[`${path}${name}`, member]],
  );
  return Object.fromEntries(members);
}

const isNested = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isLosslessNumber(value);
