import type { search } from "../contract/search/answers.ts";
import { entryHit, hitView } from "../contract/search/views.ts";
import { callerGrants } from "../http/authentication.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { type SoughtKind, searchRecords } from "../reads/search.ts";
import { ask } from "./read.ts";

/** `GET /api/search` (docs/api.md#search). Journal entries are for readers of the ledger. */
export const searchHandlers = {
  search: async (c, { query }) => {
    const tenant = c.get("principal").tenant_id;
    const withEntries = callerGrants(c, "hpts:ledger:read");
    const found = await ask(c, (db) => searchRecords(db, tenant, query, withEntries));
    if (!found.ok) return renderProblem(c, found.error);
    const { groups, entry, next_cursor } = found.value;
    const group = (kind: SoughtKind) => {
      const { rows, next } = groups[kind];
      return { hits: rows.map((row) => hitView(kind, row)), has_more: next !== null };
    };
    const entries = withEntries
      ? { hits: entry === null ? [] : [entryHit(entry.entry, entry.disbursement_id)], has_more: false }
      : null;
    return renderJson<typeof search>(c, {
      data: {
        clients: group("clients"),
        disbursements: group("disbursements"),
        payments: group("payments"),
        operations: group("operations"),
        entries,
      },
      next_cursor,
    });
  },
} satisfies Partial<RouteHandlers>;
