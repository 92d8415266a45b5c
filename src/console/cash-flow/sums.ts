import type { cashFlowLine } from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import { type Exact, exactSum, shareOf } from "../format.ts";

export type CashFlow = ParsedOf<typeof cashFlowLine>;
type Parts = CashFlow["overdue"];

/** One line of what will come: principal and fee of rows that are not covered, and principal that has no row. */
export interface Coming {
  readonly name: string;
  readonly due: Parts;
  readonly unscheduled: Exact;
}

/** Overdue, each month, and what lies after the months, in the order of time. */
export const comingOf = ({ overdue, overdue_unscheduled, future, beyond }: CashFlow): readonly Coming[] => [
  { name: "Overdue", due: overdue, unscheduled: overdue_unscheduled },
  ...future.map(({ month, ...flow }) => ({ name: month, ...flow })),
  { name: "Later", ...beyond },
];

/** All lines together; their principal is the outstanding principal and what is scheduled above it. */
export function totalComing(line: CashFlow): Coming {
  const all = comingOf(line);
  const sum = (of: (one: Coming) => Exact) => exactSum(all.map(of));
  return {
    name: "Total",
    due: {
      total: sum(({ due }) => due.total),
      principal: sum(({ due }) => due.principal),
      fee: sum(({ due }) => due.fee),
    },
    unscheduled: sum(({ unscheduled }) => unscheduled),
  };
}

/** What the months have together. */
export function totalPast({ past }: CashFlow) {
  const sum = (of: (month: CashFlow["past"][number]) => Exact) => exactSum(past.map(of));
  const due = sum((month) => month.due.total);
  const covered = sum((month) => month.covered_by_end.total);
  return { due, covered, received: sum((month) => month.received.total), rate: shareOf(covered, due) };
}

/** Where the figures lead: to the loans behind them. */
export interface Leads {
  readonly overdue: string;
  readonly past: (month: string) => string;
  readonly future: (month: string) => string;
}
