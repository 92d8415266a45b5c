import type { concentration } from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import { DIMENSIONS } from "../../domain/analytics/dimensions.ts";
import { pathOf } from "../address.ts";
import { aboutReport } from "../analytics/about.ts";
import { choiceForm, lineChoices } from "../analytics/choice-form.ts";
import { chosenOf, usualCurrency } from "../analytics/chosen.ts";
import { dimensionLabel, filterQuery, filtersOf, keptBesideMoment } from "../analytics/filters.ts";
import { reportCard } from "../analytics/report-card.ts";
import { getWalked } from "../api.ts";
import { currentCaller } from "../caller.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h, labelled, select } from "../dom.ts";
import { figure, percentView } from "../figure.ts";
import { amountText, NONE, numberText } from "../format.ts";
import { loading } from "../loading.ts";
import { momentOf, momentParameters, momentQuery } from "../moment.ts";
import type { Route } from "../route.ts";
import { type ConcentrationJson, loansIn, totalOf } from "./groups.ts";
import { groupTable } from "./table.ts";

const TOPS = ["10", "20", "50", "100", "200"];

const asked = ({ query }: Route) => ({
  by: query.get("by") ?? "client_id",
  top: query.get("top") ?? "20",
});

/** Where the outstanding principal of a day is, by one dimension. */
export const concentrationPart = {
  days: (route: Route): HTMLElement => {
    const { by, top } = asked(route);
    const names = new Set<string>([...DIMENSIONS, ...(currentCaller()?.dimensions ?? []), by]);
    const dimension = select(
      [...names].map((name) => [name, dimensionLabel(name)] as const),
      by,
    );
    const rows = select(
      [...new Set([...TOPS, top])].map((number) => [number, `the largest ${number}`] as const),
      top,
    );
    return dayControl(route.segments, momentOf(route), {
      others: [labelled("By", dimension), labelled("Groups", rows)],
      queryOf: () => ({
        ...keptBesideMoment(route.query),
        by: dimension.value,
        top: rows.value,
      }),
    });
  },
  body: (route: Route, page: AbortSignal): readonly HTMLElement[] => [
    loading("the concentration", page, async ({ signal, progress }) => {
      const answer = await getWalked<ParsedOf<typeof concentration>>(pathTo(route), signal, progress);
      return answer.ok ? { ok: true, value: cards(answer.value.data, route, page) } : answer;
    }),
  ],
  groups: false,
};

function pathTo(route: Route, currency?: string): string {
  return pathOf(["api", "concentration"], {
    ...momentParameters(momentOf(route)),
    ...asked(route),
    ...filterQuery(filtersOf(route.query)),
    ...(currency !== undefined && { currency }),
  });
}

function cards(data: readonly ConcentrationJson[], route: Route, page: AbortSignal): readonly Child[] {
  const moment = momentOf(route);
  const { by } = asked(route);
  const chosen = chosenOf(
    data,
    route.query,
    usualCurrency(data.map((line) => ({ ...line, number: loansIn(line) }))),
  );
  const line = chosen?.lines[0];
  if (!chosen || !line) return [h("p", { class: "card note" }, `No disbursement fits on ${moment.asOf}.`)];
  const { currency } = line;
  const title = `Outstanding by ${dimensionLabel(by).toLowerCase()}, ${currency}`;
  const about = aboutReport(route, `As of ${moment.asOf}`);
  const file = `concentration-${by}-${moment.asOf}-${currency}`;
  const query = { ...filterQuery(filtersOf(route.query)), ...momentQuery({ ...moment, against: null }) };
  return [
    choiceForm(route, "Shown", lineChoices(chosen)),
    reportCard(
      { id: "concentration", title, about, csv: pathTo(route, currency), file },
      [figures(line), groupTable(line, by, query)],
      page,
    ),
  ];
}

function figures(line: ConcentrationJson): HTMLElement {
  const { currency, groups, largest_share, hhi } = line;
  return h(
    "dl",
    { class: "figures strong" },
    figure("Outstanding principal", amountText(totalOf(line), currency)),
    figure("Groups that owe", numberText(groups)),
    figure("Largest share", percentView(largest_share)),
    figure("Herfindahl index", hhi === null ? NONE : numberText(hhi), "1 where one group owes all"),
  );
}
