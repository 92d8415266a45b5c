import type { Context } from "hono";
import { stringifyJson } from "../contract/json.ts";
import type { Command } from "../domain/command.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { AppEnv } from "../http/app-env.ts";
import { fingerprint } from "../http/idempotency.ts";
import { traceparentOf } from "../http/trace.ts";
import { submit } from "../tenant/client.ts";
import type { Verdict } from "../tenant/submission.ts";

type Accepted = Extract<Verdict, { kind: "accepted" }>;

/** Hands a checked command to the tenant's gate and sets what every write answers with; `data` goes into the log. */
export async function settleWrite(
  c: Context<AppEnv>,
  command: Command,
  data: unknown,
): Promise<Result<Accepted, Problem>> {
  const trace = c.get("trace");
  const { tenant_id, subject } = c.get("principal");
  const reply = await submit(c.env, tenant_id, {
    key: c.get("idempotency_key"),
    fingerprint: await fingerprint(c.req.method, c.req.path, c.get("body")),
    data: stringifyJson(data),
    actor: subject,
    trace_id: trace.trace_id,
    traceparent: traceparentOf(trace),
    command,
  });
  const { queue, load, commit } = reply.timings;
  c.get("timings").push(["queue", queue], ["load", load], ["commit", commit]);
  if (reply.kind === "rejected") return err(reply.problem);
  if (reply.bookmark !== null) c.header("x-d1-bookmark", reply.bookmark);
  if (reply.replayed) c.header("Idempotent-Replayed", "true");
  return ok(reply);
}
