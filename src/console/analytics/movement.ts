import type { movement, movementLine } from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import { pathOf } from "../address.ts";
import { getWalked } from "../api.ts";
import { h } from "../dom.ts";
import { amountText, type Exact } from "../format.ts";
import { loading } from "../loading.ts";
import type { Route } from "../route.ts";
import { dataTable, type TableColumn } from "../rows.ts";
import { choiceForm, lineChoices } from "./choice-form.ts";
import { chosenOf, groupWords } from "./chosen.ts";
import { filterQuery, filtersOf } from "./filters.ts";
import { reportCard } from "./report-card.ts";
import { rollRatesPart } from "./roll-matrix.ts";
import { spanControl, spanOf, spanQuery } from "./span.ts";

type Line = ParsedOf<typeof movementLine>;

/** How the portfolio moved between two days: principal and arrears rolled forward, and the roll rates. */
export const movementPart = {
  days: spanControl,
  body: (route: Route, page: AbortSignal): readonly HTMLElement[] => [
    loading("the movement", page, async ({ signal, progress }) => {
      const answer = await getWalked<ParsedOf<typeof movement>>(pathTo(route), signal, progress);
      return answer.ok ? { ok: true, value: cards(answer.value.data, route, page) } : answer;
    }),
    rollRatesPart(route, page),
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

function cards(lines: readonly Line[], route: Route, page: AbortSignal) {
  const chosen = chosenOf(lines, route.query);
  const { from, to } = spanOf(route);
  if (chosen === null) return [h("p", { class: "note" }, `Nothing fits from ${from} to ${to}.`)];
  const { currency, own } = chosen;
  const csv = pathTo(route, currency);
  const named = (line: Line) => (line.group === undefined ? currency : groupWords(line.group));
  const amount = (value: Exact) => amountText(value, currency);
  const card = (id: string, title: string, table: HTMLElement) =>
    reportCard(
      { id, title: `${title}, ${currency}`, csv, file: `${id}-${from}-${to}-${currency}` },
      [table],
      page,
    );
  const head: TableColumn = [own.some(({ group }) => group !== undefined) ? "Group" : "Currency"];
  const days = `from ${from} to ${to}`;
  return [
    choiceForm(route, "Shown", lineChoices({ ...chosen, groups: [] })),
    card(
      "principal",
      `Principal ${days}`,
      dataTable(
        "Principal",
        [head, ...PRINCIPAL.map(([, label]) => number(label))],
        own.map((line) => [named(line), ...PRINCIPAL.map(([member]) => amount(line.principal[member]))]),
      ),
    ),
    card(
      "arrears",
      `Arrears ${days}`,
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
        [head, ...ENDS.flatMap(([, label]) => [number(`${label} ${from}`), number(`${label} ${to}`)])],
        own.map((line) => [
          named(line),
          ...ENDS.flatMap(([member]) => [amount(line[member].from), amount(line[member].to)]),
        ]),
      ),
    ),
  ];
}
