import { createWriteStream } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, failed, wrongUsage } from "../failure.ts";
import { Unreadable } from "./files/unreadable.ts";
import type { SourceLine } from "./line.ts";
import { type CurrencyOf, eventsOf, type RowPlan } from "./mapping/plan.ts";
import { ndjsonLines } from "./ndjson.ts";
import type { Scheme } from "./scheme.ts";
import {
  type FileNotation,
  fileText,
  type InputFile,
  type OpenedFile,
  openFile,
  openTable,
  type Table,
} from "./table/table.ts";

/** The input: files in their order, all of one form. */
export interface Source {
  readonly files: readonly OpenedFile[];
  readonly notation: FileNotation;
  /** How the rows of tables become events; null for NDJSON. */
  readonly scheme: Scheme | null;
  /** What one line of a file is called. */
  readonly noun: "lines" | "rows";
}

/** The files of a command line; standard input becomes a file. */
export async function inputFiles(
  names: readonly string[],
  scratch: string,
): Promise<Result<readonly InputFile[], CommandFailure>> {
  const files: InputFile[] = [];
  for (const name of names) {
    const isInput = name === "-";
    const path = isInput ? join(scratch, "standard-input") : name;
    if (isInput) await pipeline(process.stdin, createWriteStream(path));
    const isReadable = await access(path).then(
      () => true,
      () => false,
    );
    if (!isReadable) return err(failed(`${name} cannot be read.`));
    files.push({ path, name: isInput ? "standard input" : name });
  }
  return ok(files);
}

/** Runs a step that reads files; what cannot be read ends the command with a sentence. */
export async function reading<T>(step: () => Promise<T>): Promise<Result<T, CommandFailure>> {
  try {
    return ok(await step());
  } catch (error) {
    if (error instanceof Unreadable) return err(failed(error.message));
    throw error;
  }
}

/** The only table of a command. Throws `Unreadable`. */
export async function oneTable(
  name: string,
  files: Omit<FileNotation, "scratch">,
  scratch: string,
): Promise<Result<Table, CommandFailure>> {
  const notation = { ...files, scratch };
  const found = await inputFiles([name], scratch);
  if (!found.ok) return found;
  const [file] = found.value;
  if (file === undefined) return err(wrongUsage("This takes a file."));
  const table = await openTable(await openFile(file, notation), notation);
  return table.ok ? table : err(wrongUsage(`${file.name}: ${table.error}`));
}

/** Checks the form of each file and its header before the files are read. */
export async function openSource(
  files: readonly InputFile[],
  scheme: Scheme | null,
  notation: FileNotation,
): Promise<Result<Source, CommandFailure>> {
  const unsent = new Set<string>();
  const opened: OpenedFile[] = [];
  for (const input of files) {
    const file = await openFile(input, notation);
    opened.push(file);
    if (scheme === null) {
      const { kind } = file.unpacked;
      if (kind === "workbook" || /\.csv(?:\.gz)?$/i.test(file.name)) {
        const what = kind === "workbook" ? "a workbook" : "CSV";
        return err(wrongUsage(`${file.name} is ${what}: name its --category, or a --mapping.`));
      }
      continue;
    }
    const plan = await planOf(file, scheme, notation);
    if (!plan.ok) return err(wrongUsage(`${file.name}: ${plan.error}`));
    for (const column of plan.value.unsent) unsent.add(column);
  }
  if (unsent.size > 0) console.error(`Not sent: the columns ${[...unsent].join(", ")}.`);
  return ok({ files: opened, notation, scheme, noun: scheme === null ? "lines" : "rows" });
}

async function planOf(
  file: OpenedFile,
  scheme: Scheme,
  notation: FileNotation,
): Promise<Result<RowPlan, string>> {
  const table = await openTable(file, notation);
  if (!table.ok) return table;
  await table.value.rows.return(undefined);
  return scheme.plan(table.value.header);
}

/** All lines of all files, in order. Throws `Unreadable`. */
export async function* sourceLines(
  { files, notation, scheme }: Source,
  currencyOf: CurrencyOf,
): AsyncGenerator<SourceLine> {
  for (const [index, file] of files.entries()) {
    if (scheme === null) yield* ndjsonLines(fileText(file, notation), index);
    else yield* tableLines(file, index, { scheme, notation, currencyOf });
  }
}

interface TableReading {
  readonly scheme: Scheme;
  readonly notation: FileNotation;
  readonly currencyOf: CurrencyOf;
}

async function* tableLines(
  input: OpenedFile,
  file: number,
  { scheme, notation, currencyOf }: TableReading,
): AsyncGenerator<SourceLine> {
  const table = await openTable(input, notation);
  const plan = table.ok ? scheme.plan(table.value.header) : table;
  // The header was checked before the files are read.
  if (!table.ok || !plan.ok) throw new Unreadable(`${input.name} has changed while it was imported.`);
  const nobody = { category: scheme.category, id: null };
  for await (const row of table.value.rows) {
    const { line } = row;
    if ("flaw" in row) {
      const errors = [{ field: "", code: "invalid_value", message: row.flaw } as const];
      yield { file, line, refusal: { status: null, code: "malformed_csv", errors }, ...nobody };
      continue;
    }
    const made = eventsOf(plan.value, row.cells, currencyOf);
    if ("events" in made) yield { file, line, events: made.events };
    else {
      const { category, id, errors } = made.flaw;
      const refusal = { status: null, code: "validation_error", errors };
      yield { file, line, refusal, category: category ?? scheme.category, id };
    }
  }
}
