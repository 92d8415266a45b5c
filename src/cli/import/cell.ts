/** What a workbook says of a cell that is no text. */
export interface TypedCell {
  readonly kind: "number" | "date" | "boolean" | "error";
  /** A number's decimal digits, `2026-01-31` or `2026-01-31 10:30:00`, `TRUE` or `FALSE`, or why the cell has no value. */
  readonly text: string;
  /** False for a number with more digits than a spreadsheet keeps. */
  readonly isExact: boolean;
}

/** One cell of a row: a text, or what a workbook knows better. */
export type TableCell = string | TypedCell;

/** A row of a file: its cells, or why it cannot be read. `line` is its first physical line, in a workbook its row. */
export type TableRow =
  | { readonly line: number; readonly cells: readonly TableCell[] }
  | { readonly line: number; readonly flaw: string };

/** The text of a cell, without white space at its ends. */
export const cellText = (cell: TableCell | undefined): string =>
  (typeof cell === "string" ? cell : (cell?.text ?? "")).trim();
