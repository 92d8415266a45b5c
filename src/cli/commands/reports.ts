import { type Command, InvalidArgumentError, Option } from "commander";
import type { ReportName, ReportOptions } from "../read/reports.ts";
import type { WorkbookOptions } from "../report/report.ts";
import type { ServiceOptions } from "../service.ts";
import { dayOption, type Finish, jsonOption, wholeNumber, withService } from "./options.ts";

/** The commands that print reports about all disbursements. */
export type ReportHandlers = Readonly<Record<ReportName, (options: ReportOptions) => Promise<number>>> & {
  readonly report: (options: WorkbookOptions) => Promise<number>;
};

const shown =
  (name: ReportName): ReportHandlers[ReportName] =>
  async (options) =>
    (await import("../read/reports.ts")).showReport(name, options);

export const REPORT_HANDLERS: ReportHandlers = {
  movement: shown("movement"),
  vintages: shown("vintages"),
  rollRates: shown("rollRates"),
  cashFlow: shown("cashFlow"),
  concentration: shown("concentration"),
  report: async (options) => (await import("../report/report.ts")).writeReport(options),
};

/** A report's own options, and the parameters of its route that they are. */
type Parameters = Readonly<Record<string, { readonly parameter: string; readonly option: Option }>>;

const asOf = {
  parameter: "as_of_date",
  option: new Option(
    "--as-of <day>",
    "day of the figures (default: today in the tenant's time zone)",
  ).argParser(dayOption),
} as const;

const groupBy = {
  parameter: "group_by",
  option: new Option("--group-by <dimension>", "dimension of the groups, or two by a comma"),
} as const;

const span: Parameters = {
  from: {
    parameter: "from_date",
    option: new Option("--from <day>", "first day: what was true at its end").argParser(dayOption),
  },
  to: {
    parameter: "to_date",
    option: new Option("--to <day>", "last day: what was true at its end").argParser(dayOption),
  },
};

const whole = (flag: string, text: string, [least, most]: readonly [number, number]) =>
  new Option(flag, text).argParser((value) => String(wholeNumber(least, most)(value)));

/** What every report takes besides. */
const MEASURES: Parameters = {
  knownAt: {
    parameter: "known_at",
    option: new Option("--known-at <moment>", "sequence or time: only what the log held then"),
  },
  allocation: {
    parameter: "allocation",
    option: new Option("--allocation <way>", "what money covers first: oldest or own"),
  },
  arrearsTolerance: {
    parameter: "arrears_tolerance",
    option: new Option("--arrears-tolerance <amount>", "arrears that make nothing late"),
  },
  arrearsToleranceShare: {
    parameter: "arrears_tolerance_share",
    option: new Option("--arrears-tolerance-share <share>", "share of the principal that makes nothing late"),
  },
};

interface Described {
  readonly command: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: Parameters;
  readonly needed: readonly string[];
  readonly example: string;
}

