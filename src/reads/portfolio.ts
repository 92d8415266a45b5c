import type * as z from "zod";
import type { portfolioQuery } from "../contract/position/query.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import { type Day, monthEnds } from "../domain/position/days.ts";
import { measureOf } from "../domain/position/measure.ts";
import { Portfolio, type PortfolioLine } from "../domain/position/portfolio.ts";
import { restored, saved } from "../domain/position/saved.ts";
import type { Database } from "../store/d1/session.ts";
import type { InForce } from "./in-force.ts";
import { questionText } from "./question-text.ts";
import { type Gathering, type Question, type Surveyed, savedWhole } from "./survey.ts";
import { surveyKnownAt } from "./survey-known-at.ts";

type PortfolioRequest = z.infer<typeof portfolioQuery>;

/** The lines of the portfolio (docs/api.md#positions). */
export async function surveyPortfolio(
  db: Database,
  tenant: string,
  { known_at, ...request }: PortfolioRequest,
): Promise<Result<Surveyed<GatheredPortfolio>, Problem>> {
  const questionOf = (known: number | null, inForce: InForce) => portfolioQuestion(request, known, inForce);
  return surveyKnownAt(db, tenant, { known_at, questionOf, days: 1 + request.months });
}

type GatheredPortfolio = Gathering &
  Pick<Portfolio, "lines"> & {
    readonly day: Day;
    /** The month ends of a series. */
    readonly ends: readonly Day[];
  };

function portfolioQuestion(
  request: Omit<PortfolioRequest, "known_at">,
  known: number | null,
  { settings, calendar, today }: InForce,
): Question<GatheredPortfolio> {
  const { as_of_date: day = today, months, group_by: grouping = null } = request;
  const ends = monthEnds(day, months);
  const days = [...new Set([day, ...ends])];
  const measure = measureOf(request, settings);
  const { time_zone } = settings;
  const view = { days, grouping, filters: request, measure, calendar };
  const gathering = (lines: readonly PortfolioLine[]): GatheredPortfolio => {
    const portfolio = new Portfolio(view, lines);
    return {
      day,
      ends,
      add: ({ loan, attributes }) => portfolio.add(loan, attributes),
      lines: () => portfolio.lines(),
      save: () => savedWhole(saved(portfolio.lines())),
    };
  };
  return {
    text: questionText("portfolio", { ...request, as_of_date: day, measure, time_zone, known }),
    known,
    withCountry: grouping === "country" || request.country !== undefined,
    begin: () => gathering([]),
    resume: (parts) => gathering(restored<readonly PortfolioLine[]>(parts.join(""))),
    keep: true,
  };
}
