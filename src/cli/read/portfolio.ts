import type {
  PortfolioJson,
  PortfolioLineJson,
  PositionLineJson,
  PositionsJson,
} from "../../contract/position/answers.ts";
import { EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { bar, listText, money, percent, print, tableText } from "./format.ts";
import { getComplete } from "./get.ts";

export interface PortfolioOptions extends ServiceOptions {
  readonly asOf: string | undefined;
  /** The number of late disbursements to list. */
  readonly late: number;
  readonly json: boolean;
}

const BAR_WIDTH = 20;

/** The screen of one currency. */
export function figuresText(figures: PortfolioLineJson): string {
  const { currency, buckets } = figures;
  const amount = (value: unknown) => money(value, currency);
  const facts = listText([
    [
      "Disbursed",
      `${amount(figures.disbursed)} in ${figures.number} disbursements, ${figures.repaid} repaid`,
    ],
    ["Outstanding", amount(figures.outstanding)],
    ["Received", `${amount(figures.received)} of ${amount(figures.scheduled)} scheduled so far`],
    ["Arrears", amount(figures.arrears)],
    ["Margin due", amount(figures.margin_due)],
    ["Written off", `${amount(figures.written_off)}, ${amount(figures.recovered)} recovered`],
    [
      "At risk",
      `PAR 0 ${percent(figures.par0)}, PAR 30 ${percent(figures.par30)}, PAR 90 ${percent(figures.par90)}`,
    ],
  ]);
  const whole = Number(figures.outstanding);
  const rows = buckets.map(({ bucket, number, outstanding, arrears }) => [
    bucket,
    String(number),
    amount(outstanding),
    amount(arrears),
    whole > 0 ? bar(Number(outstanding) / whole, BAR_WIDTH) : "",
  ]);
  const table = tableText(
    [
      { title: "Days past due", align: "left" },
      { title: "number", align: "right" },
      { title: "outstanding", align: "right" },
      { title: "arrears", align: "right" },
      { title: "", align: "left" },
    ],
    rows,
  );
  return `${currency}\n${facts}\n${table}`;
}

/** The late disbursements, the most days past due first. */
export function lateText(positions: readonly PositionLineJson[]): string {
  const late = positions.filter(({ days_past_due }) => String(days_past_due) !== "0");
  if (late.length === 0) return "No disbursement is late.\n";
  return tableText(
    [
      { title: "Late", align: "left" },
      { title: "days", align: "right" },
      { title: "arrears", align: "right" },
      { title: "outstanding", align: "right" },
      { title: "", align: "left" },
      { title: "client", align: "left" },
    ],
    late.map(({ disbursement_id, days_past_due, arrears, outstanding_principal, currency, client_id }) => [
      disbursement_id,
      String(days_past_due),
      money(arrears.total, currency),
      money(outstanding_principal, currency),
      currency,
      client_id ?? "",
    ]),
  );
}

function portfolioText(found: PortfolioJson & { readonly late: readonly PositionLineJson[] }): string {
  const { as_of_date, data, late } = found;
  const screens = data.length > 0 ? data.map(figuresText) : ["No disbursements.\n"];
  return [`Portfolio as of ${as_of_date}\n`, ...screens, lateText(late)].join("\n");
}

/** Prints the portfolio by currency, and what is late. Resolves with the exit code. */
export async function showPortfolio({ asOf, late, json, ...options }: PortfolioOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const day = asOf === undefined ? "" : `as_of_date=${asOf}&`;
  const figures = await getComplete<PortfolioJson>(
    service.value,
    `/api/portfolio?${day}`.replace(/[?&]$/, ""),
  );
  if (!figures.ok) return report(figures.error);
  const positions = await getComplete<PositionsJson>(service.value, `/api/positions?${day}limit=${late}`);
  if (!positions.ok) return report(positions.error);
  print({ ...figures.value, late: positions.value.data }, json, portfolioText);
  return EXIT.done;
}
