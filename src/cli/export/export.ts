import { createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { csvLine } from "../../contract/csv.ts";
import { stringifyJson } from "../../contract/json.ts";
import { LOOKUP_TABLES } from "../../contract/lookup/tables.ts";
import type { LookupTableName } from "../../domain/core/lookup.ts";
import { isCategory } from "../../domain/tape/categories.ts";
import { type CommandFailure, EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { type ExportedRow, rowsOf } from "./rows.ts";

export interface ExportOptions extends ServiceOptions {
  readonly tables: readonly LookupTableName[];
  readonly format: "csv" | "ndjson";
  /** A folder that gets a file for each table; undefined means standard output. */
  readonly out: string | undefined;
  /** Prevents spreadsheets from reading a text as a formula. */
  readonly excelSafe: boolean;
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
  try {
    if (options.out !== undefined) await mkdir(options.out, { recursive: true });
    for (const table of options.tables) await write(service.value, table, options);
    return EXIT.done;
  } catch (error) {
    if (error instanceof ExportError) return report(error.failure);
    throw error;
  }
}

async function write(service: Service, table: LookupTableName, options: ExportOptions): Promise<void> {
  const lines = Readable.from(textOf(service, table, options));
  if (options.out === undefined) return pipeline(lines, process.stdout, { end: false });
  const path = join(options.out, `${table}.${options.format}`);
  // Only a complete file gets its final name.
  await pipeline(lines, createWriteStream(`${path}.partial`));
  await rename(`${path}.partial`, path);
  console.error(`Wrote ${path}`);
}

async function* textOf(
  service: Service,
  table: LookupTableName,
  options: ExportOptions,
): AsyncGenerator<string> {
  const { format, excelSafe } = options;
  const columns = Object.keys(LOOKUP_TABLES.find(({ name }) => name === table)?.columns ?? {});
  if (format === "csv") yield csvLine(columns, excelSafe);
  let postings = 0;
  for await (const row of rowsOf(service, table)) {
    if (!row.ok) throw new ExportError(row.error);
    if (format === "csv") {
      yield csvLine(
        columns.map((name) => row.value[name]),
        excelSafe,
      );
    } else if (table !== "events") yield `${stringifyJson(row.value)}\n`;
    else if (isCategory(row.value.category)) yield `${stringifyJson(envelopeOf(row.value))}\n`;
    else postings += 1;
  }
  if (postings > 0)
    console.error(`Left out ${postings} ledger postings: "loan-ledger journal" exports them.`);
}

/** An event as `import` takes it. */
const envelopeOf = ({ idempotency_key, category, data }: ExportedRow): ExportedRow => ({
  idempotency_key,
  category,
  data,
});
