import type { CashFlowsQuery } from "../contract/analytics/query.ts";
import { CashFlows } from "../domain/analytics/cash-flows.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { Database } from "../store/d1/session.ts";
import { type Reported, surveyReport } from "./report.ts";
import type { Surveyed } from "./survey.ts";

/** What fell due and came in by month, and what will fall due (docs/api.md#analytics). */
export const surveyCashFlows = (
  db: Database,
  tenant: string,
  asked: CashFlowsQuery,
): Promise<Result<Surveyed<Reported<CashFlows>>, Problem>> =>
  surveyReport(db, tenant, {
    name: "cash_flows",
    asked,
    days: 2 + asked.past,
    begin: (view, saved) => new CashFlows({ ...view, past: asked.past, months: asked.months }, saved),
  });
