import type { AnswerOf } from "../contract/answer-types.ts";
import type { pagination } from "../contract/lookup/answers.ts";
import type { ListQuery } from "../contract/lookup/query.ts";
import { type LookupTable, searchable } from "../contract/lookup/tables.ts";
import type { StoredRow } from "../domain/core/lookup.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { Database } from "../store/d1/session.ts";
import { listRows, type RowPage } from "../store/lookup/list.ts";
import { LOOKUP_SOURCES } from "../store/lookup/sources.ts";
import { endOfFeed, type Followed, historyOf } from "./following.ts";
import { paged } from "./pages.ts";

interface TableRequest {
  readonly tenant: string;
  readonly table: LookupTable;
  readonly query: ListQuery;
  readonly followed: Followed | null;
}

interface TableList {
  readonly rows: readonly StoredRow[];
  readonly pagination: ReturnType<typeof paginationOf>;
}

/** A page of a table's rows (docs/api.md#lookups). `read` runs what it is given in a session, and may wait for more rows. */
export async function listTable(
  { tenant, table, query, followed }: TableRequest,
  read: (list: (db: Database) => Promise<RowPage>) => Promise<Result<RowPage, string>>,
): Promise<Result<TableList, Problem>> {
  const { sort_by, descending, bounds, search, filters, limit, include_count, cursor } = query;
  const identity = [tenant, table.name, sort_by, descending, bounds, search, filters];
  const found = await paged({ identity, cursor }, async (start) => {
    const page = await read((db) =>
      listRows(db, LOOKUP_SOURCES[table.name], tenant, {
        filters,
        bounds,
        search: search === null ? null : { columns: searchable(table), text: search },
        sort: { column: sort_by, descending },
        start,
        limit,
        count: include_count,
        alongside: followed?.progress ?? null,
      }),
    );
    if (!page.ok) return err<Problem>({ code: "invalid_query", detail: page.error });
    const end = followed?.kind === "feed" ? endOfFeed(page.value, start) : null;
    return ok({ page: page.value, next: page.value.next ?? end });
  });
  if (!found.ok) return found;
  const { page, next_cursor } = found.value;
  return ok({ rows: page.rows, pagination: paginationOf(limit, page, next_cursor, followed) });
}

/** The feed has a cursor on its last page too: it continues when there are more events. */
function paginationOf(
  limit: number,
  page: RowPage,
  next_cursor: string | undefined,
  followed: Followed | null,
): AnswerOf<typeof pagination> {
  const { next, searched_all, total } = page;
  return {
    limit,
    has_more: next !== null,
    next_cursor,
    searched_all: searched_all ? undefined : false,
    total: total?.count,
    total_pages: total === null ? undefined : Math.ceil(total.count / limit),
    total_capped: total?.capped ? true : undefined,
    history_sequence: followed?.kind === "history" ? historyOf(page) : undefined,
  };
}
