import type { Context } from "hono";
import { LIMIT_DEFAULT } from "../contract/lookup/query.ts";
import type { quality, qualityRule } from "../contract/position/answers.ts";
import { findingsCsv, qualityCsv } from "../contract/position/csv.ts";
import type { QualityQuery, QualityRuleQuery } from "../contract/position/query.ts";
import { QUALITY_CODES } from "../domain/position/quality-rules.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderCsv, wantsCsv } from "../http/csv.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { surveyQuality } from "../reads/quality.ts";
import { findingsOfRule } from "../reads/quality-findings.ts";
import { ask } from "./read.ts";
import { renderUnfinished, tooLarge } from "./survey-answers.ts";

/** `GET /api/quality…` (docs/api.md#positions). */
export const qualityHandlers = {
  getQuality: (c, { query }) => answer(c, query),
  getQualityRule: (c, { path, query }) => answerRule(c, path.rule, query),
} satisfies Partial<RouteHandlers>;

async function answer(c: Context<AppEnv>, asked: QualityQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, (db) => surveyQuality(db, tenant, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const surveyed = found.value;
  if (surveyed.kind === "too_large") return tooLarge(c, "There are too many disbursements.");
  if (surveyed.kind === "unfinished") return renderUnfinished(c, surveyed);
  const rules = surveyed.gathered.counts();
  if (wantsCsv(c)) return renderCsv(c, qualityCsv(rules), "quality");
  const { from_sequence, to_sequence } = surveyed;
  return renderJson<typeof quality>(c, {
    as_of_date: surveyed.gathered.day,
    from_sequence,
    to_sequence,
    rules,
  });
}

async function answerRule(c: Context<AppEnv>, name: string, asked: QualityRuleQuery): Promise<Response> {
  const code = QUALITY_CODES.find((known) => known === name);
  if (!code) {
    const detail = `The rules are ${QUALITY_CODES.join(", ")}.`;
    return renderProblem(c, { code: "not_found", detail });
  }
  const tenant = c.get("principal").tenant_id;
  const limit = asked.limit ?? LIMIT_DEFAULT;
  const found = await ask(c, (db) => findingsOfRule(db, tenant, { ...asked, code, limit }));
  if (!found.ok) return renderProblem(c, found.error);
  const { data, as_of_date, from_sequence, to_sequence, next_cursor } = found.value;
  if (wantsCsv(c)) return renderCsv(c, findingsCsv(data), code, { cursor: next_cursor, parameter: "cursor" });
  const pagination = { limit, has_more: next_cursor !== undefined, next_cursor, from_sequence, to_sequence };
  return renderJson<typeof qualityRule>(c, { as_of_date, code, data, pagination });
}
