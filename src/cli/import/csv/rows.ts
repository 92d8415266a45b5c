import type { TableRow } from "../cell.ts";
import { RowReader } from "./row.ts";

const LINE_END = /\r\n|\n|\r/g;
/** The longest row, in characters. */
const ROW_CHARACTERS_MAX = 1_048_576;
const SEPARATOR_LINE = /^"?sep=([^"\r\n])"?(?:\r\n|\n|\r|$)/i;

/** The delimiters that are found without an option. */
const DELIMITERS = [",", ";", "\t", "|"] as const;

export interface CsvShape {
  /** Null: the one that the first line has most of. */
  readonly delimiter: string | null;
  /** The number of cells of a row; null until the header is known. */
  cells: number | null;
}

/** The delimiter of a file by its first lines: what `sep=` says, else what the first line with text has most of. */
function delimiterOf(start: string): string {
  const [, said] = SEPARATOR_LINE.exec(start) ?? [];
  if (said !== undefined) return said;
  const line = start.split(/\r\n|\n|\r/).find((one) => one.trim() !== "") ?? "";
  const outside = line.replace(/"(?:[^"]|"")*"/g, "");
  const count = (sign: string) => outside.split(sign).length;
  return DELIMITERS.reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

/** True for a text with the whole first line that has anything in it. */
function hasLine(start: string): boolean {
  const text = start.replace(SEPARATOR_LINE, "").trimStart();
  return /[\r\n]/.test(text);
}

/** The first text of a stream, long enough for the first line, and all of the stream. */
async function withStart(
  texts: AsyncIterable<string>,
): Promise<{ readonly start: string; readonly all: AsyncGenerator<string> }> {
  const iterator = texts[Symbol.asyncIterator]();
  let start = "";
  while (start.length < ROW_CHARACTERS_MAX && !hasLine(start)) {
    const next = await iterator.next();
    if (next.done) break;
    start += next.value;
  }
  async function* all(): AsyncGenerator<string> {
    yield start;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { start, all: all() };
}

/**
 * The rows of a CSV text, the header among them. A row that cannot be read costs itself: reading continues on the next
 * physical line (docs/import.md#rows). Blank rows and `sep=` are left out.
 */
export async function* csvRows(texts: AsyncIterable<string>, shape: CsvShape): AsyncGenerator<TableRow> {
  const { start, all } = await withStart(texts);
  const reader = new RowReader(shape.delimiter ?? delimiterOf(start));
  let [text, line, isSkipping] = ["", 1, false];
  const [said = ""] = SEPARATOR_LINE.exec(start) ?? [];
  let unread = said.length;
  if (said !== "") line = 2;

  /** Moves past the line that begins at `at`; -1 when its end is not there yet. */
  const nextLine = (at: number): number => {
    LINE_END.lastIndex = at;
    const end = LINE_END.exec(text);
    return end ? end.index + end[0].length : -1;
  };

  function* read(isWhole: boolean): Generator<TableRow> {
    let at = 0;
    while (at < text.length) {
      if (isSkipping) {
        const next = nextLine(at);
        if (next < 0 || (next === text.length && !isWhole && text.endsWith("\r"))) {
          at = next < 0 ? text.length : next - 1;
          break;
        }
        [at, line, isSkipping] = [next, line + 1, false];
        continue;
      }
      const found = reader.read(text, at, isWhole);
      if (found.kind === "open" && text.length - at <= ROW_CHARACTERS_MAX) break;
      const flaw =
        found.kind === "row"
          ? flawOf(found.cells, shape.cells)
          : found.kind === "flaw"
            ? found.flaw
            : "The row does not end within 1 MiB.";
      if (flaw !== null) {
        yield { line, flaw };
        isSkipping = true;
      } else if (found.kind === "row") {
        if (found.cells.some((cell) => cell.trim() !== "")) yield { line, cells: found.cells };
        line += text.slice(at, found.end).match(LINE_END)?.length ?? 0;
        at = found.end;
      }
    }
    text = text.slice(at);
  }

  for await (const more of all) {
    text += more.slice(unread);
    unread = Math.max(0, unread - more.length);
    yield* read(false);
  }
  yield* read(true);
}

/** What is wrong with the number of cells; a blank row may have any number. */
function flawOf(cells: readonly string[], expected: number | null): string | null {
  if (expected === null || cells.length === expected) return null;
  if (cells.every((cell) => cell.trim() === "")) return null;
  return `The row has ${cells.length} cells, and the header ${expected}.`;
}
