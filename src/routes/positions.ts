import { type Context, Hono } from "hono";
import { csvOf, flat } from "../contract/csv.ts";
import { decodeCursor, encodeCursor } from "../contract/cursor.ts";
import { parseJson, stringifyJson } from "../contract/json.ts";
import { INSTALLMENT_COLUMNS, POSITIONS_COLUMNS } from "../contract/position/csv-columns.ts";
import { type PositionsQuery, positionQuery, positionsQuery } from "../contract/position/query.ts";
import { positionView } from "../contract/position/view.ts";
import type { KnownAt } from "../domain/core/known-at.ts";
import { ok } from "../domain/core/result.ts";
import { ledgerLoanIds } from "../domain/core/uuid.ts";
import { type Day, dayAt } from "../domain/position/days.ts";
import { ready } from "../domain/position/ready.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { renderCsv, variesByAccept, wantsCsv } from "../http/csv.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery, query } from "../http/query.ts";
import { PAYMENTS_OF_A_LOAN_MAX, readLoan } from "../store/position/loans.ts";
import { knownSequence, pastLoans } from "./known-at.ts";
import { firstPage, type ListPage, pageOf } from "./position-list.ts";
import { read } from "./read.ts";
import { tooLarge, unfinished } from "./survey.ts";

/** A list is made by a walk over all disbursements, and the past by folding the log; what was made is only read. */
const readsPositions = authorized(["positions:read", "records:read"], (c) => {
  const walks =
    c.req.param("disbursement_id") === undefined ? !c.req.query("cursor") : c.req.query("known_at");
  return walks ? "walk" : "usual";
});

/** `GET /api/positions…` (docs/api.md#positions). */
export const positionRoutes = new Hono<AppEnv>()
  .get("/", readsPositions, variesByAccept, query(positionsQuery, Object.keys(positionsQuery.shape)), (c) =>
    answerList(c, c.req.valid("query")),
  )
  .get(
    "/:disbursement_id",
    readsPositions,
    variesByAccept,
    query(positionQuery, Object.keys(positionQuery.shape)),
    (c) => {
      const { as_of_date, known_at } = c.req.valid("query");
      return answerOne(c, c.req.param("disbursement_id"), as_of_date ?? dayAt(Date.now()), known_at);
    },
  );

async function answerOne(
  c: Context<AppEnv>,
  disbursement_id: string,
  day: Day,
  known_at: KnownAt | undefined,
): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await read(c, async (db) => {
    const known = await knownSequence(db, tenant, known_at);
    if (!known.ok) return known;
    if (known.value === null) return ok(await readLoan(db, tenant, disbursement_id));
    const past = await pastLoans(db, tenant, { upto: known.value, disbursement_id });
    return ok(past.loans()[0] ?? null);
  });
  if (!found.ok) return invalidQuery(c, found.error);
  if (!found.value.ok) return renderProblem(c, found.value.error);
  const loan = found.value.value;
  if (loan === "too_large") return tooLarge(c, `It has more than ${PAYMENTS_OF_A_LOAN_MAX} payments.`);
  if (loan === null) {
    return renderProblem(c, { code: "not_found", detail: "This disbursement does not exist." });
  }
  const view = positionView(ready(loan), day, ledgerLoanIds(tenant));
  if (!wantsCsv(c)) return renderJson(c, { data: view });
  const { installments, currency } = view;
  const rows = installments.map((one) => ({ disbursement_id, currency, as_of_date: day, ...flat(one) }));
  return renderCsv(c, csvOf(INSTALLMENT_COLUMNS, rows), "installments", null);
}

async function answerList(c: Context<AppEnv>, asked: PositionsQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const { limit = 50, cursor, ...filters } = asked;
  const identity = JSON.stringify(["positions", tenant, Object.entries(filters).sort()]);
  const place = cursor === undefined ? null : await decodeCursor(identity, cursor);
  const [list, from] = place?.after ?? [];
  if (cursor !== undefined && (!list || !from)) return invalidQuery(c, "cursor is of another query");
  const found = await read(c, async (db) =>
    list && from
      ? await pageOf(db, tenant, list, Number(from), limit)
      : await firstPage(
          db,
          tenant,
          { ...filters, as_of_date: filters.as_of_date ?? dayAt(Date.now()) },
          limit,
        ),
  );
  if (!found.ok) return invalidQuery(c, found.error);
  const page = found.value;
  if (page.kind === "unfinished") return unfinished(c, page);
  if (page.kind === "too_large")
    return tooLarge(c, "Narrow the list by bucket, state, client_id, kind or currency.");
  if (page.kind === "expired") {
    return invalidQuery(c, "cursor has expired: a list is kept for an hour. Ask for its first page again.");
  }
  const next =
    page.next === null
      ? null
      : await encodeCursor(identity, { after: [page.list, String(page.next)], stretch: null });
  return wantsCsv(c) ? listAsCsv(c, page, next) : listAsJson(c, page, limit, next);
}

function listAsJson(c: Context<AppEnv>, page: ListPage, limit: number, next: string | null): Response {
  const { from_sequence, to_sequence, listed_all } = page;
  const pagination = stringifyJson({
    limit,
    has_more: next !== null,
    next_cursor: next ?? undefined,
    listed_all,
    from_sequence,
    to_sequence,
  });
  const text = `{"data":[${page.lines.join(",")}],"pagination":${pagination}}`;
  return c.body(text, 200, { "Content-Type": "application/json" });
}

function listAsCsv(c: Context<AppEnv>, page: ListPage, next: string | null): Response {
  const rows = page.lines.map((line) => {
    const parsed = parseJson(line);
    if (!parsed.ok) throw new Error("a line of a list is the JSON that was written");
    return flat(parsed.value as object);
  });
  return renderCsv(c, csvOf(POSITIONS_COLUMNS, rows), "positions", next);
}