const REPORTS: Readonly<Record<ReportName, Described>> = {
  movement: {
    command: "movement",
    summary: "show how the portfolio moved between two days",
    description: "Shows how principal and arrears moved from the end of one day to the end of another.",
    parameters: { ...span, groupBy },
    needed: ["from", "to"],
    example: "movement --from 2026-05-31 --to 2026-06-30",
  },
  vintages: {
    command: "vintages",
    summary: "show how each cohort performs month by month",
    description:
      "Shows what the disbursements that start in one period owe, month by month after their own month.",
    parameters: {
      asOf,
      by: {
        parameter: "by",
        option: new Option("--by <period>", "period of a cohort").choices(["month", "quarter", "year"]),
      },
      months: { parameter: "months", option: whole("--months <number>", "most months on book", [0, 120]) },
      groupBy,
    },
    needed: [],
    example: "vintages --by quarter --as-of 2026-06-30",
  },
  rollRates: {
    command: "roll-rates",
    summary: "show how loans moved between buckets",
    description: "Shows how much of each bucket of one day is in which bucket on a later day.",
    parameters: { ...span, groupBy },
    needed: ["from", "to"],
    example: "roll-rates --from 2026-05-31 --to 2026-06-30",
  },
  cashFlow: {
    command: "cash-flow",
    summary: "show what fell due and came in by month, and what will",
    description:
      "Shows by month what fell due, came in and was covered, what is overdue, and what will fall due.",
    parameters: {
      asOf,
      past: { parameter: "past", option: whole("--past <number>", "number of past months", [0, 60]) },
      months: { parameter: "months", option: whole("--months <number>", "number of months ahead", [1, 120]) },
      groupBy,
    },
    needed: [],
    example: "cash-flow --months 12",
  },
  concentration: {
    command: "concentration",
    summary: "show which clients, countries or others owe most",
    description: "Shows the groups of one dimension that owe most, with their shares and what of it is late.",
    parameters: {
      asOf,
      by: {
        parameter: "by",
        option: new Option("--by <dimension>", "dimension such as client_id, country or info.sector").default(
          "client_id",
        ),
      },
      top: { parameter: "top", option: whole("--top <number>", "number of groups", [1, 200]) },
    },
    needed: [],
    example: "concentration --by country",
  },
};

function filter(text: string, known: readonly string[] = []): readonly string[] {
  if (/^[^=]+=/.test(text)) return [...known, text];
  throw new InvalidArgumentError('It takes <name>=<value>, for example "country=BR".');
}

const filterOption = () =>
  new Option("--where <name=value>", "filter such as country=BR; again for more").argParser(filter);

const named = (text: string): readonly [string, string] => {
  const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  return [name, value];
};

interface Parsed extends ServiceOptions {
  readonly json?: boolean;
  readonly where?: readonly string[];
  readonly [name: string]: unknown;
}

/** Adds `movement`, `vintages`, `roll-rates`, `cash-flow`, `concentration` and `report`. */
export function addReportCommands(program: Command, handlers: ReportHandlers, finish: Finish): void {
  addWorkbook(program, handlers, finish);
  for (const [name, described] of Object.entries(REPORTS) as [ReportName, Described][]) {
    const { command, summary, description, needed, example } = described;
    const parameters: Parameters = { ...described.parameters, ...MEASURES };
    const added = withService(program.command(command).summary(summary).description(description));
    for (const [key, { option }] of Object.entries(parameters)) {
      added.addOption(needed.includes(key) ? mandatory(option) : option);
    }
    added
      .addOption(filterOption())
      .addOption(jsonOption())
      .addHelpText(
        "after",
        `\n  npx loan-ledger ${example}\n\nThe figures, filters and groups: docs/analytics.md`,
      )
      .action(async ({ url, token, json = false, where = [], ...given }: Parsed) => {
        const query = Object.entries(parameters).flatMap(([key, { parameter }]) =>
          given[key] === undefined ? [] : [[parameter, String(given[key])] as const],
        );
        finish(await handlers[name]({ url, token, json, query: [...query, ...where.map(named)] }));
      });
  }
}

const mandatory = (option: Option): Option => {
  const needed = new Option(option.flags, option.description).makeOptionMandatory();
  return option.parseArg ? needed.argParser(option.parseArg) : needed;
};

function addWorkbook(program: Command, handlers: ReportHandlers, finish: Finish): void {
  withService(
    program
      .command("report")
      .summary("write all reports of a day as one workbook")
      .description(
        "Writes the portfolio, its reports, all positions and, for a facility, its borrowing base as one workbook.",
      ),
  )
    .addOption(mandatory(new Option("--as-of <day>", "day of the figures").argParser(dayOption)))
    .requiredOption("--out <file>", "workbook that is written, such as report.xlsx")
    .option("--facility <id>", "facility whose borrowing base is added")
    .addHelpText("after", "\n  npx loan-ledger report --as-of 2026-06-30 --out june.xlsx")
    .action(async ({ url, token, asOf, facility, out }: WorkbookOptions) =>
      finish(await handlers.report({ url, token, asOf, facility, out })),
    );
}
