import { type Context, Hono } from "hono";
import {
  type ExceptionsQuery,
  exceptionsQuery,
  type ProofQuery,
  parseSwitch,
  proofQuery,
} from "../contract/bookkeeping/bodies.ts";
import { decodeCursor, encodeCursor } from "../contract/cursor.ts";
import { queryNames } from "../contract/ledger/queries.ts";
import { amountIn } from "../contract/position/view.ts";
import type { Exception } from "../domain/bookkeeping/compare.ts";
import { dayAt } from "../domain/position/days.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { jsonBodyOnly, parsedBody } from "../http/body.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery, noQuery, query } from "../http/query.ts";
import { findExceptions } from "../reads/exceptions.ts";
import { compareBooks, type Difference } from "../reads/proof.ts";
import { readSwitch, type Switch } from "../store/bookkeeping/switch.ts";
import { keepBooks } from "../tenant/client.ts";
import { read } from "./read.ts";

/** `/v1/bookkeeping…` (docs/bookkeeping.md#the-switch). */
export const bookkeepingRoutes = new Hono<AppEnv>()
  .get("/", authorized("hpts:ledger:read"), noQuery, async (c) => {
    const found = await read(c, (db) => readSwitch(db, c.get("principal").tenant_id));
    return found.ok ? renderJson(c, switchView(found.value)) : invalidQuery(c, found.error);
  })
  .put("/", jsonBodyOnly, authorized("hpts:adjustments:write"), noQuery, parsedBody, async (c) => {
    const mode = parseSwitch(c.get("body"));
    if (!mode.ok) return renderProblem(c, mode.error);
    const { tenant_id, jurisdiction } = c.get("principal");
    const { trace_id } = c.get("trace");
    const kept = await keepBooks(c.env, { tenant: tenant_id, jurisdiction, trace_id }, mode.value);
    if (!kept.ok) return renderProblem(c, kept.error);
    return renderJson(c, switchView(kept.value), kept.value.place === null ? 200 : 202);
  })
  .get(
    "/exceptions",
    authorized("hpts:ledger:read", "walk"),
    query(exceptionsQuery, queryNames(exceptionsQuery)),
    (c) => listExceptions(c, c.req.valid("query")),
  )
  .get(
    "/proof",
    authorized("hpts:reconciliation:read", "walk"),
    query(proofQuery, queryNames(proofQuery)),
    (c) => prove(c, c.req.valid("query")),
  );

const switchView = ({ mode, since_sequence, done, total }: Switch) => ({
  mode,
  since_sequence,
  progress: { done, total },
});

async function prove(c: Context<AppEnv>, asked: ProofQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const { as_of_date = dayAt(Date.now()), cursor } = asked;
  const identity = JSON.stringify(["proof", tenant, asked.as_of_date]);
  const place = cursor === undefined ? null : await decodeCursor(identity, cursor);
  if (cursor !== undefined && !place) return invalidQuery(c, "cursor is of another query");
  const found = await read(c, (db) => compareBooks(db, tenant, place?.after?.[0] ?? "", as_of_date));
  if (!found.ok) return invalidQuery(c, found.error);
  if (!found.value.ok) return renderProblem(c, found.value.error);
  const { differences, compared, end } = found.value.value;
  const next_cursor =
    end === null ? undefined : await encodeCursor(identity, { after: [end], stretch: null });
  return renderJson(c, { as_of_date, differences: differences.map(differenceView), compared, next_cursor });
}

const differenceView = ({ records_minor, books_minor, sequence, ...one }: Difference) => ({
  ...one,
  records_minor: records_minor.toString(),
  books_minor: books_minor.toString(),
  sequence,
});

async function listExceptions(c: Context<AppEnv>, { limit, cursor }: ExceptionsQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const identity = JSON.stringify(["bookkeeping exceptions", tenant]);
  const place = cursor === undefined ? null : await decodeCursor(identity, cursor);
  if (cursor !== undefined && !place) return invalidQuery(c, "cursor is of another query");
  const [before, partial, inside] = place?.after ?? [];
  const from = { before: before ?? "", partial: partial ?? "", inside: inside ?? "" };
  const found = await read(c, (db) => findExceptions(db, tenant, from, limit));
  if (!found.ok) return invalidQuery(c, found.error);
  if (!found.value.ok) return renderProblem(c, found.value.error);
  const { shown, next, searched_all } = found.value.value;
  const next_cursor =
    next &&
    (await encodeCursor(identity, { after: [next.before, next.partial, next.inside], stretch: null }));
  return renderJson(c, {
    data: shown.map(exceptionView),
    pagination: {
      limit,
      has_more: next !== null,
      next_cursor: next_cursor ?? undefined,
      searched_all: searched_all ? undefined : false,
    },
  });
}

/** An exception as JSON, its amount exact in major units. */
const exceptionView = ({ payment_id, amount_minor, currency, sequence, ...one }: Exception) => ({
  disbursement_id: one.disbursement_id,
  payment_id: payment_id ?? undefined,
  reason: one.reason,
  amount: amountIn(currency)(amount_minor),
  currency,
  sequence,
});
