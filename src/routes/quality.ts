import type { Context } from "hono";
import type { quality } from "../contract/position/answers.ts";
import { qualityCsv } from "../contract/position/csv.ts";
import { type Day, dayAt } from "../domain/position/days.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderCsv, wantsCsv } from "../http/csv.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { surveyQuality } from "../reads/quality.ts";
import { read } from "./read.ts";
import { renderUnfinished, tooLarge } from "./survey-answers.ts";

/** `GET /api/quality` (docs/api.md#positions). */
export const qualityHandlers = {
  getQuality: (c, { query }) => answer(c, query.as_of_date ?? dayAt(Date.now())),
} satisfies Partial<RouteHandlers>;

async function answer(c: Context<AppEnv>, day: Day): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await read(c, (db) => surveyQuality(db, tenant, day));
  if (!found.ok) return invalidQuery(c, found.error);
  const surveyed = found.value;
  if (surveyed.kind === "too_large") return tooLarge(c, "There are too many disbursements.");
  if (surveyed.kind === "unfinished") return renderUnfinished(c, surveyed);
  const rules = surveyed.gathered.counts();
  if (wantsCsv(c)) return renderCsv(c, qualityCsv(rules), "quality", null);
  const { from_sequence, to_sequence } = surveyed;
  return renderJson<typeof quality>(c, { as_of_date: day, from_sequence, to_sequence, rules });
}
