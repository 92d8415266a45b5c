import { type Context, Hono } from "hono";
import { csvOf } from "../contract/csv.ts";
import { QUALITY_COLUMNS } from "../contract/position/csv-columns.ts";
import { qualityQuery } from "../contract/position/query.ts";
import { type Day, dayAt } from "../domain/position/days.ts";
import type { QualityCount } from "../domain/position/quality.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { renderCsv, variesByAccept, wantsCsv } from "../http/csv.ts";
import { renderJson } from "../http/problem.ts";
import { invalidQuery, query } from "../http/query.ts";
import { surveyQuality } from "../reads/quality.ts";
import { read } from "./read.ts";
import { tooLarge, unfinished } from "./survey-answers.ts";

/** `GET /api/quality` (docs/api.md#positions). */
export const qualityRoutes = new Hono<AppEnv>().get(
  "/",
  authorized(["positions:read", "records:read"], "walk"),
  variesByAccept,
  query(qualityQuery, ["as_of_date"]),
  (c) => answer(c, c.req.valid("query").as_of_date ?? dayAt(Date.now())),
);

async function answer(c: Context<AppEnv>, day: Day): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await read(c, (db) => surveyQuality(db, tenant, day));
  if (!found.ok) return invalidQuery(c, found.error);
  const surveyed = found.value;
  if (surveyed.kind === "too_large") return tooLarge(c, "There are too many disbursements.");
  if (surveyed.kind === "unfinished") return unfinished(c, surveyed);
  const rules = surveyed.gathered.counts();
  if (wantsCsv(c)) return renderCsv(c, csvOf(QUALITY_COLUMNS, rules.flatMap(rowsOf)), "quality", null);
  const { from_sequence, to_sequence } = surveyed;
  return renderJson(c, { as_of_date: day, from_sequence, to_sequence, rules });
}

const rowsOf = ({ code, count, examples }: QualityCount) =>
  examples.map((example) => ({ code, count, ...example }));
