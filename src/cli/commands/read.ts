import { type Command, Option } from "commander";
import type { ListenOptions } from "../listen/listen.ts";
import type { PortfolioOptions } from "../read/portfolio.ts";
import type { PositionsOptions } from "../read/positions.ts";
import type { ShowOptions } from "../read/show.ts";
import type { StatementOptions } from "../read/statement.ts";
import type { ServiceOptions } from "../service.ts";
import { dayOption, type Finish, port, wholeNumber, withService } from "./options.ts";

/** The commands that show data. */
export interface ReadHandlers {
  readonly show: (options: ShowOptions) => Promise<number>;
  readonly portfolio: (options: PortfolioOptions) => Promise<number>;
  readonly positions: (options: PositionsOptions) => Promise<number>;
  readonly statement: (options: StatementOptions) => Promise<number>;
  readonly listen: (options: ListenOptions) => Promise<number>;
  readonly whoAmI: (options: ServiceOptions) => Promise<number>;
}

export const READ_HANDLERS: ReadHandlers = {
  show: async (options) => (await import("../read/show.ts")).show(options),
  portfolio: async (options) => (await import("../read/portfolio.ts")).showPortfolio(options),
  positions: async (options) => (await import("../read/positions.ts")).showPositions(options),
  statement: async (options) => (await import("../read/statement.ts")).showStatement(options),
  listen: async (options) => (await import("../listen/listen.ts")).listen(options),
  whoAmI: async (options) => (await import("../read/whoami.ts")).whoAmI(options),
};

const LATE_MAX = 200;

const asOf = () =>
  new Option("--as-of <day>", "day of the figures (default: today in the tenant's time zone)").argParser(
    dayOption,
  );

/** Adds `portfolio`, `positions`, `show`, `statement`, `listen` and `whoami`. */
export function addReadCommands(program: Command, handlers: ReadHandlers, finish: Finish): void {
  for (const add of [addPortfolio, addPositions, addShow, addStatement, addListen, addWhoAmI])
    add(program, handlers, finish);
}

function addPortfolio(program: Command, handlers: ReadHandlers, finish: Finish): void {
  withService(
    program
      .command("portfolio")
      .summary("show the portfolio by currency, and what is late")
      .description("Shows outstanding, arrears and days past due by currency, and the latest payers."),
  )
    .addOption(asOf())
    .option("--late <number>", "number of late disbursements to list", wholeNumber(1, LATE_MAX), 15)
    .addHelpText("after", "\n  npx loan-ledger portfolio --as-of 2026-06-30")
    .action(async ({ url, token, asOf, late }: PortfolioOptions) =>
      finish(await handlers.portfolio({ url, token, asOf, late })),
    );
}

function addPositions(program: Command, handlers: ReadHandlers, finish: Finish): void {
  withService(
    program
      .command("positions")
      .summary("show what became late since a day, and what is late no more")
      .description(
        "Shows the disbursements whose state or bucket has changed since a day, with what they were.",
      ),
  )
    .addOption(
      new Option("--changed-since <day>", "day to compare with").argParser(dayOption).makeOptionMandatory(),
    )
    .addOption(asOf())
    .addHelpText("after", "\n  npx loan-ledger positions --changed-since 2026-06-29")
    .action(async ({ url, token, asOf, changedSince }: PositionsOptions) =>
      finish(await handlers.positions({ url, token, asOf, changedSince })),
    );
}

function addShow(program: Command, handlers: ReadHandlers, finish: Finish): void {
  withService(
    program
      .command("show")
      .summary("show one disbursement")
      .description(
        "Shows one disbursement: state, terms and their changes, schedule against received, arrears.",
      )
      .argument("<id>", "disbursement_id"),
  )
    .addOption(asOf())
    .addHelpText("after", "\n  npx loan-ledger show DSB-0001")
    .action(async (id: string, { url, token, asOf }: ShowOptions) =>
      finish(await handlers.show({ id, url, token, asOf })),
    );
}

function addStatement(program: Command, handlers: ReadHandlers, finish: Finish): void {
  withService(
    program
      .command("statement")
      .summary("show a loan's statement from the ledger")
      .description("Shows how each entry changed a loan, and the balances after it.")
      .argument("<loan>", "loan_id of the ledger, or its disbursement_id"),
  )
    .addOption(new Option("--from <day>", "first day").argParser(dayOption))
    .addOption(new Option("--to <day>", "last day").argParser(dayOption))
    .addHelpText("after", "\n  npx loan-ledger statement DSB-0001 --from 2026-01-01")
    .action(async (loan: string, { url, token, from, to }: StatementOptions) =>
      finish(await handlers.statement({ loan, url, token, from, to })),
    );
}

function addListen(program: Command, handlers: ReadHandlers, finish: Finish): void {
  withService(
    program
      .command("listen")
      .summary("receive webhooks on this machine, verify and print them")
      .description(
        "Registers a webhook endpoint on this machine, verifies the deliveries and prints one JSON line\n" +
          "for each delivery. Ctrl-C removes the endpoint again.",
      ),
  )
    .option("-p, --port <number>", "TCP port", port, 8900)
    .option("--secret <whsec>", "secret of a registered endpoint; registers none")
    .option(
      "--from-sequence <number>",
      "sequence of the first event",
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .addHelpText("after", "\n  npx loan-ledger listen --from-sequence 1")
    .action(async ({ url, token, port: at, secret, fromSequence }: ListenOptions & { port: number }) =>
      finish(await handlers.listen({ url, token, port: at, secret, fromSequence })),
    );
}

function addWhoAmI(program: Command, handlers: ReadHandlers, finish: Finish): void {
  withService(
    program
      .command("whoami")
      .summary("show whom the service takes a token or key for")
      .description("Shows tenant, actor, scopes and end of the token or API key, as the service reads it."),
  )
    .addHelpText("after", "\n  npx loan-ledger whoami")
    .action(async ({ url, token }: ServiceOptions) => finish(await handlers.whoAmI({ url, token })));
}
