import { type Context, Hono } from "hono";
import type * as z from "zod";
import { csvOf } from "../contract/csv.ts";
import { PORTFOLIO_COLUMNS } from "../contract/position/csv-columns.ts";
import { portfolioRow, portfolioView } from "../contract/position/portfolio-view.ts";
import { PORTFOLIO_PARAMETERS, portfolioQuery } from "../contract/position/query.ts";
import { ok } from "../domain/core/result.ts";
import { type Day, dayAt, monthEnds } from "../domain/position/days.ts";
import { type Grouping, Portfolio, type PortfolioLine } from "../domain/position/portfolio.ts";
import { restored, saved } from "../domain/position/saved.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { renderCsv, variesByAccept, wantsCsv } from "../http/csv.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery, query } from "../http/query.ts";
import type { Gathering, Question } from "../store/position/survey.ts";
import { survey } from "../store/position/survey.ts";
import { knownSequence } from "./known-at.ts";
import { read } from "./read.ts";
import { budgetFrom, surveyPast, tooLarge, unfinished } from "./survey.ts";

/** `GET /api/portfolio` (docs/api.md#positions). */
export const portfolioRoutes = new Hono<AppEnv>().get(
  "/",
  authorized(["positions:read", "records:read"], "walk"),
  variesByAccept,
  query(portfolioQuery, PORTFOLIO_PARAMETERS),
  (c) => answer(c, c.req.valid("query")),
);

type PortfolioQuery = z.infer<typeof portfolioQuery>;

async function answer(c: Context<AppEnv>, asked: PortfolioQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const now = Date.now();
  const day = asked.as_of_date ?? dayAt(now);
  const ends = monthEnds(day, asked.months);
  const found = await read(c, async (db) => {
    const known = await knownSequence(db, tenant, asked.known_at);
    if (!known.ok) return known;
    const question = portfolioQuestion(day, ends, asked.group_by ?? null, known.value);
    const days = 1 + ends.length;
    return ok(
      known.value === null
        ? await survey(db, tenant, question, budgetFrom(now, days), Date.now)
        : await surveyPast(db, tenant, question, known.value),
    );
  });
  if (!found.ok) return invalidQuery(c, found.error);
  if (!found.value.ok) return renderProblem(c, found.value.error);
  const surveyed = found.value.value;
  if (surveyed.kind === "too_large") return tooLarge(c, "Ask without group_by, or for fewer months.");
  if (surveyed.kind === "unfinished") return unfinished(c, surveyed);
  const lines = surveyed.gathered.lines();
  if (wantsCsv(c)) {
    const rows = linesOnDays(lines, [day, ...ends]).map(portfolioRow);
    return renderCsv(c, csvOf(PORTFOLIO_COLUMNS, rows), "portfolio", null);
  }
  const viewOf = (on: Day) => lines.filter((line) => line.day === on).map(portfolioView);
  const { from_sequence, to_sequence } = surveyed;
  return renderJson(c, {
    as_of_date: day,
    from_sequence,
    to_sequence,
    data: viewOf(day),
    series: ends.length === 0 ? undefined : ends.map((end) => ({ as_of_date: end, currencies: viewOf(end) })),
  });
}

/** The lines of the days; a month end that is the day itself comes once. */
const linesOnDays = (lines: readonly PortfolioLine[], days: readonly Day[]) =>
  [...new Set(days)].flatMap((day) => lines.filter((line) => line.day === day));

type GatheredPortfolio = Gathering & Pick<Portfolio, "lines">;

function portfolioQuestion(
  day: Day,
  ends: readonly Day[],
  grouping: Grouping | null,
  known: number | null,
): Question<GatheredPortfolio> {
  const days = [...new Set([day, ...ends])];
  const gathering = (lines: readonly PortfolioLine[]): GatheredPortfolio => {
    const portfolio = new Portfolio({ days, grouping }, lines);
    return {
      add: ({ loan, country }) => portfolio.add(loan, country),
      lines: () => portfolio.lines(),
      save: () => saved(portfolio.lines()),
    };
  };
  return {
    text: JSON.stringify(["portfolio", day, ends.length, grouping, known]),
    withCountry: grouping === "country",
    begin: () => gathering([]),
    resume: (text) => gathering(restored<readonly PortfolioLine[]>(text)),
    remember: true,
  };
}
