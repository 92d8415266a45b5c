import type { vintages } from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import { PERIODS } from "../../domain/analytics/months.ts";
import { pathOf } from "../address.ts";
import { getWalked } from "../api.ts";
import { lineChart } from "../chart.ts";
import { dayControl } from "../day-control.ts";
import { h, labelled, select } from "../dom.ts";
import { drawn, percentText, plural } from "../format.ts";
import { loading } from "../loading.ts";
import { momentOf, momentParameters } from "../moment.ts";
import { SERIES_COLOURS } from "../plot.ts";
import type { Route } from "../route.ts";
import { aboutReport } from "./about.ts";
import { choiceForm, lineChoices } from "./choice-form.ts";
import { chosenOf, usualCurrency } from "./chosen.ts";
import { type Cohort, cohortsOf, type Ratio, spread, type Vintage } from "./cohorts.ts";
import { filterQuery, filtersOf, keptBesideMoment } from "./filters.ts";
import { heatMap } from "./heat-map.ts";
import { originations } from "./originations.ts";
import { reportCard } from "./report-card.ts";

/** The ratios of a vintage, and the colour of their cells. */
const MEASURES = {
  default_rate: ["Default rate", "of-loss"],
  loss_rate: ["Loss rate", "of-loss"],
  net_loss_rate: ["Net loss rate", "of-loss"],
  pool_factor: ["Pool factor", "of-pool"],
} as const satisfies Readonly<Record<Ratio, unknown>>;

const MONTHS = ["12", "24", "36", "60", "120"];
const oneOf = <T extends string>(values: readonly T[], text: string | null, usual: T): T =>
  values.find((one) => one === text) ?? usual;

const asked = ({ query }: Route) => ({
  by: oneOf(PERIODS, query.get("by"), "month"),
  months: oneOf(MONTHS, query.get("months"), "24"),
  measure: oneOf(Object.keys(MEASURES) as Ratio[], query.get("measure"), "default_rate"),
});

/** How the disbursements of one period perform, month by month: a heat map and curves of one ratio. */
export const vintagesPart = {
  days: (route: Route): HTMLElement => {
    const { by, months } = asked(route);
    const period = select(
      PERIODS.map((one) => [one, one] as const),
      by,
    );
    const span = select(
      MONTHS.map((one) => [one, `${one} months`] as const),
      months,
    );
    return dayControl(route.segments, momentOf(route), {
      others: [labelled("Cohorts by", period), labelled("On book, at most", span)],
      queryOf: () => ({
        ...keptBesideMoment(route.query),
        by: period.value,
        months: span.value,
      }),
    });
  },
  body: (route: Route, page: AbortSignal): readonly HTMLElement[] => [
    loading("the vintages", page, async ({ signal, progress }) => {
      const answer = await getWalked<ParsedOf<typeof vintages>>(pathTo(route), signal, progress);
      return answer.ok ? { ok: true, value: cards(answer.value.data, route, page) } : answer;
    }),
  ],
};

function pathTo(route: Route, currency?: string, months: string = asked(route).months): string {
  const { by } = asked(route);
  return pathOf(["api", "vintages"], {
    ...momentParameters(momentOf(route)),
    by,
    months,
    group_by: route.query.get("group_by") ?? undefined,
    ...filterQuery(filtersOf(route.query)),
    ...(currency !== undefined && { currency }),
  });
}

function cards(lines: readonly Vintage[], route: Route, page: AbortSignal) {
  const chosen = chosenOf(lines, route.query, usualCurrency(lines));
  const { measure, by } = asked(route);
  if (chosen === null) {
    const { asOf } = momentOf(route);
    return [h("p", { class: "card note" }, `No disbursement of a ${by} that had ended by ${asOf} fits.`)];
  }
  const [label, colour] = MEASURES[measure];
  const cohorts = cohortsOf(chosen.lines);
  const file = `vintages-${momentOf(route).asOf}-${chosen.currency}`;
  const csv = pathTo(route, chosen.currency);
  const about = aboutReport(route, `As of ${momentOf(route).asOf}`);
  const measures = Object.entries(MEASURES).map(([name, [text]]) => [name, text] as const);
  const choices = [
    { name: "measure", label: "Ratio", options: measures, chosen: measure },
    ...lineChoices(chosen),
  ];
  const named = chosen.groups.find(([key]) => key === chosen.key)?.[1];
  const title = (text: string) =>
    [`${label} ${text}`, chosen.currency, named].filter((one) => one !== undefined).join(", ");
  return [
    choiceForm(route, "Shown", choices),
    reportCard(
      { id: "cohorts", title: title("of cohorts by months on book"), about, csv, file },
      [heatMap(cohorts, { measure, label, colour, route, chosen })],
      page,
    ),
    reportCard(
      { id: "curves", title: title("as curves"), about, csv, file: `${file}-curves` },
      curves(cohorts, measure, page),
      page,
    ),
    reportCard(
      {
        id: "originations",
        title: ["Disbursed", chosen.currency, named].filter((one) => one !== undefined).join(", "),
        about,
        csv: pathTo(route, chosen.currency, "0"),
        file: `originations-${momentOf(route).asOf}-${chosen.currency}`,
      },
      originations(cohorts, { by, route, chosen }, page),
      page,
    ),
  ];
}

/** Curves of some cohorts; the table above has them all. */
function curves(cohorts: readonly Cohort[], measure: Ratio, page: AbortSignal) {
  // One month is no curve yet.
  const grown = cohorts.filter(({ cells }) => cells.length > 1);
  const shown = spread(grown.length > 0 ? grown : cohorts, SERIES_COLOURS.length);
  const length = Math.max(...shown.map(({ cells }) => cells.length));
  const lines = shown.map(({ cohort, cells }, index) => {
    const values = Array.from({ length }, (_, at) => cells[at]?.[measure] ?? null);
    return {
      label: cohort,
      colour: SERIES_COLOURS[index] ?? "--text",
      values: values.map((value) => (value === null ? null : drawn(value))),
      texts: values.map(percentText),
    };
  });
  const days = Array.from({ length }, (_, at) => String(at));
  const all = plural(String(cohorts.length), "cohort");
  const note = `${shown.length} of ${all}, evenly from the oldest to the newest that is more than a month on book.`;
  const label = `${MEASURES[measure][0]} by months on book`;
  return [
    lineChart({ label, days, axis: "Months on book", lines, unit: "percent", rest: 0 }, page),
    shown.length < cohorts.length ? h("p", { class: "note" }, note) : null,
  ];
}
