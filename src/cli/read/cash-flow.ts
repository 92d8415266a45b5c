import type { cashFlows } from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import { EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { money, print, tableText } from "./format.ts";
import { getComplete } from "./get.ts";

export interface CashFlowOptions extends ServiceOptions {
  readonly asOf: string | undefined;
  readonly past: number;
  readonly months: number;
  readonly json: boolean;
}

type CashFlowsJson = ParsedOf<typeof cashFlows>;
type Flows = CashFlowsJson["data"][number];

const left = (title: string) => ({ title, align: "left" }) as const;
const right = (title: string) => ({ title, align: "right" }) as const;

/** The screen of one currency: past months, then what is still to come. */
function flowsText({ currency, past, overdue, overdue_unscheduled, future, beyond }: Flows): string {
  const amount = (value: unknown) => money(value, currency);
  const gone = tableText(
    [left("Past"), right("due"), right("received"), right("covered"), right("rate")],
    past.map(({ month, due, received, covered_by_end, collection_rate }) => [
      month,
      amount(due.total),
      amount(received.total),
      amount(covered_by_end.total),
      collection_rate === null ? "-" : `${(Number(collection_rate) * 100).toFixed(2)} %`,
    ]),
  );
  const ahead = tableText(
    [left("To come"), right("due"), right("principal"), right("fee"), right("unscheduled")],
    [
      { name: "overdue", due: overdue, unscheduled: overdue_unscheduled },
      ...future.map(({ month, ...flow }) => ({ name: month, ...flow })),
      { name: "beyond", ...beyond },
    ].map(({ name, due, unscheduled }) => [
      name,
      amount(due.total),
      amount(due.principal),
      amount(due.fee),
      amount(unscheduled),
    ]),
  );
  return `${currency}\n${gone}\n${ahead}`;
}

/** The cash flows by currency. */
export function cashFlowText({ as_of_date, data }: CashFlowsJson): string {
  const screens = data.length > 0 ? data.map(flowsText) : ["No disbursements.\n"];
  return [`Cash flows as of ${as_of_date}\n`, ...screens].join("\n");
}

/** Prints past and future cash flows. Resolves with the exit code. */
export async function showCashFlow({
  asOf,
  past,
  months,
  json,
  ...options
}: CashFlowOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const day = asOf === undefined ? "" : `&as_of_date=${asOf}`;
  const path = `/api/cash-flows?past=${past}&months=${months}${day}`;
  const found = await getComplete<CashFlowsJson>(service.value, path);
  if (!found.ok) return report(found.error);
  print(found.value, json, cashFlowText);
  return EXIT.done;
}
