import type { rollRate } from "../../contract/analytics/answers.ts";
import type { ParsedOf } from "../../contract/answer-types.ts";
import { ROLL_PLACES } from "../../domain/analytics/roll-rates.ts";
import { BUCKETS } from "../../domain/position/state.ts";
import { href, pathOf } from "../address.ts";
import { type Child, h, link, scrolling } from "../dom.ts";
import { percentView } from "../figure.ts";
import { amountText, capitalized, type Exact, numberText, plural, sumText, words } from "../format.ts";
import { momentOf, momentQuery } from "../moment.ts";
import type { Route } from "../route.ts";
import { aboutReport } from "./about.ts";
import { choiceForm, lineChoices } from "./choice-form.ts";
import { type Chosen, chosenOf } from "./chosen.ts";
import { shade } from "./cohorts.ts";
import { groupingAsked } from "./dimensions.ts";
import { filterQuery, filtersOf } from "./filters.ts";
import { groupFilters } from "./grouping.ts";
import { reportCard } from "./report-card.ts";
import { spanOf, spanQuery } from "./span.ts";

export type RollCellJson = ParsedOf<typeof rollRate>;
type Place = (typeof ROLL_PLACES)[number];

const isBucket = (place: Place) => BUCKETS.some((bucket) => bucket === place);
const label = (place: Place) =>
  isBucket(place) && place !== "current" ? `${place} days` : capitalized(words(place));

/** The path of the roll rates of the address; of one currency only, if it is given. */
export const rollRatesPath = (route: Route, currency?: string): string =>
  pathOf(["api", "roll-rates"], {
    ...spanQuery(route),
    group_by: route.query.get("group_by") ?? undefined,
    ...filterQuery(filtersOf(route.query)),
    ...(currency !== undefined && { currency }),
  });

/** The matrix of the roll rates of a currency: where what was in one place has gone. */
export function rollRatesCard(
  cells: readonly RollCellJson[],
  route: Route,
  page: AbortSignal,
): readonly Child[] {
  const chosen = chosenOf(cells, route.query);
  if (chosen === null) return [];
  const { from, to } = spanOf(route);
  const { currency } = chosen;
  const named = chosen.groups.find(([key]) => key === chosen.key)?.[1];
  const title = ["Roll rates", currency, named].filter((one) => one !== undefined);
  return [
    choiceForm(route, "Group of the roll rates", lineChoices({ ...chosen, currencies: [] })),
    reportCard(
      {
        id: "roll-rates",
        title: title.join(", "),
        about: aboutReport(route, `From ${from} to ${to}`),
        csv: rollRatesPath(route, currency),
        file: `roll-rates-${from}-${to}-${currency}`,
      },
      [matrix({ cells: chosen.lines, route, chosen }), h("p", { class: "note" }, NOTE)],
      page,
    ),
  ];
}

const NOTE =
  "Each row adds up to all that was there on the first day. A share is of the outstanding principal of that day, and of the number where nothing was owed.";

interface Matrix {
  readonly cells: readonly RollCellJson[];
  readonly route: Route;
  readonly chosen: Pick<Chosen, "currency" | "group">;
}

/** Places of the first day down, of the second across. The buckets of both are the same, so that what stayed is a diagonal. */
function matrix(of: Matrix): HTMLElement {
  const { cells } = of;
  const places = (side: "from" | "to") =>
    ROLL_PLACES.filter((place) =>
      cells.some((cell) => cell[side] === place || (isBucket(place) && [cell.from, cell.to].includes(place))),
    );
  const [from, to] = [places("from"), places("to")];
  const address = addresses(of);
  const row = (place: Place) => {
    const own = cells.filter((cell) => cell.from === place);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, label(place)),
      to.map((at) =>
        cellView(
          own.find((cell) => cell.to === at),
          of.chosen.currency,
          address,
        ),
      ),
      h(
        "td",
        { class: "number" },
        amountText(sumText(own.map((cell) => cell.outstanding_from)), of.chosen.currency),
        h("span", { class: "note" }, loansText(sumText(own.map((cell) => cell.number)))),
      ),
    );
  };
  const head = (text: string) => h("th", { scope: "col", class: "number" }, text);
  const table = h(
    "table",
    { class: "heat of-pool matrix" },
    h("caption", { class: "unseen" }, "Roll rates: from the first day down, to the second across"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "From"),
        to.map((place) => head(`to ${label(place)}`)),
        head("All of it"),
      ),
    ),
    h("tbody", {}, from.map(row)),
  );
  return scrolling("Roll rates", table);
}

const loansText = (number: Exact | string) => plural(numberText(number), "loan");

/** The share that moved, what it owed on the first day, or on the second where it owed nothing before. */
function cellView(cell: RollCellJson | undefined, currency: string, address: Address): HTMLElement {
  if (cell === undefined) return h("td", {});
  const [was, is] = [cell.outstanding_from, cell.outstanding_to].map((owed) => amountText(owed, currency));
  return h(
    "td",
    {
      class: `number heat-${shade(cell.rate, 1)}`,
      title: `${was} owed on the first day, ${is} on the second`,
    },
    link(address(cell), percentView(cell.rate)),
    h("span", { class: "note" }, isBucket(cell.from) ? was : is),
    h("span", { class: "note" }, loansText(cell.number)),
  );
}

/** The loans of a cell. */
type Address = (cell: RollCellJson) => string;

/** State and bucket, as filters and as groups, are those of the first day. */
function addresses({ route, chosen }: Matrix): Address {
  const filters = groupFilters(filtersOf(route.query), groupingAsked(route), chosen.group);
  const { state, bucket, ...others } = filterQuery(filters);
  return (cell) =>
    href(["analytics", "loans"], {
      ...momentQuery({ ...momentOf(route), against: null }),
      ...others,
      currency: chosen.currency,
      from_date: spanOf(route).from,
      from_state: state,
      from_bucket: bucket,
      [isBucket(cell.from) ? "from_bucket" : "from_state"]: cell.from,
      [isBucket(cell.to) ? "bucket" : "state"]: cell.to,
    });
}
