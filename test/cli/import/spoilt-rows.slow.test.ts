import fc from "fast-check";
import { expect, it } from "vitest";
import { csvRows } from "../../../src/cli/import/csv/rows.ts";
import { collect, pieces } from "./files.ts";

const CELL_BYTES_MAX = 65_536;
const WIDTH = 3;

/** A row as both readers report it: its line, and its cells unless it is bad. */
type Found = readonly [line: number, cells: readonly string[] | "bad"];

/** Where the physical lines of a text begin, by LF, CRLF or CR. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\n" || (text[at] === "\r" && text[at + 1] !== "\n")) starts.push(at + 1);
  }
  return starts;
}

/** Reads the row at `from` one character at a time, as docs/import.md#rows says; null for a bad one. */
function rowAt(text: string, from: number, delimiter: string): { cells: string[]; end: number } | null {
  const cells: string[] = [];
  let cell = "";
  let state: "start" | "plain" | "quoted" | "closed" = "start";
  for (let at = from; ; at += 1) {
    const sign = text[at];
    if (cell.length > CELL_BYTES_MAX) return null;
    if (state === "quoted") {
      if (sign === undefined) return null;
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else state = "closed";
      continue;
    }
    const isEnd = sign === undefined || sign === "\n" || sign === "\r";
    if (isEnd || sign === delimiter) {
      if (Buffer.byteLength(cell) > CELL_BYTES_MAX) return null;
      cells.push(cell);
      [cell, state] = ["", "start"];
      if (isEnd) return { cells, end: at + (sign === "\r" && text[at + 1] === "\n" ? 2 : 1) };
    } else if (sign === '"') {
      if (state !== "start") return null;
      state = "quoted";
    } else {
      if (state === "closed") return null;
      cell += sign;
      state = "plain";
    }
  }
}

/** All rows of a table, by a reader that knows only the rules. */
function byTheRules(text: string, delimiter: string): readonly Found[] {
  const starts = lineStarts(text);
  const found: Found[] = [];
  let line = 0;
  while (line < starts.length) {
    const from = starts[line] ?? 0;
    if (from >= text.length) break;
    const row = rowAt(text, from, delimiter);
    const isBlank = row?.cells.every((cell) => cell.trim() === "") ?? false;
    const isGood = row !== null && (row.cells.length === WIDTH || isBlank);
    if (!isBlank) found.push([line + 1, isGood && row ? row.cells : "bad"]);
    if (!isGood || row === null) line += 1;
    else while (line < starts.length && (starts[line] ?? 0) < row.end) line += 1;
  }
  return found;
}

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 6 }).map((one) => one.replace(/["\r\n,;]/g, "-")) },
  { weight: 2, arbitrary: fc.constantFrom("a,b", "x\ny", 'say "hi"', "c;d", "\r", "é😀", "") },
);
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
const good = (delimiter: string) =>
  fc
    .array(fc.tuple(text, fc.boolean()), { minLength: WIDTH, maxLength: WIDTH })
    .map((cells) =>
      cells.map(([cell, always]) => (always || /[",;\r\n]/.test(cell) ? quoted(cell) : cell)).join(delimiter),
    );

/** What people and programs do to a row. */
const spoil = (row: fc.Arbitrary<string>, delimiter: string) =>
  fc.tuple(row, fc.nat(), fc.nat(9)).map(([one, place, way]) => {
    const at = one.length === 0 ? 0 : place % one.length;
    if (way < 4) return `${one.slice(0, at)}"${one.slice(at)}`;
    if (way === 4) return one.replace('"', "");
    if (way === 5) return `${one}${delimiter}more`;
    if (way === 6) return one.slice(0, at);
    if (way === 7) return `"${"x".repeat(70_000)}"${delimiter}${one}`;
    if (way === 8) return `${"y".repeat(65_530 + (place % 12))}${delimiter}b${delimiter}c`;
    return `"Bob" ${one}`;
  });

const table = fc.constantFrom(",", ";").chain((delimiter) => {
  const row = good(delimiter);
  const line = fc.oneof(
    { weight: 8, arbitrary: row },
    { weight: 2, arbitrary: spoil(row, delimiter) },
    { weight: 1, arbitrary: fc.constantFrom("", " ", delimiter, delimiter.repeat(5)) },
  );
  return fc.record({
    delimiter: fc.constant(delimiter),
    lines: fc.array(line, { maxLength: 12 }),
    end: fc.constantFrom("\n", "\r\n", "\r"),
    isEnded: fc.boolean(),
    size: fc.constantFrom(1, 7, 1_000, 65_536),
  });
});

it("spoilt rows cost themselves only, as a reader that knows only the rules finds them", {
  timeout: 60_000,
}, async () => {
  let bad = 0;
  await fc.assert(
    fc.asyncProperty(table, async ({ delimiter, lines, end, isEnded, size }) => {
      const whole = lines.join(end) + (isEnded ? end : "");
      // Long cells in pieces of one character would be read again for each of them.
      const chunks = pieces(whole, whole.length > 10_000 ? 65_536 : size);
      const rows = await collect(csvRows(chunks, { delimiter, cells: WIDTH }));
      const found = rows.map((row): Found => [row.line, "cells" in row ? (row.cells as string[]) : "bad"]);
      const expected = byTheRules(whole, delimiter);
      expect(found).toEqual(expected);
      bad += expected.filter(([, cells]) => cells === "bad").length;
    }),
    { numRuns: 1_200, endOnFailure: true },
  );
  expect(bad).toBeGreaterThan(1_000);
});
