import { type Command, Option } from "commander";
import { ERASURE_REASONS, type ErasureReason } from "../../domain/erasure/erasure.ts";
import type { PersonEraseOptions } from "../person/erase.ts";
import type { PersonShowOptions } from "../person/show.ts";
import { dayOption, type Finish, withService } from "./options.ts";

/** The commands about one person's data. */
export interface PersonHandlers {
  readonly personShow: (options: PersonShowOptions) => Promise<number>;
  readonly personErase: (options: PersonEraseOptions) => Promise<number>;
}

export const PERSON_HANDLERS: PersonHandlers = {
  personShow: async (options) => (await import("../person/show.ts")).showPerson(options),
  personErase: async (options) => (await import("../person/erase.ts")).erasePerson(options),
};

/** Adds `person show` and `person erase`. */
export function addPersonCommands(program: Command, handlers: PersonHandlers, finish: Finish): void {
  const person = program
    .command("person")
    .helpCommand(false)
    .summary("show or erase what is stored about a client")
    .description("Shows or erases what is stored about a client.");
  addShow(person, handlers, finish);
  addErase(person, handlers, finish);
}

function addShow(person: Command, handlers: PersonHandlers, finish: Finish): void {
  withService(
    person
      .command("show")
      .summary("print all that is stored about a client")
      .description(
        "Prints all that is stored about a client as one JSON object: records, history, journal entries, and " +
          "the events of the log. Reads the whole log.",
      )
      .argument("<client>", "client_id"),
  )
    .addHelpText("after", "\n  npx loan-ledger person show C-1 > C-1.json")
    .action(async (client_id: string, { url, token }: PersonShowOptions) =>
      finish(await handlers.personShow({ client_id, url, token })),
    );
}

interface EraseArguments {
  readonly url: string;
  readonly token: string | undefined;
  readonly reason?: ErasureReason;
  readonly repaidBefore?: string;
  readonly dryRun?: boolean;
}

function addErase(person: Command, handlers: PersonHandlers, finish: Finish): void {
  withService(
    person
      .command("erase")
      .summary("erase a client, or all who were repaid before a day")
      .description(
        "Erases what is about a client, and waits until it is done. With --repaid-before, begins to erase " +
          "each client with at least one disbursement, all of them repaid, whose last receipt came before that " +
          "day. A client who is refused stops no other.",
      )
      .argument("[client]", "client_id"),
  )
    .addOption(
      new Option("--reason <reason>", "reason (default: request; with --repaid-before: retention)").choices(
        ERASURE_REASONS,
      ),
    )
    .addOption(
      new Option("--repaid-before <day>", "day before which the last receipt came").argParser(dayOption),
    )
    .option("--dry-run", "list of those whom --repaid-before finds, without erasing them")
    .addHelpText(
      "after",
      `
  npx loan-ledger person erase C-1
  npx loan-ledger person erase --repaid-before 2016-01-01 --dry-run

Exit code 3: finished, but some clients were refused. Each is named with its
reason. What an erasure reaches: docs/privacy.md`,
    )
    .action(async (client_id: string | undefined, options: EraseArguments, command: Command) => {
      const { url, token, repaidBefore, dryRun = false } = options;
      if ((client_id === undefined) === (repaidBefore === undefined)) {
        command.error("error: name either a client or --repaid-before");
      }
      if (client_id !== undefined && dryRun) command.error("error: --dry-run needs --repaid-before");
      const { reason = client_id === undefined ? "retention" : "request" } = options;
      const whom = client_id === undefined ? { repaidBefore: repaidBefore ?? "", dryRun } : { client_id };
      finish(await handlers.personErase({ url, token, reason, whom }));
    });
}
