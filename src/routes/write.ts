import type { Context } from "hono";
import { stringifyJson } from "../contract/json.ts";
import type { Command } from "../domain/command.ts";
import type { AppEnv } from "../http/app-env.ts";
import { fingerprint } from "../http/idempotency.ts";
import { renderProblem } from "../http/problem.ts";
import { traceparentOf } from "../http/trace.ts";
import { submit } from "../tenant/client.ts";
import type { Verdict } from "../tenant/submission.ts";

/** An accepted write, or the response that refuses it. */
export type Settled = Extract<Verdict, { kind: "accepted" }> | Response;

/** Hands a checked command to the tenant's gate and sets what every write answers with; `data` goes into the log. */
export async function settleWrite(c: Context<AppEnv>, command: Command, data: unknown): Promise<Settled> {
  const trace = c.get("trace");
  const reply = await submit(c.env, c.get("principal").tenant_id, {
    key: c.req.header("Idempotency-Key") ?? "",
    fingerprint: await fingerprint(c.req.method, c.req.path, c.get("body")),
    data: stringifyJson(data),
    trace_id: trace.trace_id,
    traceparent: traceparentOf(trace),
    command,
  });
  const { queue, load, commit } = reply.timings;
  c.get("timings").push(["queue", queue], ["load", load], ["commit", commit]);
  if (reply.kind === "rejected") return renderProblem(c, reply.problem);
  if (reply.bookmark !== null) c.header("x-d1-bookmark", reply.bookmark);
  if (reply.replayed) c.header("Idempotent-Replayed", "true");
  return reply;
}
