import type { ConcentrationQuery } from "../contract/analytics/query.ts";
import { Concentration } from "../domain/analytics/concentration.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { Database } from "../store/d1/session.ts";
import { type Reported, surveyReport } from "./report.ts";
import type { Surveyed } from "./survey.ts";

/** Who owes how much, by one dimension (docs/api.md#analytics). */
export const surveyConcentration = (
  db: Database,
  tenant: string,
  asked: ConcentrationQuery,
): Promise<Result<Surveyed<Reported<Concentration>>, Problem>> =>
  surveyReport(db, tenant, {
    name: "concentration",
    asked,
    days: 1,
    grouping: [asked.by],
    begin: (view, saved) => new Concentration({ ...view, by: asked.by, top: asked.top }, saved),
  });
