import { type Command, InvalidArgumentError } from "commander";
import type { ImportOptions } from "../import/options.ts";
import type { MapOptions } from "../map/map.ts";
import type { TieOutOptions } from "../tie-out/tie-out.ts";
import { dayOption, type Finish, wholeNumber, withService } from "./options.ts";
import { readingOptions, withNotation, withScheme } from "./reading.ts";

/** The commands that read tables. */
export interface TapeHandlers {
  readonly import: (options: ImportOptions) => Promise<number>;
  readonly map: (options: MapOptions) => Promise<number>;
  readonly tieOut: (options: TieOutOptions) => Promise<number>;
}

const LANES_MAX = 16;

const IMPORT_HELP = `
  npx loan-ledger sample --loans 100 | npx loan-ledger import -
  npx loan-ledger import tape.ndjson --dry-run
  npx loan-ledger import clients.csv --category client \\
    --map "Client no=client_id"

A line is one event: {"category", "data"}, with an "idempotency_key" of its own
or without one; a line of an export has its "key_hash". The import sends
clients first, then disbursements, then payments and operations, and deletes
last. A line whose client or disbursement was refused is not sent
(parent_refused).

The checkpoint records the stored lines: the same command continues where it
was stopped or killed, sends no line twice, and tries refused lines again.

Exit code 3: finished, but some lines were refused. The report names each of
them with its reason.`;

/** Adds `import`. */
export function addImport(program: Command, handlers: Pick<TapeHandlers, "import">, finish: Finish): void {
  const command = withService(
    program
      .command("import")
      .summary("send files of events, each line once")
      .description("Sends files of events to the service, each line once, also when it is run again.")
      .argument(
        "<files...>",
        "NDJSON, or tables (CSV, .xlsx) of one --category or by a --mapping; - is standard input",
      ),
  );
  withNotation(withScheme(command, true))
    .option("--upsert", "update of records that exist, with what the file says differently")
    .option("--concurrency <number>", "number of batches in flight", wholeNumber(1, LANES_MAX), 4)
    .option("--checkpoint <path>", "record of stored lines (default: <file>[.<category>].checkpoint)")
    .option("--report <path>", "report of refused lines (default: <file>.refused.ndjson)")
    .option("--in-order", "strict order of the files")
    .option("--dry-run", "local check of all lines, without sending")
    .addHelpText("after", IMPORT_HELP)
    .action(async (files: readonly string[], options: Omit<ImportOptions, "files">) => {
      const { url, token, concurrency, checkpoint, report } = options;
      const { inOrder = false, dryRun = false, upsert = false } = options;
      const rest = { checkpoint, report, inOrder, dryRun, upsert };
      finish(await handlers.import({ files, url, token, concurrency, ...readingOptions(options), ...rest }));
    });
}

/** Adds `map`. */
export function addMap(program: Command, handlers: Pick<TapeHandlers, "map">, finish: Finish): void {
  withNotation(
    program
      .command("map")
      .summary("write a first mapping for a table")
      .description(
        "Writes a first mapping from the header and the first rows of a table. Shows the first rows as events, " +
          "and names what is missing, on standard error.",
      )
      .argument("<file>", "CSV or .xlsx; - is standard input"),
  )
    .option("--out <path>", "file of the mapping (default: standard output)")
    .addHelpText(
      "after",
      `
  npx loan-ledger map tape.xlsx --out tape.json
  npx loan-ledger import tape.xlsx --mapping tape.json --dry-run`,
    )
    .action(async (file: string, options: Omit<MapOptions, "file">) =>
      finish(await handlers.map({ file, out: options.out, ...readingOptions(options) })),
    );
}

function amount(text: string): string {
  if (/^\d{1,18}(?:\.\d{1,9})?$/.test(text)) return text;
  throw new InvalidArgumentError("It takes an amount such as 0.05.");
}

/** Adds `tie-out`. */
export function addTieOut(program: Command, handlers: Pick<TapeHandlers, "tieOut">, finish: Finish): void {
  const command = withService(
    program
      .command("tie-out")
      .summary("compare a seller's figures with the positions")
      .description(
        "Compares the columns outstanding (principal), days_past_due, arrears and state of a table, beside " +
          "disbursement_id, or what tie_out of a mapping names, with the positions. Prints the differences as CSV: " +
          "ours less theirs.",
      )
      .argument("<file>", "CSV or .xlsx; - is standard input"),
  );
  withNotation(withScheme(command, false))
    .requiredOption("--as-of <day>", "day of the figures", dayOption)
    .option("--tolerance <amount>", "amounts that differ by no more are equal", amount, "0")
    .option("--all", "loans that the file lacks, too")
    .addHelpText(
      "after",
      `
  npx loan-ledger tie-out tape.csv --as-of 2026-06-30 --tolerance 0.05
  npx loan-ledger tie-out tape.xlsx --mapping tape.json --as-of 2026-06-30

Exit code 0: nothing differs. 3: something differs.`,
    )
    .action(async (file: string, options: Omit<TieOutOptions, "file">) => {
      const { url, token, asOf, tolerance, all = false } = options;
      finish(await handlers.tieOut({ file, url, token, asOf, tolerance, all, ...readingOptions(options) }));
    });
}
