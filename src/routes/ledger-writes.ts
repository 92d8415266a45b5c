import { type Context, Hono } from "hono";
import { parseLedgerBody } from "../contract/ledger/bodies.ts";
import type { LedgerCommandType } from "../domain/ledger/decide.ts";
import type { AppEnv } from "../http/app-env.ts";
import { methodNotAllowed } from "../http/fallback.ts";
import { jsonWrite, type Scope } from "../http/json-write.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { settleWrite } from "./write.ts";

interface LedgerRoute {
  readonly path: string;
  readonly scope: Scope;
}

/** Where each ledger command is posted (docs/api.md#ledger). */
const ROUTES: { readonly [T in LedgerCommandType]: LedgerRoute } = {
  disbursement: { path: "/v1/disbursements", scope: "hpts:disbursements:write" },
  reversal: { path: "/v1/reversals", scope: "hpts:reversals:write" },
};

/** Answers 201 with the posting, and 200 with the very same body on a replay (docs/api.md#idempotency, #ledger). */
async function post(c: Context<AppEnv>, type: LedgerCommandType): Promise<Response> {
  const body = c.get("body");
  const command = parseLedgerBody(type, body, c.get("principal").subject);
  if (!command.ok) return renderProblem(c, command.error);
  const settled = await settleWrite(c, command.value, body);
  if (!settled.ok) return renderProblem(c, settled.error);
  const { answer, replayed } = settled.value;
  if (answer.answer === null) throw new Error("a ledger event keeps its answer");
  const posted: { journal_entry_id: string } = JSON.parse(answer.answer);
  if (!replayed) c.header("Location", `/v1/journal-entries/${posted.journal_entry_id}`);
  return renderJson(c, posted, replayed ? 200 : 201);
}

/** Every route that posts to the ledger, and what else its path answers. */
export const ledgerWriteRoutes = new Hono<AppEnv>();
for (const [type, { path, scope }] of Object.entries(ROUTES)) {
  ledgerWriteRoutes
    .post(path, ...jsonWrite(scope), (c) => post(c, type as LedgerCommandType))
    .all(path, methodNotAllowed("POST"));
}
