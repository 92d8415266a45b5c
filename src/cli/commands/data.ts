import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { LOOKUP_TABLE_NAMES, type LookupTableName } from "../../domain/core/lookup.ts";
import { CATEGORY_NAMES } from "../../domain/tape/categories.ts";
import type { ExportOptions } from "../export/export.ts";
import type { ImportOptions } from "../import/options.ts";
import type { SampleOptions } from "../sample/tape.ts";
import type { ServiceOptions } from "../service.ts";
import { dayOption, type Finish, wholeNumber, withService } from "./options.ts";

/** The commands that import and export data. */
export interface DataHandlers {
  readonly import: (options: ImportOptions) => Promise<number>;
  readonly sample: (options: SampleOptions) => Promise<number>;
  readonly export: (options: ExportOptions) => Promise<number>;
  readonly journal: (options: ServiceOptions) => Promise<number>;
}

export const DATA_HANDLERS: DataHandlers = {
  import: async (options) => (await import("../import/import.ts")).importFiles(options),
  sample: async (options) => (await import("../sample/sample.ts")).sample(options),
  export: async (options) => (await import("../export/export.ts")).exportTables(options),
  journal: async (options) => (await import("../export/journal.ts")).journal(options),
};

const LANES_MAX = 16;
const LOANS_MAX = 1_000_000;

function renaming(text: string, known: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [, column, field] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (column === undefined || field === undefined) {
    throw new InvalidArgumentError('It takes <column>=<field>, for example "Loan no=disbursement_id".');
  }
  return new Map([...known, [column.trim(), field.trim()]]);
}

const IMPORT_HELP = `
  npx loan-ledger sample --loans 100 | npx loan-ledger import -
  npx loan-ledger import tape.ndjson --dry-run
  npx loan-ledger import clients.csv --category client \\
    --map "Client no=client_id"

A line is one event: {"category", "data"}, with an "idempotency_key" of its own
or without one. The import sends clients first, then disbursements, then payments
and operations, and deletes last. A line whose client or disbursement was refused
is not sent (parent_refused).

The checkpoint records the stored lines: the same command continues where it
was stopped or killed, sends no line twice, and tries refused lines again.

Exit code 3: finished, but some lines were refused. The report names each of
them with its reason.`;

/** Adds `import`, `sample`, `export` and `journal`. */
export function addDataCommands(program: Command, handlers: DataHandlers, finish: Finish): void {
  for (const add of [addImport, addSample, addExport, addJournal]) add(program, handlers, finish);
}

function addImport(program: Command, handlers: DataHandlers, finish: Finish): void {
  withService(
    program
      .command("import")
      .summary("send files of events, each line once")
      .description("Sends files of events to the service, each line once, also when it is run again.")
      .argument("<files...>", "NDJSON, or CSV of one --category; - is standard input"),
  )
    .addOption(new Option("--category <name>", "category of the lines of CSV files").choices(CATEGORY_NAMES))
    .addOption(
      new Option("--map <column=field>", "field of a CSV column; empty to leave the column out")
        .argParser(renaming)
        .default(new Map(), "none"),
    )
    .option("--concurrency <number>", "number of batches in flight", wholeNumber(1, LANES_MAX), 4)
    .option("--checkpoint <path>", "record of stored lines (default: <file>.checkpoint)")
    .option("--report <path>", "report of refused lines (default: <file>.refused.ndjson)")
    .option("--in-order", "strict order of the files")
    .option("--dry-run", "local check of all lines, without sending")
    .addHelpText("after", IMPORT_HELP)
    .action(async (files: readonly string[], options: Omit<ImportOptions, "files">) => {
      const { url, token, category, map, concurrency, checkpoint, report } = options;
      const { inOrder = false, dryRun = false } = options;
      const rest = { checkpoint, report, inOrder, dryRun };
      finish(await handlers.import({ files, url, token, category, map, concurrency, ...rest }));
    });
}

function addSample(program: Command, handlers: DataHandlers, finish: Finish): void {
  program
    .command("sample")
    .summary("print a realistic tape to import")
    .description(
      "Prints a tape of loans and purchases as NDJSON: late and partial payments, extensions, write-offs,\n" +
        "defaults. The same options print the same tape.",
    )
    .option("--loans <number>", "number of disbursements", wholeNumber(1, LOANS_MAX), 100)
    .option("--seed <number>", "random seed", wholeNumber(0, 2 ** 31), 1)
    .addOption(
      new Option("--as-of <day>", "last day of the tape")
        .argParser(dayOption)
        .default(new Date().toISOString().slice(0, 10), "today"),
    )
    .addHelpText("after", "\n  npx loan-ledger sample --loans 100 | npx loan-ledger import -")
    .action(async ({ loans, seed, asOf }: SampleOptions) =>
      finish(await handlers.sample({ loans, seed, asOf })),
    );
}

function addExport(program: Command, handlers: DataHandlers, finish: Finish): void {
  withService(
    program
      .command("export")
      .summary("write whole tables as NDJSON or CSV")
      .description("Writes whole tables, numbers digit by digit, in the order of their creation.")
      .addArgument(new Argument("<tables...>", "tables to export").choices(LOOKUP_TABLE_NAMES)),
  )
    .addOption(new Option("--format <name>", "output format").choices(["ndjson", "csv"]).default("ndjson"))
    .option("--out <folder>", "folder for one file per table (default: standard output)")
    .option("--excel-safe", "CSV with an apostrophe before texts that look like formulas")
    .addHelpText(
      "after",
      `
  npx loan-ledger export events > tape.ndjson      what import takes: use it with
  npx loan-ledger import --in-order tape.ndjson    --in-order, for another tenant
  npx loan-ledger export clients payments --format csv --out tables

Exported records are the records of today. Their past is in the events.`,
    )
    .action(
      async (
        tables: readonly LookupTableName[],
        { url, token, format, out, excelSafe = false }: Omit<ExportOptions, "tables">,
      ) => finish(await handlers.export({ tables, url, token, format, out, excelSafe })),
    );
}

function addJournal(program: Command, handlers: DataHandlers, finish: Finish): void {
  withService(
    program
      .command("journal")
      .summary("print the ledger's journal for hledger")
      .description("Prints the tenant's whole journal in the text format of hledger."),
  )
    .addHelpText("after", "\n  npx loan-ledger journal | hledger -f - balance")
    .action(async ({ url, token }: ServiceOptions) => finish(await handlers.journal({ url, token })));
}
