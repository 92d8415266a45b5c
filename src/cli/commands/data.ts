import { Argument, type Command, Option } from "commander";
import { LOOKUP_TABLE_NAMES } from "../../domain/core/lookup.ts";
import type { ExportOptions } from "../export/export.ts";
import type { JournalOptions } from "../export/journal.ts";
import type { SampleOptions } from "../sample/tape.ts";
import { dayOption, type Finish, wholeNumber, withService } from "./options.ts";
import { addImport, addMap, addTieOut, type TapeHandlers } from "./tapes.ts";

/** The commands that import and export data. */
export interface DataHandlers extends TapeHandlers {
  readonly sample: (options: SampleOptions) => Promise<number>;
  readonly export: (options: ExportOptions) => Promise<number>;
  readonly journal: (options: JournalOptions) => Promise<number>;
}

export const DATA_HANDLERS: DataHandlers = {
  import: async (options) => (await import("../import/import.ts")).importFiles(options),
  map: async (options) => (await import("../map/map.ts")).writeMapping(options),
  tieOut: async (options) => (await import("../tie-out/tie-out.ts")).tieOut(options),
  sample: async (options) => (await import("../sample/sample.ts")).sample(options),
  export: async (options) => (await import("../export/export.ts")).exportTables(options),
  journal: async (options) => (await import("../export/journal.ts")).journal(options),
};

const LOANS_MAX = 1_000_000;

/** Adds `import`, `map`, `tie-out`, `sample`, `export` and `journal`. */
export function addDataCommands(program: Command, handlers: DataHandlers, finish: Finish): void {
  for (const add of [addImport, addMap, addTieOut, addSample, addExport, addJournal])
    add(program, handlers, finish);
}

function addSample(program: Command, handlers: DataHandlers, finish: Finish): void {
  program
    .command("sample")
    .summary("print a realistic tape to import")
    .description(
      "Prints a tape of loans and purchases as NDJSON: late and partial payments, extensions, write-offs, " +
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
      .summary("write whole tables, or positions, as NDJSON or CSV")
      .description("Writes whole tables, numbers digit by digit, in the order of their creation.")
      .addArgument(
        new Argument("<tables...>", "tables to export").choices([...LOOKUP_TABLE_NAMES, "positions"]),
      ),
  )
    .addOption(new Option("--format <name>", "output format").choices(["ndjson", "csv"]).default("ndjson"))
    .option("--out <folder>", "folder for one file per table (default: standard output)")
    .option("--excel-safe", "CSV with an apostrophe before texts that look like formulas")
    .option("--excel", "CSV for a spreadsheet: --excel-safe, and a byte order mark")
    .addOption(new Option("--as-of <day>", "day of positions (default: today)").argParser(dayOption))
    .addHelpText(
      "after",
      `
  npx loan-ledger export events > tape.ndjson
  npx loan-ledger import --in-order tape.ndjson    # for another tenant
  npx loan-ledger export clients payments --format csv --out tables
  npx loan-ledger export positions --as-of 2026-06-30 --format csv --excel

Exported records are the records of today. Their past is in the events. import
takes exported tables too.`,
    )
    .action(async (tables: ExportOptions["tables"], options: Omit<ExportOptions, "tables">) => {
      const { url, token, format, out, excelSafe = false, excel = false, asOf } = options;
      finish(await handlers.export({ tables, url, token, format, out, excelSafe, excel, asOf }));
    });
}

function addJournal(program: Command, handlers: DataHandlers, finish: Finish): void {
  withService(
    program
      .command("journal")
      .summary("print the ledger's journal as plain-text books or CSV")
      .description(
        "Prints the tenant's journal, or that of some days: for hledger or beancount, as CSV of its lines, or as CSV " +
          "of what each month debits and credits.",
      ),
  )
    .addOption(
      new Option("--format <name>", "output format")
        .choices(["hledger", "beancount", "csv", "summary-csv"])
        .default("hledger"),
    )
    .addOption(new Option("--from <day>", "first day").argParser(dayOption))
    .addOption(new Option("--to <day>", "last day").argParser(dayOption))
    .addHelpText("after", "\n  npx loan-ledger journal | hledger -f - balance")
    .action(async ({ url, token, format, from, to }: JournalOptions) =>
      finish(await handlers.journal({ url, token, format, from, to })),
    );
}
