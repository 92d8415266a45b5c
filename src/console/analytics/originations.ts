import type { Period } from "../../domain/analytics/months.ts";
import { href } from "../address.ts";
import { barChart } from "../bar-chart.ts";
import { type Child, h, link, scrolling } from "../dom.ts";
import { amountText, capitalized, drawn, type Exact, numberText, plural } from "../format.ts";
import { momentOf, momentQuery } from "../moment.ts";
import type { ChartLine } from "../plot.ts";
import { go, type Route } from "../route.ts";
import type { Chosen } from "./chosen.ts";
import { type Cohort, cohortDays } from "./cohorts.ts";
import { groupingAsked } from "./dimensions.ts";
import { filterQuery, filtersOf } from "./filters.ts";
import { groupFilters, within } from "./grouping.ts";
import { type Start, startsOf, totalOfStarts } from "./starts.ts";

/** The bars of a picture that stay apart from each other on a phone; the table has all periods. */
const BARS_MAX = 60;

interface Originations {
  readonly by: Period;
  readonly route: Route;
  readonly chosen: Pick<Chosen, "currency" | "group">;
}

/** What started in each period, by amount and by number; a bar and a row open the loans of their period. */
export function originations(
  cohorts: readonly Cohort[],
  of: Originations,
  page: AbortSignal,
): readonly Child[] {
  const starts = startsOf(cohorts, of.by);
  const shown = starts.slice(-BARS_MAX);
  const { asOf } = momentOf(of.route);
  const cut = shown.length < starts.length && `The pictures show the newest ${shown.length}.`;
  return [
    charts(shown, of, page),
    h("p", { class: "note" }, `A ${of.by} is here once all of it had ended by ${asOf}. `, cut),
    h("details", { class: "figures-table" }, h("summary", {}, "Figures"), startsTable(starts, of)),
  ];
}

/** The address of the loans that started in a period; null where none did. */
function loansOf({ period, number }: Start, { route, chosen }: Originations): string | null {
  if (drawn(number) === 0) return null;
  const filters = groupFilters(filtersOf(route.query), groupingAsked(route), chosen.group);
  return href(["analytics", "loans"], {
    ...momentQuery({ ...momentOf(route), against: null }),
    ...filterQuery(within(filters, cohortDays(period))),
    currency: chosen.currency,
  });
}

function charts(starts: readonly Start[], of: Originations, page: AbortSignal): HTMLElement {
  const chart = (
    label: string,
    colour: string,
    figure: (one: Start) => Exact,
    text: (value: Exact) => string,
  ) => {
    const values = starts.map(figure);
    const line: ChartLine = {
      label,
      colour,
      values: values.map(drawn),
      texts: values.map((one) => text(one)),
    };
    const open = (index: number): void => {
      const one = starts[index];
      const address = one === undefined ? null : loansOf(one, of);
      if (address !== null) go(address);
    };
    const columns = starts.map(({ period }) => period);
    const column = capitalized(of.by);
    return barChart({ label, column, columns, lines: [line], rest: starts.length - 1, open }, page);
  };
  const { currency } = of.chosen;
  return h(
    "div",
    { class: "side-by-side" },
    chart(
      `Amount, ${currency}`,
      "--blue",
      ({ disbursed }) => disbursed,
      (value) => amountText(value, currency),
    ),
    chart("Number", "--strong-line", ({ number }) => number, numberText),
  );
}

function startsTable(starts: readonly Start[], of: Originations): HTMLElement {
  const { currency } = of.chosen;
  const caption = `Disbursed by ${of.by}, in ${currency}`;
  const total = totalOfStarts(starts);
  const number = (text: string) => h("td", { class: "number" }, text);
  const figures = ({ number: loans, disbursed }: Pick<Start, "number" | "disbursed">) => [
    number(numberText(loans)),
    number(amountText(disbursed, currency)),
  ];
  const row = (one: Start) => {
    const address = loansOf(one, of);
    const name = address === null ? one.period : link(address, one.period);
    return h("tr", {}, h("th", { scope: "row" }, name), figures(one));
  };
  const head = (text: string) => h("th", { scope: "col", class: "number" }, text);
  const periods = plural(String(starts.length), of.by);
  return scrolling(
    caption,
    h(
      "table",
      { class: "rows" },
      h("caption", { class: "unseen" }, caption),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Started in"), head("Number"), head("Amount"))),
      // The newest first, as on the other lists of the console.
      h("tbody", {}, starts.toReversed().map(row)),
      h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, periods), figures(total))),
    ),
  );
}
