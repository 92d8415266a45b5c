import type { Context } from "hono";
import type { AnswerOf } from "../contract/answer-types.ts";
import { parseJson, stringifyJson } from "../contract/json.ts";
import { LIMIT_DEFAULT } from "../contract/lookup/query.ts";
import type { payoff, position, positions } from "../contract/position/answers.ts";
import { installmentsCsv, positionsCsv } from "../contract/position/csv.ts";
import { payoffView } from "../contract/position/payoff-view.ts";
import type { PayoffQuery, PositionQuery, PositionsQuery } from "../contract/position/query.ts";
import { positionView, seriesView } from "../contract/position/view.ts";
import type { Problem } from "../domain/core/problem.ts";
import { ledgerLoanIds } from "../domain/core/uuid.ts";
import { measureOf } from "../domain/position/measure.ts";
import { payoffOn } from "../domain/position/payoff.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderCsv, wantsCsv } from "../http/csv.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { findLoan } from "../reads/position.ts";
import type { PositionPage } from "../reads/position-lines.ts";
import { listPositions } from "../reads/position-list.ts";
import { ask } from "./read.ts";
import { renderUnfinished } from "./survey-answers.ts";

/** `GET /api/positions…` (docs/api.md#positions). */
export const positionHandlers = {
  listPositions: (c, { query }) => answerList(c, query),
  getPosition: (c, { path, query }) => answerOne(c, path.disbursement_id, query),
  getPayoff: (c, { path, query }) => answerPayoff(c, path.disbursement_id, query),
} satisfies Partial<RouteHandlers>;

async function answerOne(
  c: Context<AppEnv>,
  disbursement_id: string,
  { as_of_date, known_at, series, ...asked }: PositionQuery,
): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, (db) => findLoan(db, tenant, disbursement_id, known_at));
  if (!found.ok) return renderProblem(c, found.error);
  if (found.value === null) return renderProblem(c, UNKNOWN);
  const { one, settings, today } = found.value;
  const measure = measureOf(asked, settings);
  const view = positionView(one, as_of_date ?? today, measure, ledgerLoanIds(tenant));
  const days = series && { series: seriesView(one, measure) };
  if (!wantsCsv(c)) return renderJson<typeof position>(c, { data: { ...view, ...days } });
  return renderCsv(c, installmentsCsv(view), "installments");
}

const UNKNOWN: Problem = { code: "not_found", detail: "This disbursement does not exist." };

async function answerPayoff(
  c: Context<AppEnv>,
  disbursement_id: string,
  { on, rebate = "none" }: PayoffQuery,
): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, (db) => findLoan(db, tenant, disbursement_id, undefined));
  if (!found.ok) return renderProblem(c, found.error);
  if (found.value === null) return renderProblem(c, UNKNOWN);
  const { one, today } = found.value;
  const day = on ?? today;
  const due = payoffOn(one, day, rebate);
  if (due.ok) return renderJson<typeof payoff>(c, { data: payoffView(one, day, due.value, tenant) });
  return renderProblem(c, { code: due.error, detail: `It starts on ${one.start}.` });
}

async function answerList(c: Context<AppEnv>, asked: PositionsQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const limit = asked.limit ?? LIMIT_DEFAULT;
  const found = await ask(c, (db) => listPositions(db, tenant, { ...asked, limit }));
  if (!found.ok) return renderProblem(c, found.error);
  const { page, next_cursor = null } = found.value;
  if (page.kind === "unfinished") return renderUnfinished(c, page);
  return wantsCsv(c) ? listAsCsv(c, page, next_cursor, asked) : listAsJson(c, page, limit, next_cursor);
}

function listAsJson(
  c: Context<AppEnv>,
  page: Omit<PositionPage, "next">,
  limit: number,
  next: string | null,
): Response {
  const { from_sequence, to_sequence, listed_all } = page;
  const pagination: AnswerOf<typeof positions>["pagination"] = {
    limit,
    has_more: next !== null,
    next_cursor: next ?? undefined,
    listed_all,
    from_sequence,
    to_sequence,
  };
  const text = `{"data":[${page.lines.join(",")}],"pagination":${stringifyJson(pagination)}}`;
  return c.body(text, 200, { "Content-Type": "application/json" });
}

function listAsCsv(
  c: Context<AppEnv>,
  page: Omit<PositionPage, "next">,
  next: string | null,
  { changed_since, from_date, past_month, future_month }: PositionsQuery,
): Response {
  const lines = page.lines.map((line) => {
    const parsed = parseJson(line);
    if (!parsed.ok) throw new Error("a line of a list is the JSON that was written");
    return parsed.value as object;
  });
  const beside = {
    from: (from_date ?? changed_since) !== undefined,
    past: past_month !== undefined,
    future: future_month !== undefined,
  };
  return renderCsv(c, positionsCsv(lines, beside), "positions", { cursor: next, parameter: "cursor" });
}
