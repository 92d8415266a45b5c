import type { cashFlows } from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type { PortfolioJson } from "../../contract/position/answers.ts";
import { href, pathOf, type Query } from "../address.ts";
import { aboutReport } from "../analytics/about.ts";
import { choiceForm, lineChoices } from "../analytics/choice-form.ts";
import { type Chosen, chosenOf, usualCurrency } from "../analytics/chosen.ts";
import { groupingAsked } from "../analytics/dimensions.ts";
import { filterQuery, filtersOf, keptBesideMoment } from "../analytics/filters.ts";
import { groupFilters } from "../analytics/grouping.ts";
import { reportCard } from "../analytics/report-card.ts";
import { getWalked } from "../api.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h, labelled, select } from "../dom.ts";
import { figure, percentView } from "../figure.ts";
import { amountText, type Exact, exactSum } from "../format.ts";
import { loading, type Task } from "../loading.ts";
import { momentOf, momentParameters, momentQuery } from "../moment.ts";
import type { Route } from "../route.ts";
import { comingChart, pastChart } from "./charts.ts";
import { type CashFlow, type Leads, totalPast } from "./sums.ts";
import { comingTable, pastTable } from "./tables.ts";

const PAST = ["6", "12", "24", "36", "60"];
const AHEAD = ["6", "12", "24", "36", "60", "120"];

const asked = ({ query }: Route) => ({
  past: query.get("past") ?? "12",
  months: query.get("months") ?? "24",
});

/** What fell due and came in by month, what is overdue, and what will come. */
export const cashFlowPart = {
  days: (route: Route): HTMLElement => {
    const { past, months } = asked(route);
    const offered = (numbers: readonly string[], chosen: string, word: string) =>
      select(
        [...new Set([...numbers, chosen])].map((number) => [number, `${word} ${number} months`]),
        chosen,
      );
    const before = offered(PAST, past, "last");
    const after = offered(AHEAD, months, "next");
    return dayControl(route.segments, momentOf(route), {
      others: [labelled("Received", before), labelled("To come", after)],
      queryOf: () => ({
        ...keptBesideMoment(route.query),
        past: before.value,
        months: after.value,
      }),
    });
  },
  body: (route: Route, page: AbortSignal): readonly HTMLElement[] => [
    loading("the cash flows", page, async ({ signal, progress }) => {
      const answer = await getWalked<ParsedOf<typeof cashFlows>>(pathTo(route), signal, progress);
      if (!answer.ok) return answer;
      const { data } = answer.value;
      const usual = await currencyOfMost(data, route, { signal, progress });
      return { ok: true, value: cards(chosenOf(data, route.query, usual), route, page) };
    }),
  ],
};

function pathTo(route: Route, currency?: string): string {
  return pathOf(["api", "cash-flows"], {
    ...momentParameters(momentOf(route)),
    ...asked(route),
    group_by: route.query.get("group_by") ?? undefined,
    ...filterQuery(filtersOf(route.query)),
    ...(currency !== undefined && { currency }),
  });
}

/** The currency of the most disbursements: cash flows count none, the portfolio does. */
async function currencyOfMost(
  data: readonly CashFlow[],
  route: Route,
  { signal, progress }: Task,
): Promise<string | undefined> {
  const currencies = new Set(data.map(({ currency }) => currency));
  if (currencies.size < 2 || currencies.has(route.query.get("shown") ?? "")) return undefined;
  const query = { ...momentParameters(momentOf(route)), ...filterQuery(filtersOf(route.query)) };
  const answer = await getWalked<PortfolioJson>(pathOf(["api", "portfolio"], query), signal, progress);
  // The figures are there without it: then the first currency is shown.
  return answer.ok ? usualCurrency(answer.value.data) : undefined;
}

function cards(
  chosen: ReturnType<typeof chosenOf<CashFlow>>,
  route: Route,
  page: AbortSignal,
): readonly Child[] {
  const { asOf } = momentOf(route);
  const line = chosen?.lines[0];
  if (!chosen || !line) return [h("p", { class: "card note" }, `No disbursement fits on ${asOf}.`)];
  const { currency } = chosen;
  const leads = leadsTo(route, chosen);
  const named = chosen.groups.find(([key]) => key === chosen.key)?.[1];
  const of = [currency, named].filter((one) => one !== undefined).join(", ");
  const csv = pathTo(route, currency);
  const about = aboutReport(route, `As of ${asOf}`);
  const file = `cash-flows-${asOf}-${currency}`;
  const note = h("p", { class: "note" }, "A month opens the loans behind it.");
  return [
    choiceForm(route, "Shown", lineChoices(chosen)),
    figures(line, `${of} on ${asOf}`),
    line.past.length > 0 &&
      reportCard(
        { id: "past", title: `Due and received, ${of}`, about, csv, file: `${file}-past` },
        [pastChart(line, leads, page), pastTable(line, leads), note],
        page,
      ),
    reportCard(
      { id: "coming", title: `Overdue and to come, ${of}`, about, csv, file: `${file}-to-come` },
      [comingChart(line, leads, page), comingTable(line, leads), note],
      page,
    ),
  ];
}

/** Where the figures lead: to the loans behind them, as of the same day. */
function leadsTo(route: Route, { currency, group }: Pick<Chosen, "currency" | "group">): Leads {
  const filters = groupFilters(filtersOf(route.query), groupingAsked(route), group);
  const to = (more: Query) =>
    href(["analytics", "loans"], {
      ...filterQuery(filters),
      ...momentQuery({ ...momentOf(route), against: null }),
      currency,
      ...more,
    });
  return {
    overdue: to({ sort_by: "arrears" }),
    past: (past_month) => to({ past_month }),
    future: (future_month) => to({ future_month }),
  };
}

function figures(line: CashFlow, title: string): HTMLElement {
  const { currency, overdue, overdue_unscheduled, future, outstanding, over_scheduled } = line;
  const amount = (value: Exact) => amountText(value, currency);
  const next = future[0];
  return h(
    "section",
    { class: "card", "aria-labelledby": "flow" },
    h("h2", { id: "flow" }, title),
    h(
      "dl",
      { class: "figures strong" },
      figure("Overdue", amount(overdue.total), `principal ${amount(overdue.principal)}`),
      next && figure(`Due in ${next.month}`, amount(next.due.total), "not covered yet"),
      figure(
        "Due in the months shown",
        amount(exactSum(future.map(({ due }) => due.total))),
        "not covered yet",
      ),
      figure("Collection rate", percentView(totalPast(line).rate), "covered over due, months shown"),
    ),
    h(
      "dl",
      { class: "figures" },
      figure("Outstanding principal", amount(outstanding)),
      figure("Overdue without a date", amount(overdue_unscheduled)),
      figure("Scheduled above what is owed", amount(over_scheduled)),
    ),
  );
}
