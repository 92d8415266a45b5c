import type * as z from "zod";
import type { portfolioQuery } from "../contract/position/query.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { type Day, monthEnds } from "../domain/position/days.ts";
import { measureOf } from "../domain/position/measure.ts";
import { Portfolio, type PortfolioLine } from "../domain/position/portfolio.ts";
import { restored, saved } from "../domain/position/saved.ts";
import type { Database } from "../store/d1/session.ts";
import type { WalkProgress } from "../store/position/memos.ts";
import { knownSequence, tooLongPast } from "./known-at.ts";
import { questionText } from "./question-text.ts";
import {
  budgetFrom,
  type Gathering,
  type Question,
  type Surveyed,
  savedWhole,
  survey,
  surveyPast,
} from "./survey.ts";

/** What to sum up, as of a day that is known. */
type PortfolioRequest = z.infer<typeof portfolioQuery> & { readonly as_of_date: Day };

/** The lines of the portfolio (docs/api.md#positions). */
export async function surveyPortfolio(
  db: Database,
  tenant: string,
  { known_at, ...request }: PortfolioRequest,
): Promise<Result<Surveyed<GatheredPortfolio>, Problem>> {
  const known = known_at && (await knownSequence(db, tenant, known_at));
  if (known && !known.ok) return known;
  if (!known || known.value.sequence === known.value.head) {
    const budget = budgetFrom(Date.now(), 1 + request.months);
    const now = await survey(db, tenant, portfolioQuestion(request, null), budget, Date.now);
    // The log may have moved on since its head was read.
    if (!known || now.kind !== "complete" || isAsOf(now, known.value.sequence)) return ok(now);
  }
  const { sequence } = known.value;
  const tooLong = tooLongPast(sequence);
  if (tooLong) return err(tooLong);
  return ok(await surveyPast(db, tenant, portfolioQuestion(request, sequence), sequence));
}

const isAsOf = ({ from_sequence, to_sequence }: WalkProgress, sequence: number): boolean =>
  from_sequence === sequence && to_sequence === sequence;

type GatheredPortfolio = Gathering & Pick<Portfolio, "lines">;

/** `known` is the sequence up to which the log is folded, null for the records as they are. */
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
    withCountry: group_by === "country" || request.country !== undefined,
    begin: () => gathering([]),
    resume: (parts) => gathering(restored<readonly PortfolioLine[]>(parts.join(""))),
    keep: true,
  };
}
