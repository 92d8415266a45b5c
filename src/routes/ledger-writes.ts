import { type Context, Hono } from "hono";
import { parseLedgerBody } from "../contract/ledger/bodies.ts";
import type { LedgerCommandType } from "../domain/ledger/decide.ts";
import type { AppEnv } from "../http/app-env.ts";
import { jsonBodyUpTo } from "../http/body.ts";
import { methodNotAllowed } from "../http/fallback.ts";
import { jsonWrite, type Scope } from "../http/json-write.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { settleWrite } from "./write.ts";

interface LedgerRoute {
  readonly method?: "PUT";
  readonly path: string;
  readonly scope: Scope;
  readonly bytesMax?: number;
}

/** Two thousand loans at most. */
const ACCRUAL_BYTES_MAX = 512 * 1024;

/** Where each ledger command is sent (docs/api.md#ledger): by POST unless it says otherwise. */
const ROUTES: { readonly [T in LedgerCommandType]: LedgerRoute } = {
  disbursement: { path: "/v1/disbursements", scope: "hpts:disbursements:write" },
  disbursement_settled: { path: "/v1/disbursement-settlements", scope: "hpts:disbursements:write" },
  payment_received: { path: "/v1/payments", scope: "hpts:payments:write" },
  payment_allocated: { path: "/v1/suspense-applications", scope: "hpts:payments:write" },
  fee_assessed: { path: "/v1/fees", scope: "hpts:fees:write" },
  fee_waived: { path: "/v1/fee-waivers", scope: "hpts:fees:write" },
  accrual: { path: "/v1/accruals/batch", scope: "hpts:accruals:write", bytesMax: ACCRUAL_BYTES_MAX },
  chargeoff: { path: "/v1/charge-offs", scope: "hpts:adjustments:write" },
  recovery: { path: "/v1/recoveries", scope: "hpts:payments:write" },
  manual_adjustment: { path: "/v1/funding", scope: "hpts:adjustments:write" },
  reversal: { path: "/v1/reversals", scope: "hpts:reversals:write" },
  bank_balance: {
    method: "PUT",
    path: "/v1/bank-balances/:bank_account_ref",
    scope: "hpts:reconciliation:write",
  },
};

/**
 * Answers 201 with what is posted (200 where nothing is created), and 200 with the very same body on a replay
 * (docs/api.md#idempotency, #ledger).
 */
async function write(c: Context<AppEnv>, type: LedgerCommandType): Promise<Response> {
  const body = c.get("body");
  const command = parseLedgerBody(type, body, c.get("principal").subject, c.req.param());
  if (!command.ok) return renderProblem(c, command.error);
  const settled = await settleWrite(c, command.value, body);
  if (!settled.ok) return renderProblem(c, settled.error);
  const { answer, replayed } = settled.value;
  if (answer.answer === null) throw new Error("a ledger event keeps its answer");
  const written: { journal_entry_id?: string } = JSON.parse(answer.answer);
  const isNew = !replayed && written.journal_entry_id !== undefined;
  if (isNew) c.header("Location", `/v1/journal-entries/${written.journal_entry_id}`);
  return renderJson(c, written, isNew ? 201 : 200);
}

/** Every route that writes to the ledger, and what else its path answers. */
export const ledgerWriteRoutes = new Hono<AppEnv>();
for (const [type, { method = "POST", path, scope, bytesMax }] of Object.entries<LedgerRoute>(ROUTES)) {
  const checks = jsonWrite(scope, bytesMax === undefined ? undefined : jsonBodyUpTo(bytesMax));
  ledgerWriteRoutes
    .on(method, path, ...checks, (c) => write(c as Context<AppEnv>, type as LedgerCommandType))
    .all(path, methodNotAllowed(method));
}
