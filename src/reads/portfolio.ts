import type * as z from "zod";
import type { portfolioQuery } from "../contract/position/query.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import { type Day, monthEnds } from "../domain/position/days.ts";
import { measureOf } from "../domain/position/measure.ts";
import { Portfolio, type PortfolioLine } from "../domain/position/portfolio.ts";
import { restored, saved } from "../domain/position/saved.ts";
import type { Database } from "../store/d1/session.ts";
import { questionText } from "./question-text.ts";
import { type Gathering, type Question, type Surveyed, savedWhole } from "./survey.ts";
import { surveyKnownAt } from "./survey-known-at.ts";

/** What to sum up, as of a day that is known. */
type PortfolioRequest = z.infer<typeof portfolioQuery> & { readonly as_of_date: Day };

/** The lines of the portfolio (docs/api.md#positions). */
export async function surveyPortfolio(
  db: Database,
  tenant: string,
  { known_at, ...request }: PortfolioRequest,
): Promise<Result<Surveyed<GatheredPortfolio>, Problem>> {
  const questionOf = (known: number | null) => portfolioQuestion(request, known);
  return surveyKnownAt(db, tenant, { known_at, questionOf, days: 1 + request.months });
}

type GatheredPortfolio = Gathering & Pick<Portfolio, "lines">;

function portfolioQuestion(
  request: Omit<PortfolioRequest, "known_at">,
  known: number | null,
): Question<GatheredPortfolio> {
  const { as_of_date: day, months, group_by = null } = request;
  const measure = measureOf(request);
  const days = [...new Set([day, ...monthEnds(day, months)])];
  const gathering = (lines: readonly PortfolioLine[]): GatheredPortfolio => {
    const portfolio = new Portfolio({ days, grouping: group_by, filters: request, measure }, lines);
    return {
      add: ({ loan, attributes }) => portfolio.add(loan, attributes),
      lines: () => portfolio.lines(),
      save: () => savedWhole(saved(portfolio.lines())),
    };
  };
  return {
    text: questionText("portfolio", { ...request, known }),
    known,
    withCountry: group_by === "country" || request.country !== undefined,
    begin: () => gathering([]),
    resume: (parts) => gathering(restored<readonly PortfolioLine[]>(parts.join(""))),
    keep: true,
  };
}
