import type {
  cashFlows,
  concentration,
  movement,
  rollRates,
  vintages,
} from "../../contract/analytics/answers.ts";
import {
  MOVEMENT_COLUMNS,
  PORTFOLIO_COLUMNS,
  ROLL_RATE_COLUMNS,
  VINTAGE_COLUMNS,
} from "../../contract/analytics/report-columns.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type { PortfolioJson, QualityJson } from "../../contract/position/answers.ts";
import { POSITION_COLUMNS } from "../../contract/position/csv.ts";
import type { Day } from "../../domain/core/dates.ts";
import { monthEnds } from "../../domain/position/days.ts";
import { BUCKETS } from "../../domain/position/state.ts";
import { baseSheets } from "./base-sheets.ts";
import { sheetOf } from "./columns.ts";
import type { Questions } from "./questions.ts";
import type { Sheet } from "./workbook.ts";

/** What a report is about. */
interface Subject {
  readonly asOf: Day;
  readonly facility: string | undefined;
}

const GROUPS_MAX = "200";

/** The end of the month before that of a day. */
const monthBefore = (day: Day): Day => {
  const ends = monthEnds(day, 2);
  return ends.find((end) => end.slice(0, 7) < day.slice(0, 7)) ?? day;
};

/** The sheets of the report. What does not grow with the disbursements is asked before the first one is written. */
export async function reportSheets(questions: Questions, subject: Subject): Promise<readonly Sheet[]> {
  const { asOf, facility } = subject;
  const day = [["as_of_date", asOf]] as const;
  const span = [
    ["from_date", monthBefore(asOf)],
    ["to_date", asOf],
  ] as const;
  const base = facility === undefined ? [] : await baseSheets(questions, asOf, facility);
  const portfolio = await questions.ask<PortfolioJson>("/api/portfolio", day);
  const moved = await questions.ask<ParsedOf<typeof movement>>("/api/portfolio/movement", span);
  const rolled = await questions.ask<ParsedOf<typeof rollRates>>("/api/roll-rates", span);
  const cohorts = await questions.ask<ParsedOf<typeof vintages>>("/api/vintages", day);
  const flows = await questions.ask<ParsedOf<typeof cashFlows>>("/api/cash-flows", day);
  const clients = await concentrationLines(questions, asOf, "client_id");
  const countries = await concentrationLines(questions, asOf, "country");
  const quality = await questions.ask<QualityJson>("/api/quality", day);
  const days = { from_date: moved.from_date, to_date: moved.to_date };
  return [
    summarySheet(portfolio, questions.knownAt, subject),
    sheetOf("Buckets", ["currency", "bucket", "number", "outstanding", "arrears"], () =>
      portfolio.data.flatMap(({ currency, buckets }) => buckets.map((one) => ({ currency, ...one }))),
    ),
    sheetOf("Movement", ["from_date", "to_date", ...MOVEMENT_COLUMNS], () =>
      moved.data.map((line) => ({ ...days, ...line })),
    ),
    sheetOf("Roll rates", ["from_date", "to_date", ...ROLL_RATE_COLUMNS], () =>
      rolled.data.map((cell) => ({ ...days, ...cell })),
    ),
    sheetOf("Vintages", VINTAGE_COLUMNS, () => cohorts.data),
    cashFlowSheet(flows),
    sheetOf("Concentration", CONCENTRATION, () => [...clients, ...countries]),
    sheetOf("Late loans", POSITION_COLUMNS, () =>
      questions.rows(
        "/api/positions",
        [...day, ...BUCKETS.filter((one) => one !== "current").map((one) => ["bucket", one] as const)],
        [["sort_by", "disbursement_id"]],
      ),
    ),
    sheetOf("All positions", POSITION_COLUMNS, () =>
      questions.rows("/api/positions", [...day, ["sort_by", "disbursement_id"]]),
    ),
    sheetOf("Quality", ["rule", "count", "example"], () =>
      quality.rules.map(({ code, count, examples: [first] }) => ({
        ...{ rule: code, count },
        example:
          first && ("client_ids" in first ? first.client_ids.join(" ") : Object.values(first).join(" ")),
      })),
    ),
    ...base,
  ];
}

/** What the workbook is about, then the figures of each currency. */
function summarySheet(portfolio: PortfolioJson, knownAt: string, { asOf, facility }: Subject): Sheet {
  const figures = PORTFOLIO_COLUMNS.filter((name) => name !== "currency");
  const lines = [
    { figure: "as_of", value: asOf },
    { figure: "known_at", value: Number(knownAt) },
    { figure: "moved_since", value: monthBefore(asOf) },
    ...(facility === undefined ? [] : [{ figure: "facility", value: facility }]),
  ];
  const sums = portfolio.data.flatMap((line) =>
    figures.map((name) => ({
      ...{ figure: name, currency: line.currency },
      value: (line as Readonly<Record<string, unknown>>)[name],
    })),
  );
  return sheetOf("Summary", ["figure", "currency", "value"], () => [...lines, ...sums]);
}

const PARTS = ["total", "principal", "fee"];
const partsOf = (name: string) => PARTS.map((part) => `${name}_${part}`);
const CASH_FLOW = [
  ...["section", "currency", "month", "to", "outstanding"],
  ...["due", "received", "covered_by_end"].flatMap(partsOf),
  ...["collection_rate", "unscheduled", "over_scheduled"],
];

function cashFlowSheet({ data }: ParsedOf<typeof cashFlows>): Sheet {
  return sheetOf("Cash flow", CASH_FLOW, () =>
    data.flatMap(({ currency, outstanding, past, future, beyond, ...line }) => {
      const { overdue, overdue_unscheduled, over_scheduled } = line;
      return [
        { section: "whole", currency, outstanding, over_scheduled },
        ...past.map((month) => ({ section: "past", currency, ...month })),
        { section: "overdue", currency, due: overdue, unscheduled: overdue_unscheduled },
        ...future.map((month) => ({ section: "future", currency, ...month })),
        { section: "beyond", currency, ...beyond },
      ];
    }),
  );
}

const CONCENTRATION = [
  ...["by", "section", "currency", "groups", "largest_share", "hhi", "group"],
  ...["number", "outstanding", "share", "arrears", "par30"],
];

async function concentrationLines(questions: Questions, asOf: Day, by: string): Promise<readonly object[]> {
  const asked = [
    ["as_of_date", asOf],
    ["by", by],
    ["top", GROUPS_MAX],
  ] as const;
  const { data } = await questions.ask<ParsedOf<typeof concentration>>("/api/concentration", asked);
  return data.flatMap(({ rows, others, currency, ...figures }) => [
    { by, section: "currency", currency, ...figures },
    ...rows.map((row) => ({ by, section: "rows", currency, ...row })),
    ...(others ? [{ by, section: "others", currency, ...others }] : []),
  ]);
}
