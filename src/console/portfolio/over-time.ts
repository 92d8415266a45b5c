import type { PortfolioJson, PortfolioLineJson } from "../../contract/position/answers.ts";
import { pathOf, type Query } from "../address.ts";
import { getWalked } from "../api.ts";
import { lineChart } from "../chart.ts";
import { h } from "../dom.ts";
import { amountText, drawn, type Exact, percentText } from "../format.ts";
import { loading } from "../loading.ts";
import { momentParameters, type ShownMoment } from "../moment.ts";
import type { ChartLine } from "../plot.ts";

interface Point {
  readonly day: string;
  readonly line: PortfolioLineJson | null;
}

/** The month ends of the series in order, then the day itself. */
function points({ series = [] }: PortfolioJson, now: PortfolioLineJson, asOf: string): readonly Point[] {
  const ends = series
    .filter(({ as_of_date }) => as_of_date < asOf)
    .map(({ as_of_date, currencies }) => ({
      day: as_of_date,
      line: currencies.find(({ currency }) => currency === now.currency) ?? null,
    }))
    .sort((a, b) => (a.day < b.day ? -1 : 1));
  return [...ends, { day: asOf, line: now }];
}

interface Series {
  readonly moment: ShownMoment;
  readonly months: string;
  readonly filters: Query;
}

/** Outstanding and arrears, and the portfolio at risk, month by month. */
export function overTime(
  now: PortfolioLineJson,
  { moment, months, filters }: Series,
  page: AbortSignal,
): HTMLElement {
  const { asOf } = moment;
  const path = pathOf(["api", "portfolio"], {
    ...momentParameters(moment),
    ...filters,
    series: "month",
    months,
  });
  return h(
    "section",
    { class: "card pair", "aria-label": "Month by month" },
    loading("the months", page, async ({ signal, progress }) => {
      const answer = await getWalked<PortfolioJson>(path, signal, progress);
      return answer.ok ? { ok: true, value: charts(answer.value, now, asOf, page) } : answer;
    }),
  );
}

function charts(portfolio: PortfolioJson, now: PortfolioLineJson, asOf: string, page: AbortSignal) {
  const all = points(portfolio, now, asOf);
  const days = all.map(({ day }) => day);
  const amounts = (
    label: string,
    colour: string,
    of: (line: PortfolioLineJson) => Exact,
    filled = false,
  ): ChartLine => ({
    label,
    colour,
    filled,
    values: all.map(({ line }) => (line === null ? 0 : drawn(of(line)))),
    texts: all.map(({ line }) => (line === null ? "0" : amountText(of(line), now.currency))),
  });
  const shares = (
    label: string,
    colour: string,
    of: (line: PortfolioLineJson) => Exact | null,
  ): ChartLine => {
    const values = all.map(({ line }) => (line === null ? null : of(line)));
    return {
      label,
      colour,
      values: values.map((value) => (value === null ? null : drawn(value))),
      texts: values.map(percentText),
    };
  };
  const money = [
    amounts("Outstanding", "--blue", ({ outstanding }) => outstanding, true),
    amounts("Arrears", "--red", ({ arrears }) => arrears, true),
  ];
  const risk = [
    shares("PAR 0", "--amber", ({ par0 }) => par0),
    shares("PAR 30", "--orange", ({ par30 }) => par30),
    shares("PAR 90", "--red", ({ par90 }) => par90),
  ];
  return [
    lineChart(
      { label: `Outstanding and arrears, ${now.currency}`, days, lines: money, unit: "amount" },
      page,
    ),
    lineChart({ label: "Portfolio at risk", days, lines: risk, unit: "percent" }, page),
  ];
}
