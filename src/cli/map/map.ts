import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { mapping as mappingFile } from "../../contract/tape/mapping.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, EXIT, report } from "../failure.ts";
import type { TableCell } from "../import/cell.ts";
import { mappingPlan } from "../import/mapping/compile.ts";
import { eventsOf } from "../import/mapping/plan.ts";
import type { ReadingOptions } from "../import/options.ts";
import { readingOf } from "../import/scheme.ts";
import { oneTable, reading } from "../import/source.ts";
import type { HeaderColumn } from "../import/table/header.ts";
import { dateFormat } from "../import/values/date.ts";
import { type Guess, Guesser } from "./guess.ts";

export interface MapOptions extends ReadingOptions {
  readonly file: string;
  /** A path; undefined means standard output. */
  readonly out: string | undefined;
}

const ROWS_MAX = 200;
const ROWS_SHOWN = 2;

interface Sample {
  readonly header: readonly HeaderColumn[];
  readonly rows: readonly (readonly TableCell[])[];
}

/** Writes a first mapping for a table. Resolves with the exit code. */
export async function writeMapping(options: MapOptions): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), "loan-ledger-map-"));
  try {
    const read = await reading(() => sampleOf(options, scratch));
    const sample = read.ok ? read.value : read;
    if (!sample.ok) return report(sample.error);
    const { header, rows } = sample.value;
    const columns = header.map(({ name }, index) => ({ name, cells: rows.map((row) => row[index] ?? "") }));
    const guess = new Guesser(columns).guess(nameOf(options.file));
    const written = { ...fromOptions(options), ...guess.mapping };
    const text = `${JSON.stringify(written, null, 2)}\n`;
    if (options.out === undefined) process.stdout.write(text);
    else await writeFile(options.out, text);
    explain(guess, sample.value);
    return EXIT.done;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What the command line says of the file belongs to the mapping. */
const fromOptions = ({ encoding, delimiter, columns }: MapOptions) => ({
  ...(encoding !== undefined && { encoding }),
  ...(delimiter !== undefined && { delimiter }),
  ...(columns !== undefined && { columns }),
});

const nameOf = (file: string): string =>
  basename(file)
    .replace(/\..*$/, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 64) || "tape";

/** The header and the first rows. Throws `Unreadable`. */
async function sampleOf(options: MapOptions, scratch: string): Promise<Result<Sample, CommandFailure>> {
  const how = await readingOf({ ...options, mapping: undefined, category: undefined });
  if (!how.ok) return how;
  const table = await oneTable(options.file, how.value.files, scratch);
  if (!table.ok) return table;
  const rows: (readonly TableCell[])[] = [];
  for await (const row of table.value.rows) {
    if ("cells" in row) rows.push(row.cells);
    if (rows.length === ROWS_MAX) break;
  }
  return ok({ header: table.value.header, rows });
}

/** Shows the first rows as events, and what a person must decide. */
function explain({ mapping, missing }: Guess, { header, rows }: Sample): void {
  if (mapping.events.length === 0) {
    console.error('No column seems to hold a loan, a client or a payment: fill in "events" by hand.');
    return;
  }
  const parsed = mappingFile.safeParse(mapping);
  const { decimal, date_format } = mapping as { readonly decimal?: "." | ","; readonly date_format?: string };
  const date = date_format === undefined ? null : dateFormat(date_format);
  const plan = parsed.success
    ? mappingPlan(parsed.data, header, { decimal: decimal ?? null, date, style: "plain" })
    : err("");
  if (plan.ok) {
    for (const [index, row] of rows.slice(0, ROWS_SHOWN).entries()) {
      const made = eventsOf(plan.value, row, () => null);
      console.error(`Row ${index + 1} becomes:`);
      if ("events" in made) for (const { text } of made.events) console.error(`  ${text}`);
      else for (const { field, message } of made.flaw.errors) console.error(`  refused: ${field} ${message}`);
    }
  }
  if (missing.length > 0) console.error("To decide:");
  for (const line of missing) console.error(`  ${line}`);
}
