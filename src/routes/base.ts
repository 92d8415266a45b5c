import type { Context } from "hono";
import type { AnswerOf } from "../contract/answer-types.ts";
import type { base, baseLoans } from "../contract/facility/answers.ts";
import { baseCsv, baseLoansCsv, baseView } from "../contract/facility/base-view.ts";
import type { BaseLoansQuery } from "../contract/facility/query.ts";
import { parseJson, stringifyJson } from "../contract/json.ts";
import { CSV_PAGE, JSON_PAGE } from "../contract/lookup/query.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderCsv, wantsCsv } from "../http/csv.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { surveyBase } from "../reads/base.ts";
import { type BaseLoansPage, listBaseLoans, TOO_LARGE_A_POOL } from "../reads/base-loans.ts";
import { ask } from "./read.ts";
import { bounded, renderUnfinished } from "./survey-answers.ts";

const NARROW = "Put fewer limits: each group that exceeds one is a line.";

/** What can be borrowed against a facility's pool (docs/api.md#facilities). */
export const baseHandlers = {
  getBase: async (c, { path: { facility_id }, query }) => {
    const tenant = c.get("principal").tenant_id;
    const found = await ask(c, (db) => surveyBase(db, tenant, { facility_id, query }));
    if (!found.ok) return renderProblem(c, found.error);
    const surveyed = found.value;
    if (surveyed.kind === "too_large") return renderProblem(c, TOO_LARGE_A_POOL);
    if (surveyed.kind === "unfinished") return renderUnfinished(c, surveyed);
    const { gathered, from_sequence, to_sequence } = surveyed;
    const { day, facility, pool } = gathered;
    const data = baseView(facility, pool.figures());
    if (wantsCsv(c)) return bounded(c, renderCsv(c, baseCsv(day, data), "base"), NARROW);
    const body = { as_of_date: day, from_sequence, to_sequence, data };
    return bounded(c, renderJson<typeof base>(c, body), NARROW);
  },
  listBaseLoans: (c, { path: { facility_id }, query }) => answerLoans(c, facility_id, query),
} satisfies Partial<RouteHandlers>;

async function answerLoans(
  c: Context<AppEnv>,
  facility_id: string,
  query: BaseLoansQuery,
): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const limit = query.limit ?? (wantsCsv(c) ? CSV_PAGE : JSON_PAGE).default;
  const found = await ask(c, (db) => listBaseLoans(db, tenant, { facility_id, query: { ...query, limit } }));
  if (!found.ok) return renderProblem(c, found.error);
  const { page, next_cursor } = found.value;
  if (page.kind === "unfinished") return renderUnfinished(c, page);
  if (!wantsCsv(c)) return loansAsJson(c, page, limit, next_cursor);
  const next = { cursor: next_cursor, parameter: "cursor" };
  return renderCsv(c, baseLoansCsv(page.lines.map(parsedLine)), "base-loans", next);
}

function loansAsJson(
  c: Context<AppEnv>,
  { day, lines, from_sequence, to_sequence }: BaseLoansPage,
  limit: number,
  next_cursor: string | undefined,
): Response {
  const pagination: AnswerOf<typeof baseLoans>["pagination"] = {
    limit,
    has_more: next_cursor !== undefined,
    next_cursor,
    from_sequence,
    to_sequence,
  };
  const text = `{"as_of_date":"${day}","data":[${lines.join(",")}],"pagination":${stringifyJson(pagination)}}`;
  return c.body(text, 200, { "Content-Type": "application/json" });
}

/** A line as it was written. */
function parsedLine(line: string): AnswerOf<typeof baseLoans>["data"][number] {
  const parsed = parseJson(line);
  if (!parsed.ok) throw new Error("a line of a list is the JSON that was written");
  return parsed.value as AnswerOf<typeof baseLoans>["data"][number];
}
