import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { GATE_DEADLINE_MS, type Submission, type SubmitReply } from "./submission.ts";

const ATTEMPTS_MAX = 3;
const BACKOFF_MS = 40;

/** What the platform says of a failed call to a Durable Object. */
interface PlatformError {
  readonly retryable?: boolean;
  readonly overloaded?: boolean;
}

/** Hands a write to its tenant's gate and waits for its verdict. */
export async function submit(
  env: Cloudflare.Env,
  tenant: string,
  submission: Submission,
): Promise<SubmitReply> {
  const call = (gate: Gate): Promise<SubmitReply> => gate.submit(tenant, submission);
  const reply = await callGate(env, tenant, submission.trace_id, call);
  return reply.ok ? reply.value : rejected(reply.error);
}

/** Hands writes to their tenant's gate in one call; the verdicts come in the same order. */
export async function submitAll(
  env: Cloudflare.Env,
  tenant: string,
  submissions: readonly Submission[],
): Promise<readonly SubmitReply[]> {
  const [first] = submissions;
  if (!first) return [];
  const call = (gate: Gate): Promise<SubmitReply[]> => gate.submitAll(tenant, submissions);
  const replies = await callGate(env, tenant, first.trace_id, call);
  return replies.ok ? replies.value : submissions.map(() => rejected(replies.error));
}

type Gate = ReturnType<Cloudflare.Env["TENANT_GATE"]["getByName"]>;

/**
 * One call to a tenant's gate, repeated on a new stub only when the platform says that it may be (the gate settles each
 * key once, so a repeat is harmless). Never waits without a bound.
 */
async function callGate<T>(
  env: Cloudflare.Env,
  tenant: string,
  trace_id: string,
  call: (gate: Gate) => Promise<T>,
): Promise<Result<T, Problem>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return ok(await withDeadline(call(env.TENANT_GATE.getByName(tenant)), GATE_DEADLINE_MS));
    } catch (error) {
      const { retryable = false, overloaded = false } = error as PlatformError;
      const entry = { level: "error", message: "gate call failed", tenant, trace_id, attempt };
      console.error(JSON.stringify({ ...entry, error: causeOf(error) }));
      if (overloaded) return err(failed("overloaded", "Too many requests of this tenant are waiting."));
      if (!retryable || attempt === ATTEMPTS_MAX) {
        return err(
          failed("unavailable", "The service did not answer in time. The event may have been stored."),
        );
      }
      await scheduler.wait(BACKOFF_MS * attempt * (0.5 + Math.random()));
    }
  }
}

function failed(code: "overloaded" | "unavailable", reason: string): Problem {
  const detail = `${reason} Retry with the same Idempotency-Key. The event will not be stored twice.`;
  return { code, detail };
}

const rejected = (problem: Problem): SubmitReply => ({
  kind: "rejected",
  problem,
  timings: { queue: 0, load: 0, commit: 0 },
});
