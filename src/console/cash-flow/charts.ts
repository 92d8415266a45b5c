import { barChart } from "../bar-chart.ts";
import { amountText, drawn, type Exact } from "../format.ts";
import type { ChartLine } from "../plot.ts";
import { go } from "../route.ts";
import { type CashFlow, comingOf, type Leads } from "./sums.ts";

/** A line of a picture: the numbers to draw and their exact texts. */
const lineOf = (label: string, colour: string, values: readonly Exact[], currency: string): ChartLine => ({
  label,
  colour,
  values: values.map(drawn),
  texts: values.map((value) => amountText(value, currency)),
});

/** What fell due beside what came in, month by month. */
export function pastChart({ currency, past }: CashFlow, leads: Leads, page: AbortSignal): HTMLElement {
  const of = (label: string, colour: string, value: (month: (typeof past)[number]) => Exact) =>
    lineOf(label, colour, past.map(value), currency);
  const open = (index: number): void => {
    const one = past[index];
    if (one) go(leads.past(one.month));
  };
  return barChart(
    {
      label: "By month",
      columns: past.map(({ month }) => month),
      lines: [
        of("Due", "--strong-line", (month) => month.due.total),
        of("Received", "--green", (month) => month.received.total),
      ],
      rest: past.length - 1,
      open,
    },
    page,
  );
}

/** What is overdue and what will come: principal and fees of rows, and principal that has no row. */
export function comingChart(line: CashFlow, { overdue, future }: Leads, page: AbortSignal): HTMLElement {
  const all = comingOf(line);
  const of = (label: string, colour: string, value: (one: (typeof all)[number]) => Exact) =>
    lineOf(label, colour, all.map(value), line.currency);
  const open = (index: number): void => {
    const month = line.future[index - 1]?.month;
    if (index === 0) go(overdue);
    else if (month !== undefined) go(future(month));
  };
  return barChart(
    {
      label: "Overdue, by month, and later",
      columns: all.map(({ name }) => name),
      lines: [
        of("Principal", "--blue", (one) => one.due.principal),
        of("Fees", "--green", (one) => one.due.fee),
        of("Principal without a date", "--amber", ({ unscheduled }) => unscheduled),
      ],
      stacked: true,
      rest: 0,
      open,
    },
    page,
  );
}
