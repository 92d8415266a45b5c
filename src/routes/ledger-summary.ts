import type { journalSummary } from "../contract/ledger/answers.ts";
import { summaryCsv, summaryView } from "../contract/ledger/summary.ts";
import { summaryOf } from "../domain/ledger/summary.ts";
import { renderCsv, wantsCsv } from "../http/csv.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { readAccountNames } from "../store/ledger/account-names.ts";
import { periodTotals } from "../store/ledger/summary.ts";
import { read } from "./read.ts";

/** What each period debits and credits (docs/ledger.md#the-summary). */
export const summaryHandlers = {
  getJournalSummary: async (c, { query: { from_date: from, to_date: to, by } }) => {
    const tenant = c.get("principal").tenant_id;
    const found = await read(c, async (db) => {
      const names = await readAccountNames(db, tenant);
      return summaryOf(await periodTotals(db, tenant, { from, to }, by), names);
    });
    if (!found.ok) return invalidQuery(c, found.error);
    return wantsCsv(c)
      ? renderCsv(c, summaryCsv(found.value), "journal-summary")
      : renderJson<typeof journalSummary>(c, summaryView(found.value));
  },
} satisfies Partial<RouteHandlers>;
