import { describe, expect, it } from "vitest";
import { csvRows } from "../../../src/cli/import/csv/rows.ts";
import { collect, pieces } from "./files.ts";

/** The rows after a header of `cells` cells, each as its line and its cells or its flaw. */
async function rowsOf(
  text: string,
  { cells = null as number | null, delimiter = null as string | null, size = 65_536 } = {},
) {
  const rows = await collect(csvRows(pieces(text, size), { delimiter, cells }));
  return rows.map((row) => [row.line, "cells" in row ? row.cells : row.flaw]);
}

const TEXT_AFTER = "A closing quote is followed by further text.";
const MIDDLE = "A quote stands in the middle of a cell.";
const NOT_CLOSED = "A quoted cell is not closed.";
const TOO_LONG = "A cell does not end within 64 KiB; a quote is probably not closed.";

describe("the rows of a CSV text", () => {
  it.each([1, 2, 3, 7, 65_536])("are the same in pieces of %i characters", async (size) => {
    const text = 'a,b\r\n"x\r\ny, ""z""",2\r3,4\n\n,\n "q",5\n6,7"\n"8"9,\n10,"11"';
    expect(await rowsOf(text, { cells: 2, size })).toEqual([
      [1, ["a", "b"]],
      [2, ['x\r\ny, "z"', "2"]],
      [4, ["3", "4"]],
      [7, MIDDLE],
      [8, MIDDLE],
      [9, TEXT_AFTER],
      [10, ["10", "11"]],
    ]);
  });

  it.each([
    [
      "a row with a word in quotes",
      '1,"Bob" Smith\n2,b\n',
      [
        [1, TEXT_AFTER],
        [2, ["2", "b"]],
      ],
    ],
    [
      "a quote that is never closed",
      '1,"a\n2,b\n3,c\n',
      [
        [1, NOT_CLOSED],
        [2, ["2", "b"]],
        [3, ["3", "c"]],
      ],
    ],
    [
      "a quote that another one closes far below",
      '1,"a\n2,b\n3,c"\n4,d\n',
      // Read as one cell of three lines, which has the right number of cells.
      [
        [1, ["1", "a\n2,b\n3,c"]],
        [4, ["4", "d"]],
      ],
    ],
    [
      "a quote that the quote of another row closes",
      '1,"a\n2,"b"\n3,c\n',
      [
        [1, TEXT_AFTER],
        [2, ["2", "b"]],
        [3, ["3", "c"]],
      ],
    ],
    [
      "a wrong number of cells after a cell of several lines",
      '1,"a\nb",x\n2,b\n',
      [
        [1, "The row has 3 cells, and the header 2."],
        [2, MIDDLE],
        [3, ["2", "b"]],
      ],
    ],
  ])("cost themselves only: %s", async (_, text, rows) => {
    expect(await rowsOf(text, { cells: 2 })).toEqual(rows);
  });

  it("of which one has a cell beyond 64 KiB cost themselves only, quoted or not, whatever follows", async () => {
    const long = "x".repeat(70_000);
    const rest = Array.from({ length: 15_000 }, (_, n) => `${n},row\n`).join("");
    for (const row of [`1,${long}`, `1,"${long}"`, '1,"lone', `1,"${"y".repeat(400_000)}`]) {
      const rows = await rowsOf(`${row}\n${rest}`, { cells: 2 });
      expect(rows).toHaveLength(15_001);
      expect(rows[0]).toEqual([1, TOO_LONG]);
      expect(rows.at(-1)).toEqual([15_001, ["14999", "row"]]);
    }
    const fits = "é".repeat(32_768);
    expect(await rowsOf(`1,${fits}\n2,"${fits}"`)).toEqual([
      [1, ["1", fits]],
      [2, ["2", fits]],
    ]);
    expect(await rowsOf(`1,${fits}é\n`)).toEqual([[1, TOO_LONG]]);
  });

  it("leave out what is blank, delimiters only too", async () => {
    expect(await rowsOf("a;b\n;;\n\n \t\n;\n1;2\n", { cells: 2 })).toEqual([
      [1, ["a", "b"]],
      [6, ["1", "2"]],
    ]);
  });

  it.each([
    ["commas", "a,b;c\n", ["a", "b;c"]],
    ["semicolons", "a;b;c,d\n", ["a", "b", "c,d"]],
    ["tabs", "a\tb\tc\n", ["a", "b", "c"]],
    ["bars", "a|b|c,d\n", ["a", "b", "c,d"]],
    ["commas outside quotes", '"a;b;c;d",e\n', ["a;b;c;d", "e"]],
    ["what `sep=` says", "sep=^\r\na^b,c,d\n", ["a", "b,c,d"]],
    ["nothing at all", "a\n", ["a"]],
  ])("are cut at %s", async (_, text, cells) => {
    const line = text.startsWith("sep=") ? 2 : 1;
    expect(await rowsOf(text)).toEqual([[line, cells]]);
  });

  it("are cut at the delimiter of the option, and `sep=` is no row then either", async () => {
    expect(await rowsOf("sep=;\na,b|c\n", { delimiter: "|" })).toEqual([[2, ["a,b", "c"]]]);
  });
});
