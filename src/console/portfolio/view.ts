import type { PortfolioJson, PortfolioLineJson } from "../../contract/position/answers.ts";
import { pathOf, type Query } from "../address.ts";
import { groupingAsked } from "../analytics/dimensions.ts";
import { filterBar } from "../analytics/filter-bar.ts";
import { filterQuery, filtersOf } from "../analytics/filters.ts";
import { getWalked } from "../api.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h, labelled, select } from "../dom.ts";
import { loading } from "../loading.ts";
import { momentOf, momentParameters, type ShownMoment } from "../moment.ts";
import type { Route } from "../route.ts";
import { printableTitle } from "../shell.ts";
import { buckets } from "./buckets.ts";
import { groupTable } from "./by-group.ts";
import { currencies, figures } from "./figures.ts";
import { lateLoans } from "./late-loans.ts";
import { overTime } from "./over-time.ts";

/** The page chooses these by itself: its list has the buckets, and it shows one currency. */
const CHOSEN = ["currency", "bucket"];
const MONTHS = ["12", "24", "36", "60"];

/** The portfolio on a day: figures, buckets, months, and the late loans. */
export function portfolioView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const moment = momentOf(route);
  const months = route.query.get("months") ?? "12";
  const filters = filterQuery(filtersOf(route.query, CHOSEN));
  main.append(
    h("div", { class: "heading" }, printableTitle("Portfolio"), controls(route, moment, months, filters)),
    filterBar(route, { groups: true, except: CHOSEN }),
    loading("the portfolio", page, async ({ signal, progress }) => {
      const at = (asOf: string) => {
        const path = pathOf(["api", "portfolio"], { ...momentParameters({ ...moment, asOf }), ...filters });
        return getWalked<PortfolioJson>(path, signal, progress);
      };
      const answer = await at(moment.asOf);
      if (!answer.ok) return answer;
      const other = moment.against === null ? null : await at(moment.against);
      if (other !== null && !other.ok) return other;
      const then = other?.value ?? null;
      return { ok: true, value: parts(answer.value, then, { route, moment, months, filters, page }) };
    }),
  );
}

function controls(route: Route, moment: ShownMoment, months: string, filters: Query): HTMLElement {
  const span = select(
    MONTHS.map((number) => [number, `last ${number} months`]),
    months,
  );
  const kept = (name: string) => route.query.get(name) ?? undefined;
  return dayControl(["portfolio"], moment, {
    compares: true,
    others: [labelled("Charts", span)],
    queryOf: () => ({
      months: span.value,
      currency: kept("currency"),
      group_by: kept("group_by"),
      ...filters,
    }),
  });
}

interface Look {
  readonly route: Route;
  readonly moment: ShownMoment;
  readonly months: string;
  readonly filters: Query;
  readonly page: AbortSignal;
}

function parts(
  portfolio: PortfolioJson,
  other: PortfolioJson | null,
  { route, moment, months, filters, page }: Look,
): readonly Child[] {
  const { asOf, against } = moment;
  const chosen = chooseCurrency(portfolio.data, route.query.get("currency"));
  if (chosen === null) {
    return [
      h(
        "section",
        { class: "card" },
        h(
          "p",
          {},
          Object.values(filters).some((value) => value !== "")
            ? `No disbursement fits the filters on ${asOf}.`
            : `There was no disbursement on ${asOf}. Send some through POST /ingest, or choose another day.`,
        ),
      ),
    ];
  }
  const { currency } = chosen;
  const grouping = groupingAsked(route);
  const then =
    against === null
      ? null
      : { day: against, line: other?.data.find((line) => line.currency === currency) ?? null };
  const loans = lateLoans({ route, moment, currency, filters, page });
  return [
    portfolio.data.length > 1 && currencies(portfolio.data, currency, route),
    h("div", { class: "columns" }, figures(chosen, asOf, then), buckets(chosen, then, loans.show)),
    grouping.length > 0 && groupTable({ moment, filters, currency, grouping }, page),
    overTime(chosen, { moment, months, filters }, page),
    loans.element,
  ];
}

/** The currency of the address, else the one with the most loans. */
function chooseCurrency(
  lines: readonly PortfolioLineJson[],
  wanted: string | null,
): PortfolioLineJson | null {
  const most = [...lines].sort((a, b) => Number(b.number.value) - Number(a.number.value));
  return lines.find(({ currency }) => currency === wanted) ?? most[0] ?? null;
}
