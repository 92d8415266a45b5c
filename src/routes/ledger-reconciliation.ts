import type { checkStarted, reconciliation } from "../contract/ledger/answers.ts";
import { reconciliationView } from "../contract/ledger/reconciliation.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { todayOf } from "../reads/today.ts";
import { startWholeCheck } from "../store/ledger/integrity-place.ts";
import { bankStandings, integrityStanding, rollup } from "../store/ledger/reconciliation.ts";
import { read } from "./read.ts";

/** `/v1/reconciliation/…` (docs/ledger.md#reconciliation). */
export const reconciliationHandlers = {
  getReconciliationStatus: async (c, { query }) => {
    const tenant = c.get("principal").tenant_id;
    const found = await read(c, async (db) => {
      const as_of_date = query.as_of_date ?? (await todayOf(db, tenant));
      const integrity = await integrityStanding(db, tenant);
      const banks = await bankStandings(db, tenant, as_of_date);
      return { as_of_date, integrity, banks, rollups: await rollup(db, tenant, as_of_date) };
    });
    if (!found.ok) return invalidQuery(c, found.error);
    const { as_of_date, integrity, banks, rollups } = found.value;
    return renderJson<typeof reconciliation>(c, reconciliationView(as_of_date, integrity, banks, rollups));
  },
  startIntegrityCheck: async (c) => {
    const tenant = c.get("principal").tenant_id;
    const started = await read(c, (db) => startWholeCheck(db, tenant));
    if (!started.ok) return invalidQuery(c, started.error);
    return renderJson<typeof checkStarted>(
      c,
      { status: "started", requested_at: new Date().toISOString() },
      202,
    );
  },
} satisfies Partial<RouteHandlers>;
