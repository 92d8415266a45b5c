import type { Context } from "hono";
import type { portfolio } from "../contract/position/answers.ts";
import { portfolioCsv } from "../contract/position/csv.ts";
import { portfolioLineView } from "../contract/position/portfolio-view.ts";
import type { PortfolioQuery } from "../contract/position/query.ts";
import type { PortfolioLine } from "../domain/analytics/portfolio.ts";
import type { Day } from "../domain/position/days.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderCsv, wantsCsv } from "../http/csv.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson } from "../http/problem.ts";
import { surveyPortfolio } from "../reads/portfolio.ts";
import { ask } from "./read.ts";
import { bounded, renderUnanswered } from "./survey-answers.ts";

/** `GET /api/portfolio` (docs/api.md#positions). */
export const portfolioHandlers = {
  getPortfolio: (c, { query }) => answer(c, query),
} satisfies Partial<RouteHandlers>;

const NARROW = "Ask without group_by, or for fewer months.";

async function answer(c: Context<AppEnv>, asked: PortfolioQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, (db) => surveyPortfolio(db, tenant, asked));
  if (!found.ok || found.value.kind !== "complete") return renderUnanswered(c, found, NARROW);
  const surveyed = found.value;
  const { day, gatherer } = surveyed.gathered;
  const { ends } = gatherer;
  const lines = gatherer.lines();
  if (wantsCsv(c)) {
    const csv = portfolioCsv(linesOnDays(lines, [day, ...ends]));
    return bounded(c, renderCsv(c, csv, "portfolio"), NARROW);
  }
  const viewOf = (on: Day) => lines.filter((line) => line.day === on).map(portfolioLineView);
  const { from_sequence, to_sequence } = surveyed;
  const json = renderJson<typeof portfolio>(c, {
    as_of_date: day,
    from_sequence,
    to_sequence,
    data: viewOf(day),
    series: ends.length === 0 ? undefined : ends.map((end) => ({ as_of_date: end, currencies: viewOf(end) })),
  });
  return bounded(c, json, NARROW);
}

/** The lines of the days; a month end that is the day itself comes once. */
const linesOnDays = (lines: readonly PortfolioLine[], days: readonly Day[]) =>
  [...new Set(days)].flatMap((day) => lines.filter((line) => line.day === day));
