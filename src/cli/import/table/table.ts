import { createReadStream } from "node:fs";
import { err, ok, type Result } from "../../../domain/core/result.ts";
import type { TableRow } from "../cell.ts";
import { type CsvShape, csvRows } from "../csv/rows.ts";
import { decoded } from "../files/decode.ts";
import { type Unpacked, unpack } from "../files/unpack.ts";
import { sheetRows } from "../workbook/sheet.ts";
import { type HeaderColumn, headerOf } from "./header.ts";

/** A file of the command line. */
export interface InputFile {
  readonly path: string;
  /** As the command line names it. */
  readonly name: string;
}

/** How files are written, where the files themselves do not say. */
export interface FileNotation {
  readonly encoding: string | null;
  readonly delimiter: string | null;
  /** The names of the columns of files without a header. */
  readonly columns: readonly string[] | null;
  /** The sheet of a workbook, or the file of an archive. */
  readonly sheet: string | null;
  /** A folder for what is unpacked. */
  readonly scratch: string;
}

/** A file that is unpacked. */
export interface OpenedFile extends InputFile {
  readonly unpacked: Unpacked;
}

/** Unpacks a file where it is packed. Throws `Unreadable`. */
export async function openFile(file: InputFile, notation: FileNotation): Promise<OpenedFile> {
  return { ...file, unpacked: await unpack(file.path, { ...file, ...notation }) };
}

/** The text of a file that is no table. Throws `Unreadable`. */
export function fileText({ unpacked, name }: OpenedFile, { encoding }: FileNotation): AsyncGenerator<string> {
  return decoded(createReadStream(unpacked.path) as AsyncIterable<Buffer>, name, encoding);
}

export interface Table {
  readonly header: readonly HeaderColumn[];
  readonly rows: AsyncGenerator<TableRow>;
}

/** A table with its header; an error is a sentence about an unusable header. Throws `Unreadable`. */
export async function openTable(file: OpenedFile, notation: FileNotation): Promise<Result<Table, string>> {
  const shape: CsvShape = { delimiter: notation.delimiter, cells: notation.columns?.length ?? null };
  const rows = rowsOf(file, notation, shape);
  if (notation.columns !== null) {
    const header = headerOf(notation.columns);
    return ok({ header, rows: fitted(rows, header.length) });
  }
  const first = await rows.next();
  if (first.done) return err("The file has no header row.");
  if ("flaw" in first.value) {
    await rows.return(undefined);
    return err(`The header cannot be read (line ${first.value.line}): ${first.value.flaw}`);
  }
  const header = headerOf(first.value.cells);
  shape.cells = header.length;
  return ok({ header, rows: fitted(rows, header.length) });
}

function rowsOf(file: OpenedFile, notation: FileNotation, shape: CsvShape): AsyncGenerator<TableRow> {
  const { unpacked, name } = file;
  return unpacked.kind === "workbook"
    ? sheetRows(unpacked.path, { ...notation, name })
    : csvRows(fileText(file, notation), shape);
}

/** Rows of a workbook lack their last empty cells; cells beyond the header are a flaw. */
async function* fitted(rows: AsyncGenerator<TableRow>, width: number): AsyncGenerator<TableRow> {
  for await (const row of rows) {
    if ("flaw" in row || row.cells.length === width) yield row;
    else if (row.cells.slice(width).every((cell) => typeof cell === "string" && cell.trim() === "")) {
      const cells = row.cells.slice(0, width);
      yield { line: row.line, cells: [...cells, ...Array(width - cells.length).fill("")] };
    } else yield { line: row.line, flaw: `The row has ${row.cells.length} cells, and the header ${width}.` };
  }
}
