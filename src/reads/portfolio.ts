import type { KnownAt } from "../domain/core/known-at.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { Day } from "../domain/position/days.ts";
import { type Grouping, Portfolio, type PortfolioLine } from "../domain/position/portfolio.ts";
import { restored, saved } from "../domain/position/saved.ts";
import type { Database } from "../store/d1/session.ts";
import type { Progress } from "../store/position/memos.ts";
import { knownSequence, tooLongPast } from "./known-at.ts";
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
  const known = known_at && (await knownSequence(db, tenant, known_at));
  if (known && !known.ok) return known;
  if (!known || known.value.sequence === known.value.head) {
    const question = portfolioQuestion(day, ends, group_by ?? null, null);
    const now = await survey(db, tenant, question, budgetFrom(Date.now(), 1 + ends.length), Date.now);
    // The log may have moved on since its head was read.
    if (!known || now.kind !== "complete" || isAsOf(now, known.value.sequence)) return ok(now);
  }
  const { sequence } = known.value;
  const tooLong = tooLongPast(sequence);
  if (tooLong) return err(tooLong);
  return ok(await surveyPast(db, tenant, portfolioQuestion(day, ends, group_by ?? null, sequence), sequence));
}

const isAsOf = ({ from_sequence, to_sequence }: Progress, sequence: number): boolean =>
  from_sequence === sequence && to_sequence === sequence;

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
