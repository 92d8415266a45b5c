import type { VintagesQuery } from "../contract/analytics/query.ts";
import { Vintages } from "../domain/analytics/vintages.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { Database } from "../store/d1/session.ts";
import { type Reported, surveyReport } from "./report.ts";
import type { Surveyed } from "./survey.ts";

/** How the disbursements of each period perform (docs/api.md#analytics). */
export const surveyVintages = (
  db: Database,
  tenant: string,
  asked: VintagesQuery,
): Promise<Result<Surveyed<Reported<Vintages>>, Problem>> =>
  surveyReport(db, tenant, {
    name: "vintages",
    asked,
    days: 1 + asked.months,
    begin: (view, saved) => new Vintages({ ...view, by: asked.by, months: asked.months }, saved),
  });
