import { cellText, type TableCell } from "../cell.ts";

/** A column of a table. */
export interface HeaderColumn {
  /** `#3` for the third column where its cell of the header is empty or repeats another one. */
  readonly name: string;
  /** The header says nothing of it: cells in it are refused unless something uses it. */
  readonly isUnnamed: boolean;
}

/** A name as options and mappings write it: line breaks in a header cell are spaces. */
export const columnName = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, " ").trim();

/** The columns that a row of names makes. */
export function headerOf(cells: readonly TableCell[]): readonly HeaderColumn[] {
  const seen = new Set<string>();
  return cells.map((cell, index) => {
    const name = columnName(cellText(cell));
    const isUsable = name !== "" && !seen.has(name);
    seen.add(name);
    return { name: isUsable ? name : `#${index + 1}`, isUnnamed: name === "" };
  });
}
