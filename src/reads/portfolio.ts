import type { PortfolioQuery } from "../contract/position/query.ts";
import { Portfolio } from "../domain/analytics/portfolio.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import { monthEnds } from "../domain/position/days.ts";
import type { Database } from "../store/d1/session.ts";
import { type Reported, surveyReport } from "./report.ts";
import type { Surveyed } from "./survey.ts";

/** The lines of the portfolio (docs/api.md#positions). */
export const surveyPortfolio = (
  db: Database,
  tenant: string,
  asked: PortfolioQuery,
): Promise<Result<Surveyed<Reported<Portfolio>>, Problem>> =>
  surveyReport(db, tenant, {
    name: "portfolio",
    asked,
    days: 1 + asked.months,
    begin: ({ day, ...view }, saved) =>
      new Portfolio({ ...view, day, ends: monthEnds(day, asked.months) }, saved),
  });
