import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { type CsvError, parse } from "csv-parse";
import { LOOKUP_TABLES } from "../../contract/lookup/tables.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { CATEGORIES } from "../../domain/tape/categories.ts";
import type { Category, Field } from "../../domain/tape/fields.ts";
import { LINE_BYTES_MAX, refusedHere, type SourceLine } from "./line.ts";

export interface CsvOptions {
  readonly category: Category;
  /** The field that each renamed column fills; empty for an ignored column. */
  readonly map: ReadonlyMap<string, string>;
}

const HEADER_BYTES_MAX = 65_536;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const TEXT: Field = { type: "text", required: false };

/** Every column that a file of this category may have. */
function knownColumns(category: Category): ReadonlyMap<string, Field> {
  const { fields, eventFields, ignored = [] } = CATEGORIES[category];
  const texts = [...ignored, "step", "idempotency_key"].map((name) => [name, TEXT] as const);
  return new Map([...Object.entries({ ...fields, ...eventFields?.fields }), ...texts]);
}

/** A comma, or a semicolon if the header has more of them: many European spreadsheets write semicolons. */
function delimiterOf(header: string): string {
  const outside = header.replace(/"(?:[^"]|"")*"/g, "");
  const count = (sign: string) => outside.split(sign).length;
  return count(";") > count(",") ? ";" : ",";
}

async function firstLine(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES_MAX), 0, HEADER_BYTES_MAX, 0);
    return (
      buffer
        .toString("utf8", 0, bytesRead)
        .split(/\r?\n/, 1)[0]
        ?.replace(/^\uFEFF/, "") ?? ""
    );
  } finally {
    await handle.close();
  }
}

/** A cell as JSON text: numbers digit by digit, and a text for any cell that does not fit its field. */
function cellJson(cell: string, { type }: Field): string {
  const text = JSON.stringify(cell);
  if (type === "amount" || type === "decimal" || type === "integer") return NUMBER.test(cell) ? cell : text;
  if (type === "boolean") return /^(true|false)$/i.test(cell) ? cell.toLowerCase() : text;
  if (type === "object") return cell.startsWith("{") && isJson(cell) ? cell : text;
  if (type === "clients") {
    if (cell.startsWith("[") && isJson(cell)) return cell;
    return JSON.stringify(cell.split("|").map((id) => ({ client_id: id.trim() })));
  }
  return text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface Column {
  readonly name: string;
  readonly field: Field;
}

/**
 * The columns in their order, or a sentence about an unusable header. An ignored column is null: so are those that only
 * the service fills, such as `created_at`, so that an exported table can be imported. */
function readHeader(
  cells: readonly string[],
  { category, map }: CsvOptions,
): Result<readonly (Column | null)[], string> {
  const known = knownColumns(category);
  const made = LOOKUP_TABLES.find((table) => table.name === CATEGORIES[category].table)?.columns ?? {};
  const columns: (Column | null)[] = [];
  for (const cell of cells) {
    const name = map.get(cell.trim()) ?? cell.trim();
    const field = known.get(name);
    if (name !== "" && field === undefined && !(name in made)) {
      const fix = `--map "${cell}=<field>" renames it, --map "${cell}=" leaves it out`;
      return err(`The column "${cell}" is no field of category ${category}; ${fix}.`);
    }
    if (field && columns.some((column) => column?.name === name)) return err(`Two columns fill "${name}".`);
    columns.push(field ? { name, field } : null);
  }
  const { idField } = CATEGORIES[category];
  return columns.some((column) => column?.name === idField)
    ? ok(columns)
    : err(`No column fills "${idField}".`);
}

function envelopeText(
  category: Category,
  columns: readonly (Column | null)[],
  cells: readonly string[],
): string {
  const members: string[] = [];
  let step = "create";
  let key = "";
  for (const [index, column] of columns.entries()) {
    const cell = cells[index]?.trim() ?? "";
    if (column === null || cell === "") continue;
    if (column.name === "step") step = cell;
    else if (column.name === "idempotency_key") key = `"idempotency_key":${JSON.stringify(cell)},`;
    else members.push(`${JSON.stringify(column.name)}:${cellJson(cell, column.field)}`);
  }
  const data = [`"step":${JSON.stringify(step)}`, ...members].join(",");
  return `{${key}"category":${JSON.stringify(category)},"data":{${data}}}`;
}

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
  readonly raw: string;
}

const malformed = (message: string) => refusedHere("malformed_csv", message);

/** The header of a CSV file, checked before anything is sent. */
export async function csvHeader(
  path: string,
  options: CsvOptions,
): Promise<Result<readonly (Column | null)[], string>> {
  const first = await firstLine(path);
  const parser = parse(first, { delimiter: delimiterOf(first), relax_quotes: true });
  for await (const cells of parser) return readHeader(cells as string[], options);
  return err("The file has no header row.");
}

/**
 * The rows of a CSV file as envelopes. An empty cell means that the field is not sent. The number of a row is that of
 * its first line.
 */
export async function* csvLines(path: string, file: number, options: CsvOptions): AsyncGenerator<SourceLine> {
  const header = await csvHeader(path, options);
  if (!header.ok) throw new Error(header.error);
  const skipped: SourceLine[] = [];
  let lastSkipped = 0;
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      delimiter: delimiterOf(await firstLine(path)),
      from_line: 2,
      info: true,
      raw: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: LINE_BYTES_MAX,
      skip_records_with_error: true,
      on_skip: (error: CsvError | undefined) => {
        const line = Number(error?.lines ?? 0);
        // One row can have several such errors: the first one counts.
        if (error === undefined || line === lastSkipped) return;
        lastSkipped = line;
        skipped.push({ file, line, refusal: malformed(error.message) });
      },
    }),
  );
  for await (const { record, info, raw } of parser as AsyncIterable<Row>) {
    yield* skipped.splice(0);
    if (record.every((cell) => cell.trim() === "")) continue;
    const line = info.lines - (raw.trim().match(/\n/g)?.length ?? 0);
    if (record.length !== header.value.length) {
      const message = `The row has ${record.length} cells, and the header ${header.value.length}.`;
      yield { file, line, refusal: malformed(message) };
    } else yield { file, line, text: envelopeText(options.category, header.value, record) };
  }
  yield* skipped;
}
