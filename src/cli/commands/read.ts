import { type Command, Option } from "commander";
import type { PortfolioOptions } from "../read/portfolio.ts";
import type { ShowOptions } from "../read/show.ts";
import { day, wholeNumber, withService } from "./options.ts";

/** The commands that show what is there. */
export interface ReadHandlers {
  readonly show: (options: ShowOptions) => Promise<number>;
  readonly portfolio: (options: PortfolioOptions) => Promise<number>;
}

export const READ_HANDLERS: ReadHandlers = {
  show: async (options) => (await import("../read/show.ts")).show(options),
  portfolio: async (options) => (await import("../read/portfolio.ts")).portfolio(options),
};

const LATE_MAX = 200;

const asOf = () =>
  new Option("--as-of <day>", "what was true on that day (default: today, UTC)").argParser(day);

/** Adds `show` and `portfolio`. */
export function addReadCommands(
  program: Command,
  handlers: ReadHandlers,
  finish: (exitCode: number) => void,
): void {
  withService(
    program
      .command("portfolio")
      .summary("show the portfolio by currency, and what is late")
      .description("Shows outstanding, arrears and days past due by currency, and the latest payers."),
  )
    .addOption(asOf())
    .option("--late <number>", "how many late disbursements to list", wholeNumber(1, LATE_MAX), 15)
    .addHelpText("after", "\n  npx loan-ledger portfolio --as-of 2026-06-30")
    .action(async ({ url, token, asOf, late }: PortfolioOptions) =>
      finish(await handlers.portfolio({ url, token, asOf, late })),
    );

  withService(
    program
      .command("show")
      .summary("show one disbursement")
      .description(
        "Shows one disbursement: state, terms and their changes, schedule against received, arrears.",
      )
      .argument("<id>", "its disbursement_id"),
  )
    .addOption(asOf())
    .addHelpText("after", "\n  npx loan-ledger show DSB-0001")
    .action(async (id: string, { url, token, asOf }: ShowOptions) =>
      finish(await handlers.show({ id, url, token, asOf })),
    );
}
