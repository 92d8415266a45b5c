import { createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { csvLine, flat } from "../../contract/csv.ts";
import { stringifyJson } from "../../contract/json.ts";
import { LOOKUP_TABLES } from "../../contract/lookup/tables.ts";
import { POSITION_COLUMNS } from "../../contract/position/csv.ts";
import type { LookupTableName } from "../../domain/core/lookup.ts";
import type { Result } from "../../domain/core/result.ts";
import { eventKind, isOfRecords } from "../../domain/event-kinds.ts";
import { type CommandFailure, EXIT, report, wrongUsage } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { type ExportedRow, positionRows, rowsOf } from "./rows.ts";

/** What can be exported: tables, and positions, which are computed. */
type ExportName = LookupTableName | "positions";

const BYTE_ORDER_MARK = "\uFEFF";

export interface ExportOptions extends ServiceOptions {
  readonly tables: readonly ExportName[];
  readonly format: "csv" | "ndjson";
  /** A folder that gets a file for each table; undefined means standard output. */
  readonly out: string | undefined;
  /** Prevents spreadsheets from reading a text as a formula. */
  readonly excelSafe: boolean;
  /** For a spreadsheet: as `excelSafe`, and with the byte order mark by which it knows UTF-8. */
  readonly excel: boolean;
  /** The day of positions; undefined means today. */
  readonly asOf: string | undefined;
}

/** Carries a failure out of a stream. */
class ExportError extends Error {
  readonly failure: CommandFailure;

  constructor(failure: CommandFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Writes whole tables. Resolves with the exit code. */
export async function exportTables(options: ExportOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  if (options.excel && options.format !== "csv") return report(wrongUsage("--excel is for --format csv."));
  try {
    if (options.out !== undefined) await mkdir(options.out, { recursive: true });
    for (const table of options.tables) await write(service.value, table, options);
    return EXIT.done;
  } catch (error) {
    if (error instanceof ExportError) return report(error.failure);
    throw error;
  }
}

async function write(service: Service, table: ExportName, options: ExportOptions): Promise<void> {
  const lines = Readable.from(textOf(service, table, options));
  if (options.out === undefined) return pipeline(lines, process.stdout, { end: false });
  const path = join(options.out, `${table}.${options.format}`);
  // Only a complete file gets its final name.
  await pipeline(lines, createWriteStream(`${path}.partial`));
  await rename(`${path}.partial`, path);
  console.error(`Wrote ${path}`);
}

interface Content {
  readonly columns: readonly string[];
  readonly rows: AsyncGenerator<Result<ExportedRow, CommandFailure>>;
}

/** The columns and the rows of a table. */
function contentOf(service: Service, table: ExportName, { asOf }: ExportOptions): Content {
  if (table === "positions") return { columns: POSITION_COLUMNS, rows: positionRows(service, asOf) };
  const columns = Object.keys(LOOKUP_TABLES.find(({ name }) => name === table)?.columns ?? {});
  return { columns, rows: rowsOf(service, table) };
}

/** The tenant whose keys an export of events has the hashes of. */
async function tenantOf(service: Service): Promise<string> {
  const caller = await service.whoAmI();
  if (!caller.ok) throw new ExportError(caller.error);
  return caller.value.tenant_id;
}

async function* textOf(service: Service, table: ExportName, options: ExportOptions): AsyncGenerator<string> {
  const { format, excel } = options;
  const guarded = excel || options.excelSafe;
  const { columns, rows } = contentOf(service, table, options);
  if (format === "csv") yield `${excel ? BYTE_ORDER_MARK : ""}${csvLine(columns, guarded)}`;
  const tenant = table === "events" ? await tenantOf(service) : "";
  let postings = 0;
  for await (const row of rows) {
    if (!row.ok) throw new ExportError(row.error);
    if (format === "csv") {
      const cells = table === "positions" ? flat(row.value) : row.value;
      yield csvLine(
        columns.map((name) => cells[name]),
        guarded,
      );
    } else if (table !== "events") yield `${stringifyJson(row.value)}\n`;
    else if (isPosting(row.value)) postings += 1;
    else yield `${stringifyJson(lineOf(tenant, row.value))}\n`;
  }
  if (postings > 0)
    console.error(`Left out ${postings} ledger postings: "loan-ledger journal" exports them.`);
}

/** An event whose entries only the journal tells. */
const isPosting = ({ category, step }: ExportedRow): boolean =>
  eventKind(String(category), String(step))?.webhook === null;

/** An event as `import` takes it, or, with its step, an event of the service itself, which `import` skips. */
function lineOf(tenant_id: string, { key_hash, category, step, id, data }: ExportedRow): ExportedRow {
  const isEnvelope = isOfRecords(String(category), String(step));
  return { tenant_id, key_hash, category, ...(isEnvelope ? {} : { step, id }), data };
}
