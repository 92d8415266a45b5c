import { type Command, Option } from "commander";
import type { BookkeepingOptions, ProofOptions, SwitchOptions } from "../books/bookkeeping.ts";
import type { CloseOptions } from "../books/close.ts";
import { dayOption, type Finish, jsonOption, withService } from "./options.ts";

/** The commands of the books that come from the records. */
export interface BooksHandlers {
  readonly bookkeepingStatus: (options: BookkeepingOptions) => Promise<number>;
  readonly switchBookkeeping: (options: SwitchOptions) => Promise<number>;
  readonly proveBookkeeping: (options: ProofOptions) => Promise<number>;
  readonly closePeriod: (options: CloseOptions) => Promise<number>;
}

export const BOOKS_HANDLERS: BooksHandlers = {
  bookkeepingStatus: async (options) => (await import("../books/bookkeeping.ts")).bookkeepingStatus(options),
  switchBookkeeping: async (options) => (await import("../books/bookkeeping.ts")).switchBookkeeping(options),
  proveBookkeeping: async (options) => (await import("../books/bookkeeping.ts")).proveBookkeeping(options),
  closePeriod: async (options) => (await import("../books/close.ts")).closePeriod(options),
};

/** Adds `bookkeeping on|off|status|proof` and `close`. */
export function addBooksCommands(program: Command, handlers: BooksHandlers, finish: Finish): void {
  addBookkeeping(program, handlers, finish);
  addClose(program, handlers, finish);
}

function addClose(program: Command, handlers: BooksHandlers, finish: Finish): void {
  withService(
    program
      .command("close")
      .summary("close a month of the books and write what an accountant takes away")
      .description(
        "Prints what is unfinished, asks, closes the books through the end of a month, and writes the trial balance, " +
          "the journal, the summary and late entries as CSV.",
      )
      .addOption(
        new Option("--through <day>", "last day of a month").argParser(dayOption).makeOptionMandatory(),
      )
      .requiredOption("--out <folder>", "folder for the files"),
  )
    .option("--yes", "close without a question")
    .addHelpText(
      "after",
      `
  npx loan-ledger close --through 2026-10-31 --out books

A closed month stays as it is (docs/ledger.md). The same command again writes
the files again. The token needs hpts:closing:write and hpts:ledger:read.`,
    )
    .action(async ({ url, token, through, out, yes = false }: CloseOptions) =>
      finish(await handlers.closePeriod({ url, token, through, out, yes })),
    );
}

function addBookkeeping(program: Command, handlers: BooksHandlers, finish: Finish): void {
  const books = program
    .command("bookkeeping")
    .summary("switch the books of records on or off, or compare them")
    .description("Switches the books of records on or off, and compares them with the records.")
    .helpCommand(false)
    .addHelpText("after", "\nWhat it does: docs/bookkeeping.md");
  addSwitches(books, handlers, finish);
  withService(
    books.command("status").description("Shows whether bookkeeping is on, and how far the opening is."),
  )
    .addOption(jsonOption())
    .action(async ({ url, token, json = false }: BookkeepingOptions) =>
      finish(await handlers.bookkeepingStatus({ url, token, json })),
    );
  withService(
    books
      .command("proof")
      .description("Compares records and books, disbursement by disbursement. Exit code 3: they differ."),
  )
    .addOption(new Option("--as-of <day>", "day of the comparison (default: today)").argParser(dayOption))
    .addOption(jsonOption())
    .action(async ({ url, token, asOf, json = false }: ProofOptions) =>
      finish(await handlers.proveBookkeeping({ url, token, asOf, json })),
    );
}

function addSwitches(books: Command, handlers: BooksHandlers, finish: Finish): void {
  withService(
    books
      .command("on")
      .description("Posts the journal entries of all records, those of today and those to come.")
      .option("--bank <name>", "bank account from which disbursements are settled (default: main)"),
  )
    .addOption(
      new Option("--settle <how>", "who posts that a disbursement's money left the bank")
        .choices(["by_hand", "on_disbursement"])
        .default("by_hand"),
    )
    .addOption(jsonOption())
    .action(async ({ url, token, settle, bank, json = false }: SwitchOptions) =>
      finish(await handlers.switchBookkeeping({ mode: "records", settle, bank, url, token, json })),
    );
  withService(
    books
      .command("off")
      .description("Posts no entries for records from now on. Entries that are posted stay."),
  )
    .addOption(jsonOption())
    .action(async ({ url, token, json = false }: BookkeepingOptions) =>
      finish(await handlers.switchBookkeeping({ mode: "off", url, token, json })),
    );
}
