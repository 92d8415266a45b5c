import type { Context } from "hono";
import { csvOf } from "../contract/csv.ts";
import { stringifyJson } from "../contract/json.ts";
import { cellReader, type Reader, rowRenderer } from "../contract/lookup/row.ts";
import { LOOKUP_TABLES, type LookupTable } from "../contract/lookup/tables.ts";
import { type ListRoute, perTable, type RowRoute } from "../contract/routes/lookup.ts";
import type { StoredRow } from "../domain/core/lookup.ts";
import { ledgerLoanIds } from "../domain/core/uuid.ts";
import type { AppEnv } from "../http/app-env.ts";
import { callerGrants } from "../http/authentication.ts";
import { renderCsv, wantsCsv } from "../http/csv.ts";
import type { RouteHandlers, RouteRequest } from "../http/handler.ts";
import { renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { followedBy } from "../reads/following.ts";
import { listTable } from "../reads/table-list.ts";
import { rowKnownAt } from "../reads/table-row.ts";
import { ask } from "./read.ts";
import { readFollowed } from "./waiting.ts";

/** `GET /api/tables/…` (docs/api.md#lookups). Every statement is bound to the tenant of the caller's token. */
export const tableHandlers = perTable(
  () => answerList,
  () => answerRow,
) satisfies Partial<RouteHandlers>;

/** A name that is no table. */
export const noSuchTable = (c: Context<AppEnv>): Response => {
  const detail = `The tables are ${LOOKUP_TABLES.map(({ name }) => name).join(", ")}.`;
  return renderProblem(c, { code: "invalid_table", detail });
};

async function answerRow(
  c: Context<AppEnv>,
  { route: { table }, path: { id }, query: { known_at } }: RouteRequest<RowRoute>,
): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const row = await ask(c, (db) => rowKnownAt(db, tenant, { table: table.name, id }, known_at));
  if (!row.ok) return renderProblem(c, row.error);
  if (row.value === null) {
    return renderProblem(c, { code: "not_found", detail: `This row does not exist in ${table.name}.` });
  }
  if (wantsCsv(c)) return renderCsv(c, csvText(c, table, [row.value]), table.name);
  return jsonText(c, `{"data":${rowRenderer(table, readerOf(c))(row.value)}}`);
}

async function answerList(
  c: Context<AppEnv>,
  { route: { table }, query }: RouteRequest<ListRoute>,
): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  if (query.include_count && wantsCsv(c)) return invalidQuery(c, "include_count is not part of a CSV answer");
  const followed = followedBy(tenant, table, query);
  const found = await listTable({ tenant, table, query, followed }, (list) =>
    readFollowed(c, followed, list),
  );
  if (!found.ok) return renderProblem(c, found.error);
  const { rows, pagination } = found.value;
  if (wantsCsv(c)) {
    const next = pagination.has_more ? (pagination.next_cursor ?? null) : null;
    return renderCsv(c, csvText(c, table, rows), table.name, { cursor: next, parameter: "cursor" });
  }
  const data = rows.map(rowRenderer(table, readerOf(c))).join(",");
  return jsonText(c, `{"data":[${data}],"pagination":${stringifyJson(pagination)}}`);
}

const csvText = (c: Context<AppEnv>, table: LookupTable, rows: readonly StoredRow[]): string =>
  csvOf(Object.keys(table.columns), rows.map(cellReader(table, readerOf(c))));

const jsonText = (c: Context<AppEnv>, text: string): Response =>
  c.body(text, 200, { "Content-Type": "application/json" });

const readerOf = (c: Context<AppEnv>): Reader => ({
  grants: (scope) => callerGrants(c, scope),
  ledgerLoanId: ledgerLoanIds(c.get("principal").tenant_id),
});
