import type { Context } from "hono";
import { readSigningKeys, type SigningKeys, signed } from "../auth/signing-key.ts";
import type { checkpointKeys } from "../contract/log/answers.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, type Result } from "../domain/core/result.ts";
import { receiptOf } from "../domain/log/receipt.ts";
import type { AppEnv } from "../http/app-env.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { logLines } from "../reads/log-lines.ts";
import { endOfLog } from "../tenant/client.ts";
import { read } from "./read.ts";

const CHECKPOINT = "checkpoint+jwt";

const NO_KEY: Problem = {
  code: "unavailable",
  detail: "The service has no key for checkpoints. Tell its operator. Writes are not affected.",
};
const EMPTY: Problem = { code: "not_found", detail: "The tenant's log is empty." };

/** The keys of the setting. Without them only checkpoints are refused (docs/operate.md#signing-key). */
async function signingKeys(c: Context<AppEnv>): Promise<Result<SigningKeys, Problem>> {
  const keys = await readSigningKeys(c.env.LOG_SIGNING_KEY);
  if (keys.ok) return keys;
  const { trace_id } = c.get("trace");
  const entry = { level: "error", message: "misconfigured", setting: "LOG_SIGNING_KEY", reason: keys.error };
  console.error(JSON.stringify({ ...entry, trace_id }));
  return err(NO_KEY);
}

/** The log as evidence (docs/audit.md). */
export const logHandlers = {
  exportLog: async (c, { query: { after, limit } }) => {
    const page = await read(c, (db) => logLines(db, c.get("principal").tenant_id, after, limit));
    if (!page.ok) return invalidQuery(c, page.error);
    const { lines, next } = page.value;
    if (next !== null) {
      const url = new URL(c.req.url);
      url.searchParams.set("after", String(next));
      c.header("Link", `<${url.href}>; rel="next"`);
    }
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    return c.body(text, 200, { "Content-Type": "application/x-ndjson" });
  },

  getLogCheckpoint: async (c) => {
    const keys = await signingKeys(c);
    if (!keys.ok) return renderProblem(c, keys.error);
    const { tenant_id } = c.get("principal");
    const end = await endOfLog(c.env, tenant_id, c.get("trace").trace_id);
    if (!end.ok) return renderProblem(c, end.error);
    if (end.value.sequence === 0) return renderProblem(c, EMPTY);
    const claims = { tenant_id, ...receiptOf(end.value), time: Math.floor(Date.now() / 1000) };
    return c.body(await signed(keys.value, CHECKPOINT, claims), 200, { "Content-Type": "application/jose" });
  },

  getCheckpointKeys: async (c) => {
    const keys = await signingKeys(c);
    if (!keys.ok) return renderProblem(c, keys.error);
    return renderJson<typeof checkpointKeys>(c, { keys: keys.value.published });
  },
} satisfies Partial<RouteHandlers>;
