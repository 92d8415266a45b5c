import { href } from "../address.ts";
import { h, link, scrolling } from "../dom.ts";
import { amountText, count, drawn, exactPercentText, numberText, percentText } from "../format.ts";
import { momentOf, momentQuery } from "../moment.ts";
import type { Route } from "../route.ts";
import type { Chosen } from "./chosen.ts";
import { type Cohort, cohortDays, measuredOn, type Ratio, shade, type Vintage } from "./cohorts.ts";
import { groupingAsked } from "./dimensions.ts";
import { filterQuery, filtersOf } from "./filters.ts";
import { groupFilters, isOfTheDay, within } from "./grouping.ts";

interface HeatMap {
  readonly measure: Ratio;
  readonly label: string;
  /** The class that says which colour the cells have. */
  readonly colour: string;
  readonly route: Route;
  readonly chosen: Pick<Chosen, "currency" | "group">;
}

/**
 * The address of the loans of a cohort, as of the day of a cell. A filter that depends on the day is about the report's
 * day, so then the loans are shown as of that one.
 */
function cohortAddress({ route, chosen }: HeatMap, line: Vintage): string {
  const moment = momentOf(route);
  const filters = groupFilters(filtersOf(route.query), groupingAsked(route), chosen.group);
  const measured = measuredOn(line.cohort, count(line.months_on_book));
  return href(["analytics", "loans"], {
    ...momentQuery({ ...moment, against: null, asOf: isOfTheDay(filters) ? moment.asOf : measured }),
    ...filterQuery(within(filters, cohortDays(line.cohort))),
    currency: chosen.currency,
  });
}

/** Cohorts down, months on book across; the darker a cell, the larger its ratio. Each cell leads to its loans. */
export function heatMap(cohorts: readonly Cohort[], map: HeatMap): HTMLElement {
  const { measure, label } = map;
  const { currency } = map.chosen;
  const values = cohorts.flatMap(({ cells }) => cells.map((one) => drawn(one?.[measure] ?? "0")));
  const largest = Math.max(0, ...values);
  const length = Math.max(...cohorts.map(({ cells }) => cells.length));
  const months = Array.from({ length }, (_, at) => at);
  const cell = (cohort: Cohort, at: number) => {
    const line = cohort.cells[at];
    if (line === undefined) return h("td", {});
    const text = percentText(line[measure]);
    const shown = link(cohortAddress(map, line), text);
    shown.title = `${exactPercentText(line[measure])}: ${amountText(line.outstanding, currency)} outstanding, ${amountText(line.arrears, currency)} in arrears, ${amountText(line.written_off, currency)} written off`;
    const depth = shade(line[measure], largest);
    return h("td", { class: depth === 0 ? "number nothing" : `number heat-${depth}` }, shown);
  };
  const row = (cohort: Cohort) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, cohort.cohort),
      h("td", { class: "number" }, numberText(cohort.first.number)),
      h("td", { class: "number" }, amountText(cohort.first.disbursed, currency)),
      months.map((at) => cell(cohort, at)),
    );
  const head = (text: string | number) => h("th", { scope: "col", class: "number" }, text);
  const table = h(
    "table",
    { class: `heat ${map.colour}` },
    h("caption", { class: "unseen" }, `${label} of each cohort by months on book`),
    h(
      "thead",
      {},
      h("tr", {}, h("th", { scope: "col" }, "Cohort"), head("Number"), head("Disbursed"), months.map(head)),
    ),
    h("tbody", {}, cohorts.map(row)),
  );
  return scrolling(`${label}: cohorts by months on book`, table);
}
