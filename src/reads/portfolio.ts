import type { KnownAt } from "../domain/core/known-at.ts";
import type { Problem } from "../domain/core/problem.ts";
import { ok, type Result } from "../domain/core/result.ts";
import type { Day } from "../domain/position/days.ts";
import { type Grouping, Portfolio, type PortfolioLine } from "../domain/position/portfolio.ts";
import { restored, saved } from "../domain/position/saved.ts";
import type { Database } from "../store/d1/session.ts";
import { knownSequence } from "./known-at.ts";
import { budgetFrom, type Gathering, type Question, type Surveyed, survey, surveyPast } from "./survey.ts";

/** The portfolio on a day, and at some month ends. */
export interface PortfolioRequest {
  readonly day: Day;
  readonly ends: readonly Day[];
  readonly group_by?: Grouping | undefined;
  readonly known_at?: KnownAt | undefined;
}

/** The lines of the portfolio (docs/api.md#positions). */
export async function surveyPortfolio(
  db: Database,
  tenant: string,
  { day, ends, group_by, known_at }: PortfolioRequest,
): Promise<Result<Surveyed<GatheredPortfolio>, Problem>> {
  const known = await knownSequence(db, tenant, known_at);
  if (!known.ok) return known;
  const question = portfolioQuestion(day, ends, group_by ?? null, known.value);
  const days = 1 + ends.length;
  return ok(
    known.value === null
      ? await survey(db, tenant, question, budgetFrom(Date.now(), days), Date.now)
      : await surveyPast(db, tenant, question, known.value),
  );
}

type GatheredPortfolio = Gathering & Pick<Portfolio, "lines">;

function portfolioQuestion(
  day: Day,
  ends: readonly Day[],
  grouping: Grouping | null,
  known: number | null,
): Question<GatheredPortfolio> {
  const days = [...new Set([day, ...ends])];
  const gathering = (lines: readonly PortfolioLine[]): GatheredPortfolio => {
    const portfolio = new Portfolio(days, grouping, lines);
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
