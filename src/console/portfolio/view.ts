import type { PortfolioJson, PortfolioLineJson } from "../../contract/position/answers.ts";
import { pathOf } from "../address.ts";
import { getWalked } from "../api.ts";
import { today } from "../caller.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h, labelled, select } from "../dom.ts";
import { loading } from "../loading.ts";
import type { Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { buckets } from "./buckets.ts";
import { currencies, figures } from "./figures.ts";
import { lateLoans } from "./late-loans.ts";
import { overTime } from "./over-time.ts";

const MONTHS = ["12", "24", "36", "60"];

/** The portfolio on a day: figures, buckets, months, and the late loans. */
export function portfolioView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const asOf = route.query.get("as_of") ?? today();
  const months = route.query.get("months") ?? "12";
  main.append(
    h("div", { class: "heading" }, entitle("Portfolio", true), controls(route, asOf, months)),
    loading("the portfolio", page, async ({ signal, progress }) => {
      const path = pathOf(["api", "portfolio"], { as_of_date: asOf });
      const answer = await getWalked<PortfolioJson>(path, signal, progress);
      if (!answer.ok) return answer;
      return { ok: true, value: parts(answer.value, { route, asOf, months, page }) };
    }),
  );
}

function controls(route: Route, asOf: string, months: string): HTMLElement {
  const span = select(
    MONTHS.map((number) => [number, `last ${number} months`]),
    months,
  );
  const currency = route.query.get("currency") ?? undefined;
  return dayControl(["portfolio"], asOf, [labelled("Charts", span)], () => ({
    months: span.value,
    currency,
  }));
}

interface Look {
  readonly route: Route;
  readonly asOf: string;
  readonly months: string;
  readonly page: AbortSignal;
}

function parts(portfolio: PortfolioJson, { route, asOf, months, page }: Look): readonly Child[] {
  const chosen = chooseCurrency(portfolio.data, route.query.get("currency"));
  if (chosen === null) {
    return [
      h(
        "section",
        { class: "card" },
        h(
          "p",
          {},
          `There was no disbursement on ${asOf}. Send some through POST /ingest, or choose another day.`,
        ),
      ),
    ];
  }
  const { currency } = chosen;
  const loans = lateLoans({ route, asOf, currency, page });
  return [
    portfolio.data.length > 1 && currencies(portfolio.data, currency, route),
    h("div", { class: "columns" }, figures(chosen, asOf), buckets(chosen, loans.show)),
    overTime(chosen, asOf, months, page),
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
