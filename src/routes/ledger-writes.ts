import { type Context, Hono } from "hono";
import { parseDisbursement, parseReversal } from "../contract/ledger/bodies.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { LedgerCommand } from "../domain/ledger/decide.ts";
import type { AppEnv } from "../http/app-env.ts";
import { jsonWrite } from "../http/json-write.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { settleWrite } from "./write.ts";

type Parse = (body: unknown, actor: string | null) => Result<LedgerCommand, Problem>;

/** Answers 201 with the posting, and 200 with the very same body on a replay (docs/api.md#idempotency, #ledger). */
async function post(c: Context<AppEnv>, parse: Parse): Promise<Response> {
  const body = c.get("body");
  const command = parse(body, c.get("principal").subject);
  if (!command.ok) return renderProblem(c, command.error);
  const settled = await settleWrite(c, command.value, body);
  if (!settled.ok) return renderProblem(c, settled.error);
  const { answer, replayed } = settled.value;
  if (answer.answer === null) throw new Error("a ledger event keeps its answer");
  const posted: { journal_entry_id: string } = JSON.parse(answer.answer);
  if (!replayed) c.header("Location", `/v1/journal-entries/${posted.journal_entry_id}`);
  return renderJson(c, posted, replayed ? 200 : 201);
}

/** `POST /v1/disbursements` (docs/api.md#ledger). */
export const disbursementRoutes = new Hono<AppEnv>().post(
  "/",
  ...jsonWrite("hpts:disbursements:write"),
  (c) => post(c, parseDisbursement),
);

/** `POST /v1/reversals` (docs/api.md#ledger). */
export const reversalRoutes = new Hono<AppEnv>().post("/", ...jsonWrite("hpts:reversals:write"), (c) =>
  post(c, parseReversal),
);
