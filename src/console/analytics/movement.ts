import type { movement, movementLine, rollRates } from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import { pathOf } from "../address.ts";
import { getWalked } from "../api.ts";
import { h } from "../dom.ts";
import { amountText, type Exact } from "../format.ts";
import { loading } from "../loading.ts";
import type { Route } from "../route.ts";
import { dataTable, type TableColumn } from "../rows.ts";
import { aboutReport } from "./about.ts";
import { choiceForm, lineChoices } from "./choice-form.ts";
import { chosenOf, groupWords, usualCurrency } from "./chosen.ts";
import { groupingAsked } from "./dimensions.ts";
import { filterQuery, filtersOf } from "./filters.ts";
import { reportCard } from "./report-card.ts";
import { type RollCellJson, rollRatesCard, rollRatesPath } from "./roll-matrix.ts";
import { spanControl, spanOf, spanQuery } from "./span.ts";

type Line = ParsedOf<typeof movementLine>;

/** How the portfolio moved between two days: principal and arrears rolled forward, and the roll rates. */
export const movementPart = {
  days: spanControl,
  body: (route: Route, page: AbortSignal): readonly HTMLElement[] => [
    loading("the movement", page, async ({ signal, progress }) => {
      const moved = await getWalked<ParsedOf<typeof movement>>(pathTo(route), signal, progress);
      if (!moved.ok) return moved;
      const rolled = await getWalked<ParsedOf<typeof rollRates>>(rollRatesPath(route), signal, progress);
      if (!rolled.ok) return rolled;
      return { ok: true, value: cards(moved.value.data, rolled.value.data, route, page) };
    }),
  ],
};

const pathTo = (route: Route, currency?: string): string =>
  pathOf(["api", "portfolio", "movement"], {
    ...spanQuery(route),
    group_by: route.query.get("group_by") ?? undefined,
    ...filterQuery(filtersOf(route.query)),
    ...(currency !== undefined && { currency }),
  });

const number = (label: string): TableColumn => [label, "number"];

/** A column of one of the two days. */
const onDay = (label: string, day: string): TableColumn => [
  [`${label} `, h("span", { class: "note" }, day)],
  "number",
];

const PRINCIPAL = [
  ["opening", "Opening"],
  ["disbursed", "+ Disbursed"],
  ["raised", "+ Raised"],
  ["repaid", "− Repaid"],
  ["written_off", "− Written off"],
  ["closing", "= Closing"],
] as const satisfies readonly (readonly [keyof Line["principal"], string])[];

const ARREARS = [
  ["opening", "Opening"],
  ["fell_due", "+ Fell due"],
  ["collected", "− Collected"],
  ["adjusted", "+ Adjusted"],
  ["closing", "= Closing"],
] as const satisfies readonly (readonly [keyof Line["arrears"], string])[];

const ENDS = [
  ["outstanding", "Outstanding"],
  ["overpaid", "Overpaid"],
  ["recovered", "Recovered"],
] as const;

function cards(lines: readonly Line[], rolled: readonly RollCellJson[], route: Route, page: AbortSignal) {
  const chosen = chosenOf(lines, route.query, usualCurrency(rolled));
  const { from, to } = spanOf(route);
  if (chosen === null) return [h("p", { class: "card note" }, `Nothing fits from ${from} to ${to}.`)];
  const { currency, own } = chosen;
  const csv = pathTo(route, currency);
  const about = aboutReport(route, `From ${from} to ${to}`);
  // Without groups the API's group is null.
  const isGrouped = groupingAsked(route).length > 0;
  const named = (line: Line) => (isGrouped ? groupWords(line.group) : currency);
  const amount = (value: Exact) => amountText(value, currency);
  const card = (id: string, title: string, table: HTMLElement) =>
    reportCard(
      { id, title: `${title}, ${currency}`, about, csv, file: `${id}-${from}-${to}-${currency}` },
      [table],
      page,
    );
  const head: TableColumn = [isGrouped ? "Group" : "Currency"];
  return [
    choiceForm(route, "Shown", lineChoices({ ...chosen, groups: [] })),
    card(
      "principal",
      "Principal",
      dataTable(
        "Principal",
        [head, ...PRINCIPAL.map(([, label]) => number(label))],
        own.map((line) => [named(line), ...PRINCIPAL.map(([member]) => amount(line.principal[member]))]),
      ),
    ),
    card(
      "arrears",
      "Arrears",
      dataTable(
        "Arrears",
        [head, ...ARREARS.map(([, label]) => number(label))],
        own.map((line) => [named(line), ...ARREARS.map(([member]) => amount(line.arrears[member]))]),
      ),
    ),
    card(
      "ends",
      "On both days",
      dataTable(
        "On both days",
        [head, ...ENDS.flatMap(([, label]) => [onDay(label, from), onDay(label, to)])],
        own.map((line) => [
          named(line),
          ...ENDS.flatMap(([member]) => [amount(line[member].from), amount(line[member].to)]),
        ]),
      ),
    ),
    ...rollRatesCard(
      rolled.filter((cell) => cell.currency === currency),
      route,
      page,
    ),
  ];
}
