import { type Context, Hono } from "hono";
import { csvOf } from "../contract/csv.ts";
import { decodeCursor, encodeCursor } from "../contract/cursor.ts";
import { stringifyJson } from "../contract/json.ts";
import { rowQuery } from "../contract/known-at.ts";
import { CSV_PAGE, JSON_PAGE, type ListQuery, listParameters, listQuery } from "../contract/lookup/query.ts";
import { cellReader, type Reader, rowRenderer } from "../contract/lookup/row.ts";
import { LOOKUP_TABLES, type LookupTable, searchable } from "../contract/lookup/tables.ts";
import type { KnownAt } from "../domain/core/known-at.ts";
import type { Position, StoredRow } from "../domain/core/lookup.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { ledgerLoanIds } from "../domain/core/uuid.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized, callerGrants } from "../http/authentication.ts";
import { renderCsv, variesByAccept, wantsCsv } from "../http/csv.ts";
import { renderProblem } from "../http/problem.ts";
import { invalidQuery, query } from "../http/query.ts";
import { endOfFeed, type Followed, followedBy, historyOf } from "../reads/following.ts";
import { rowKnownAt } from "../reads/table-row.ts";
import { listRows, type RowPage } from "../store/lookup/list.ts";
import { LOOKUP_SOURCES } from "../store/lookup/sources.ts";
import { read } from "./read.ts";
import { readFollowed } from "./waiting.ts";
import { walks } from "./walks.ts";

/** `GET /api/tables/…` (docs/api.md#lookups). Every statement is bound to the tenant of the caller's token. */
export const tableRoutes = new Hono<AppEnv>();

const readsRow = authorized("records:read", (c) =>
  c.req.query("known_at") === undefined ? "usual" : "walk",
);

for (const table of LOOKUP_TABLES) {
  const parameters = Object.keys(listParameters(table).shape);
  const json = query(listQuery(table, JSON_PAGE), parameters);
  const csv = query(listQuery(table, CSV_PAGE), parameters);
  const checked: typeof json = (c, next) => (wantsCsv(c) ? csv : json)(c, next);
  const source = LOOKUP_SOURCES[table.name];
  const readsList = authorized("records:read", (c) => (walks(c, source) ? "walk" : "usual"));
  tableRoutes.get(`/${table.name}`, readsList, variesByAccept, checked, (c) =>
    answerList(c, table, c.req.valid("query")),
  );
  tableRoutes.get(
    `/${table.name}/:id`,
    readsRow,
    variesByAccept,
    query(rowQuery, Object.keys(rowQuery.shape)),
    (c) => answerRow(c, table, c.req.param("id"), c.req.valid("query").known_at),
  );
}

tableRoutes.get("/:table/:id?", readsRow, (c) => {
  const detail = `The tables are ${LOOKUP_TABLES.map(({ name }) => name).join(", ")}.`;
  return renderProblem(c, { code: "invalid_table", detail });
});

async function answerRow(
  c: Context<AppEnv>,
  table: LookupTable,
  id: string,
  known?: KnownAt,
): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await read(c, (db) => rowKnownAt(db, tenant, table.name, id, known));
  if (!found.ok) return invalidQuery(c, found.error);
  const row = found.value;
  if (!row.ok) return renderProblem(c, row.error);
  if (row.value === null) {
    return renderProblem(c, { code: "not_found", detail: `This row does not exist in ${table.name}.` });
  }
  if (wantsCsv(c)) return renderCsv(c, csvText(c, table, [row.value]), table.name, null);
  return jsonText(c, `{"data":${rowRenderer(table, readerOf(c))(row.value)}}`);
}

async function answerList(c: Context<AppEnv>, table: LookupTable, query: ListQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const identity = identityOf(tenant, table, query);
  if (query.include_count && wantsCsv(c)) return invalidQuery(c, "include_count is not part of a CSV answer");
  const position = await positionOf(identity, query.cursor);
  if (!position.ok) return invalidQuery(c, position.error);
  const followed = followedBy(tenant, table, query);
  const page = await readFollowed(c, followed, (db) =>
    listRows(db, LOOKUP_SOURCES[table.name], tenant, {
      filters: query.filters,
      bounds: query.bounds,
      search: query.search === null ? null : { columns: searchable(table), text: query.search },
      sort: { column: query.sort_by, descending: query.descending },
      position: position.value,
      limit: query.limit,
      count: query.include_count,
      alongside: followed?.progress ?? null,
    }),
  );
  if (!page.ok) return invalidQuery(c, page.error);
  const { rows, next } = page.value;
  const next_cursor = next === null ? null : await encodeCursor(identity, next);
  if (wantsCsv(c)) return renderCsv(c, csvText(c, table, rows), table.name, next_cursor);
  const data = rows.map(rowRenderer(table, readerOf(c))).join(",");
  const feedGoesOn = next_cursor === null && followed?.kind === "feed";
  const cursor = feedGoesOn ? await encodeCursor(identity, endOfFeed(page.value)) : next_cursor;
  const pagination = stringifyJson(paginationOf(query.limit, page.value, cursor, followed));
  return jsonText(c, `{"data":[${data}],"pagination":${pagination}}`);
}

function paginationOf(limit: number, page: RowPage, cursor: string | null, followed: Followed | null) {
  const { next, searched_all, total } = page;
  return {
    limit,
    has_more: next !== null,
    next_cursor: cursor ?? undefined,
    searched_all: searched_all ? undefined : false,
    total: total?.count,
    total_pages: total === null ? undefined : Math.ceil(total.count / limit),
    total_capped: total?.capped ? true : undefined,
    history_sequence: followed?.kind === "history" ? historyOf(page) : undefined,
  };
}

const csvText = (c: Context<AppEnv>, table: LookupTable, rows: readonly StoredRow[]): string =>
  csvOf(Object.keys(table.columns), rows.map(cellReader(table, readerOf(c))));

const jsonText = (c: Context<AppEnv>, text: string): Response =>
  c.body(text, 200, { "Content-Type": "application/json" });

/** What a cursor is bound to: all of the query but how much of it one page shows. */
function identityOf(tenant: string, table: LookupTable, query: ListQuery): string {
  const { sort_by, descending, bounds, search, filters } = query;
  return JSON.stringify([tenant, table.name, sort_by, descending, bounds, search, filters]);
}

async function positionOf(identity: string, cursor: string | null): Promise<Result<Position | null, string>> {
  if (cursor === null) return ok(null);
  const position = await decodeCursor(identity, cursor);
  return position === null
    ? err("cursor must be the next_cursor of a page of the same query: same table, filters and order")
    : ok(position);
}

const readerOf = (c: Context<AppEnv>): Reader => ({
  readsLedger: callerGrants(c, "hpts:ledger:read"),
  ledgerLoanId: ledgerLoanIds(c.get("principal").tenant_id),
});
