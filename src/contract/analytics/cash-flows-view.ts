import type { CashFlowSums, CashFlows } from "../../domain/analytics/cash-flows.ts";
import type { Grouping } from "../../domain/analytics/dimensions.ts";
import type { ReportLine } from "../../domain/analytics/lines.ts";
import type { Parts } from "../../domain/position/parts.ts";
import type { AnswerOf } from "../answer-types.ts";
import { csvOf, flat } from "../csv.ts";
import { ratioView } from "../position/portfolio-view.ts";
import { amountIn } from "../position/view.ts";
import type { cashFlowLine } from "./answers.ts";
import { grouped } from "./performance-view.ts";

type LineJson = AnswerOf<typeof cashFlowLine>;

/** The cash flows of one currency and group (docs/analytics.md#cash-flows). */
export function cashFlowView(
  { currency, group, sums }: ReportLine<CashFlowSums>,
  months: CashFlows["months"],
  grouping: Grouping | undefined,
): LineJson {
  const amount = amountIn(currency);
  const parts = ({ total, principal, fee }: Parts) => ({
    total: amount(total),
    principal: amount(principal),
    fee: amount(fee),
  });
  const future = ({ due, unscheduled }: CashFlowSums["beyond"]) => ({
    due: parts(due),
    unscheduled: amount(unscheduled),
  });
  return {
    currency,
    ...grouped(group, grouping),
    outstanding: amount(sums.outstanding),
    past: sums.past.map(({ due, received, covered }, index) => {
      const { month = "", to = "" } = months.past[index] ?? {};
      return {
        month,
        to,
        due: parts(due),
        received: parts(received),
        covered_by_end: parts(covered),
        collection_rate: ratioView(covered.total, due.total),
      };
    }),
    overdue: parts(sums.overdue),
    overdue_unscheduled: amount(sums.overdue_unscheduled),
    future: sums.future.map((flow, index) => ({ month: months.future[index] ?? "", ...future(flow) })),
    beyond: future(sums.beyond),
    over_scheduled: amount(sums.over_scheduled),
  };
}

const PARTS = ["total", "principal", "fee"];
const partsOf = (name: string) => PARTS.map((part) => `${name}_${part}`);
const COLUMNS = [
  ...["section", "currency", "group", "month", "to", "outstanding"],
  ...["due", "received", "covered_by_end"].flatMap(partsOf),
  ...["collection_rate", "unscheduled", "over_scheduled"],
];

/** As CSV: for each currency and group a line for each month, and for what is overdue, beyond, and the whole. */
export const cashFlowsCsv = (lines: readonly LineJson[]): string =>
  csvOf(
    COLUMNS,
    lines.flatMap((line) => {
      const { currency, group, outstanding, past, overdue, overdue_unscheduled, future, beyond } = line;
      const { over_scheduled } = line;
      const of = { currency, group };
      return [
        { section: "whole", ...of, outstanding, over_scheduled },
        ...past.map((month) => ({ section: "past", ...of, ...flat(month) })),
        { section: "overdue", ...of, ...flat({ due: overdue, unscheduled: overdue_unscheduled }) },
        ...future.map((month) => ({ section: "future", ...of, ...flat(month) })),
        { section: "beyond", ...of, ...flat(beyond) },
      ];
    }),
  );
