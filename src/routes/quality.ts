import type { Context } from "hono";
import { qualityCsv } from "../contract/position/csv.ts";
import { dayAt } from "../domain/position/days.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderCsv, wantsCsv } from "../http/csv.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { type QualityRequest, surveyQuality } from "../reads/quality.ts";
import { ask } from "./read.ts";
import { tooLarge, unfinished } from "./survey-answers.ts";

/** `GET /api/quality` (docs/api.md#positions). */
export const qualityHandlers = {
  getQuality: (c, { query }) => answer(c, { ...query, as_of_date: query.as_of_date ?? dayAt(Date.now()) }),
} satisfies Partial<RouteHandlers>;

async function answer(c: Context<AppEnv>, asked: QualityRequest): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, (db) => surveyQuality(db, tenant, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const surveyed = found.value;
  if (surveyed.kind === "too_large") return tooLarge(c, "There are too many disbursements.");
  if (surveyed.kind === "unfinished") return unfinished(c, surveyed);
  const rules = surveyed.gathered.counts();
  if (wantsCsv(c)) return renderCsv(c, qualityCsv(rules), "quality", null);
  const { from_sequence, to_sequence } = surveyed;
  return renderJson(c, { as_of_date: asked.as_of_date, from_sequence, to_sequence, rules });
}
