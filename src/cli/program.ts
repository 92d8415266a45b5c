import { Command, CommanderError } from "commander";
import packageFile from "../../package.json" with { type: "json" };
import { AUDIT_HANDLERS, type AuditHandlers, addAuditCommands } from "./commands/audit.ts";
import { addBooksCommands, BOOKS_HANDLERS, type BooksHandlers } from "./commands/books.ts";
import { addDataCommands, DATA_HANDLERS, type DataHandlers } from "./commands/data.ts";
import { addLocalCommands, LOCAL_HANDLERS, type LocalHandlers } from "./commands/local.ts";
import { addOperateCommands, OPERATE_HANDLERS, type OperateHandlers } from "./commands/operate.ts";
import type { Finish } from "./commands/options.ts";
import { addPersonCommands, PERSON_HANDLERS, type PersonHandlers } from "./commands/person.ts";
import { addReadCommands, READ_HANDLERS, type ReadHandlers } from "./commands/read.ts";
import { addReportCommands, REPORT_HANDLERS, type ReportHandlers } from "./commands/reports.ts";
import { addWebhookCommands, WEBHOOK_HANDLERS, type WebhookHandlers } from "./commands/webhooks.ts";
import { EXIT } from "./failure.ts";

/** The handler of each command: gets checked options and resolves with the exit code. */
export type Handlers = LocalHandlers &
  DataHandlers &
  ReadHandlers &
  ReportHandlers &
  BooksHandlers &
  WebhookHandlers &
  AuditHandlers &
  PersonHandlers &
  OperateHandlers;

const HANDLERS: Handlers = {
  ...LOCAL_HANDLERS,
  ...DATA_HANDLERS,
  ...READ_HANDLERS,
  ...REPORT_HANDLERS,
  ...BOOKS_HANDLERS,
  ...WEBHOOK_HANDLERS,
  ...AUDIT_HANDLERS,
  ...PERSON_HANDLERS,
  ...OPERATE_HANDLERS,
};

const EPILOGUE = `
Exit codes: 0 done; 1 stopped; 2 wrong usage; 3 finished, but some lines were
refused. "loan-ledger <command> --help" explains one command.`;

/** The whole command line. `finish` gets the exit code of the command that ran. */
function buildProgram(handlers: Handlers, finish: Finish): Command {
  const program = new Command("loan-ledger")
    .description("Runs, fills and reads a Loan Ledger.")
    .version(packageFile.version)
    .exitOverride()
    .showHelpAfterError("(--help explains the options.)")
    .helpCommand(false)
    .hook("preAction", (_, action) => {
      if (action.name() !== "dev") endWithReader();
    })
    .addHelpText("after", EPILOGUE);
  addLocalCommands(program, handlers, finish);
  addDataCommands(program, handlers, finish);
  addReadCommands(program, handlers, finish);
  addReportCommands(program, handlers, finish);
  addBooksCommands(program, handlers, finish);
  addWebhookCommands(program, handlers, finish);
  addAuditCommands(program, handlers, finish);
  addPersonCommands(program, handlers, finish);
  addOperateCommands(program, handlers, finish);
  return program;
}

/** Ends quietly when the reader of the output closes the pipe, as in `… | head`. */
function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(EXIT.done);
  });
}

/** Runs one command line, without the program's name. Resolves with the exit code. */
export async function run(argv: readonly string[], handlers: Handlers = HANDLERS): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = buildProgram(handlers, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
}
