import type { MovementQuery, RollRatesQuery } from "../contract/analytics/query.ts";
import { Movement } from "../domain/analytics/movement.ts";
import { RollRates } from "../domain/analytics/roll-rates.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { Database } from "../store/d1/session.ts";
import { type Reported, surveyReport } from "./report.ts";
import type { Surveyed } from "./survey.ts";

/** How the portfolio moved between two days (docs/api.md#analytics). */
export function surveyMovement(
  db: Database,
  tenant: string,
  asked: MovementQuery,
): Promise<Result<Surveyed<Reported<Movement>>, Problem>> {
  const span = { from: asked.from_date, to: asked.to_date };
  return surveyReport(db, tenant, {
    name: "movement",
    asked,
    days: 2,
    begin: (view, saved) => new Movement({ ...view, span }, saved),
  });
}

/** How disbursements moved between buckets from one day to another (docs/api.md#analytics). */
export function surveyRollRates(
  db: Database,
  tenant: string,
  asked: RollRatesQuery,
): Promise<Result<Surveyed<Reported<RollRates>>, Problem>> {
  const span = { from: asked.from_date, to: asked.to_date };
  return surveyReport(db, tenant, {
    name: "roll rates",
    asked,
    days: 2,
    begin: (view, saved) => new RollRates({ ...view, span }, saved),
  });
}
