import { type Command, Option } from "commander";
import type { BaseOptions } from "../read/base.ts";
import type { PortfolioOptions } from "../read/portfolio.ts";
import type { PositionsOptions } from "../read/positions.ts";
import type { QualityOptions } from "../read/quality.ts";
import type { ShowOptions } from "../read/show.ts";
import type { StatementOptions } from "../read/statement.ts";
import type { ServiceOptions } from "../service.ts";
import { dayOption, type Finish, jsonOption, wholeNumber, withService } from "./options.ts";

/** The commands that show data. */
export interface ReadHandlers {
  readonly show: (options: ShowOptions) => Promise<number>;
  readonly portfolio: (options: PortfolioOptions) => Promise<number>;
  readonly positions: (options: PositionsOptions) => Promise<number>;
  readonly quality: (options: QualityOptions) => Promise<number>;
  readonly base: (options: BaseOptions) => Promise<number>;
  readonly statement: (options: StatementOptions) => Promise<number>;
  readonly whoAmI: (options: ServiceOptions & { readonly json: boolean }) => Promise<number>;
}

export const READ_HANDLERS: ReadHandlers = {
  show: async (options) => (await import("../read/show.ts")).show(options),
  portfolio: async (options) => (await import("../read/portfolio.ts")).showPortfolio(options),
  positions: async (options) => (await import("../read/positions.ts")).showPositions(options),
  quality: async (options) => (await import("../read/quality.ts")).showQuality(options),
  base: async (options) => (await import("../read/base.ts")).showBase(options),
  statement: async (options) => (await import("../read/statement.ts")).showStatement(options),
  whoAmI: async (options) => (await import("../read/whoami.ts")).whoAmI(options),
};

const LATE_MAX = 200;

const asOf = () =>
  new Option("--as-of <day>", "day of the figures (default: today in the tenant's time zone)").argParser(
    dayOption,
  );

/** Adds `portfolio`, `positions`, `quality`, `base`, `show`, `statement` and `whoami`. */
export function addReadCommands(program: Command, handlers: ReadHandlers, finish: Finish): void {
  for (const add of [addPortfolio, addPositions, addQuality, addBase, addShow, addStatement, addWhoAmI])
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
    .addOption(jsonOption())
    .addHelpText("after", "\n  npx loan-ledger portfolio --as-of 2026-06-30")
    .action(async ({ url, token, asOf, late, json = false }: PortfolioOptions) =>
      finish(await handlers.portfolio({ url, token, asOf, late, json })),
    );
}

function addPositions(program: Command, handlers: ReadHandlers, finish: Finish): void {
  withService(
    program
      .command("positions")
      .summary("show all positions, or what became late since a day")
      .description(
        "Shows the position of each disbursement, the most days past due first. With --changed-since " +
          "those whose state or bucket has changed since that day, with what they were.",
      ),
  )
    .addOption(new Option("--changed-since <day>", "day to compare with").argParser(dayOption))
    .addOption(asOf())
    .addOption(jsonOption())
    .addHelpText("after", "\n  npx loan-ledger positions --changed-since 2026-06-29")
    .action(async ({ url, token, asOf, changedSince, json = false }: PositionsOptions) =>
      finish(await handlers.positions({ url, token, asOf, changedSince, json })),
    );
}

function addQuality(program: Command, handlers: ReadHandlers, finish: Finish): void {
  withService(
    program
      .command("quality")
      .summary("show what in the records breaks a rule")
      .description("Shows how many findings each rule of quality has, or all findings of one rule.")
      .argument("[rule]", "code of the rule whose findings are listed"),
  )
    .addOption(asOf())
    .addOption(jsonOption())
    .addHelpText("after", "\n  npx loan-ledger quality\n\nThe rules: docs/portfolio.md")
    .action(async (rule: string | undefined, { url, token, asOf, json = false }: QualityOptions) =>
      finish(await handlers.quality({ rule, url, token, asOf, json })),
    );
}

function addBase(program: Command, handlers: ReadHandlers, finish: Finish): void {
  withService(
    program
      .command("base")
      .summary("show what can be borrowed under a facility")
      .description(
        "Shows the pool of a facility, what of it counts, what can be borrowed, and its covenants.",
      )
      .argument("<id>", "facility_id"),
  )
    .addOption(asOf())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\n  npx loan-ledger base warehouse-1 --as-of 2026-06-30\n\nThe rules: docs/analytics.md",
    )
    .action(async (id: string, { url, token, asOf, json = false }: BaseOptions) =>
      finish(await handlers.base({ id, url, token, asOf, json })),
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
    .addOption(jsonOption())
    .addHelpText("after", "\n  npx loan-ledger show DSB-0001")
    .action(async (id: string, { url, token, asOf, json = false }: ShowOptions) =>
      finish(await handlers.show({ id, url, token, asOf, json })),
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
    .addOption(jsonOption())
    .addHelpText("after", "\n  npx loan-ledger statement DSB-0001 --from 2026-01-01")
    .action(async (loan: string, { url, token, from, to, json = false }: StatementOptions) =>
      finish(await handlers.statement({ loan, url, token, from, to, json })),
    );
}

function addWhoAmI(program: Command, handlers: ReadHandlers, finish: Finish): void {
  withService(
    program
      .command("whoami")
      .summary("show whom the service takes a token or key for")
      .description("Shows tenant, actor, scopes and end of the token or API key, as the service reads it."),
  )
    .addOption(jsonOption())
    .addHelpText("after", "\n  npx loan-ledger whoami")
    .action(async ({ url, token, json = false }: ServiceOptions & { readonly json?: boolean }) =>
      finish(await handlers.whoAmI({ url, token, json })),
    );
}
