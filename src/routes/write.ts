import type { Context } from "hono";
import { stringifyJson } from "../contract/json.ts";
import type { Command } from "../domain/command.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { keyHash } from "../domain/log/hash.ts";
import { receiptText } from "../domain/log/receipt.ts";
import type { AppEnv } from "../http/app-env.ts";
import { fingerprint } from "../http/idempotency.ts";
import { traceparentOf } from "../http/trace.ts";
import { canShareCalls, submit } from "../tenant/client.ts";
import { CALL_VERSION, keyless, type Submission, type Verdict } from "../tenant/submission.ts";

export type AcceptedVerdict = Extract<Verdict, { kind: "accepted" }>;
type UnchangedVerdict = Extract<Verdict, { kind: "unchanged" }>;

/** A checked request on its way to the gate; `body` is what makes it the same request, `data` goes into the log. */
interface CheckedWrite {
  /** The hash of its idempotency key; null for a request without one. */
  readonly key_hash: string | null;
  readonly path: string;
  readonly body: unknown;
  readonly data: unknown;
  readonly command: Command;
}

/** What the tenant's gate gets of a checked `POST`. */
export function submissionOf(c: Context<AppEnv>, write: CheckedWrite): Submission {
  const trace = c.get("trace");
  return {
    version: CALL_VERSION,
    ...(write.key_hash === null ? keyless() : { key: write.key_hash }),
    fingerprint: fingerprint("POST", write.path, write.body),
    data: stringifyJson(write.data),
    actor: c.get("principal").actor,
    trace_id: trace.trace_id,
    traceparent: traceparentOf(trace),
    command: write.command,
  };
}

/** Hands a checked command to the tenant's gate and sets what every write answers with; `data` goes into the log. */
export async function settleChange(
  c: Context<AppEnv>,
  command: Command,
  data: unknown,
): Promise<Result<AcceptedVerdict | UnchangedVerdict, Problem>> {
  const { tenant_id, jurisdiction } = c.get("principal");
  const [body, { path }] = [c.get("body"), c.req];
  const key = c.get("idempotency_key");
  const key_hash = key === "" ? null : keyHash(tenant_id, key);
  const submission = submissionOf(c, { key_hash, path, body, data, command });
  const caller = { tenant: tenant_id, jurisdiction, trace_id: submission.trace_id };
  const waitUntil = (work: Promise<void>) => c.executionCtx.waitUntil(work);
  const reply = await submit(c.env, caller, submission, canShareCalls ? waitUntil : null);
  const { queue, load, commit } = reply.timings;
  c.get("timings").push(["queue", queue], ["load", load], ["commit", commit]);
  if (reply.kind === "rejected") return err(reply.problem);
  if (reply.bookmark !== null) c.header("x-d1-bookmark", reply.bookmark);
  if (reply.kind === "accepted") {
    c.header("X-Log-Receipt", receiptText(reply.answer));
    if (reply.replayed) c.header("Idempotent-Replayed", "true");
  }
  return ok(reply);
}

/** The same for a command that always makes an event. */
export async function settleWrite(
  c: Context<AppEnv>,
  command: Command,
  data: unknown,
): Promise<Result<AcceptedVerdict, Problem>> {
  const settled = await settleChange(c, command, data);
  if (!settled.ok) return settled;
  if (settled.value.kind === "accepted") return ok(settled.value);
  throw new Error("the command makes an event");
}
