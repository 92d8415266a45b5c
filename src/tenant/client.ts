import { causeOf } from "../domain/core/failure.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { GATE_DEADLINE_MS, type Submission, type SubmitReply } from "./submission.ts";

const ATTEMPTS_MAX = 3;
const BACKOFF_MS = 40;

/** What the platform says of a failed call to a Durable Object. */
interface PlatformError {
  readonly retryable?: boolean;
  readonly overloaded?: boolean;
}

/**
 * Hands a write to its tenant's gate: one call, repeated on a new stub only when the platform says that it may be
 * (the gate settles each key once, so a repeat is harmless). Never waits without a bound.
 */
export async function submit(
  env: Cloudflare.Env,
  tenant: string,
  submission: Submission,
): Promise<SubmitReply> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const gate = env.TENANT_GATE.getByName(tenant);
      const reply: Promise<SubmitReply> = gate.submit(tenant, submission);
      return await withDeadline(reply, GATE_DEADLINE_MS);
    } catch (error) {
      const { retryable = false, overloaded = false } = error as PlatformError;
      const { trace_id } = submission;
      const entry = { level: "error", message: "gate call failed", tenant, trace_id, attempt };
      console.error(JSON.stringify({ ...entry, error: causeOf(error) }));
      if (overloaded) return rejected("overloaded", "Too many requests of this tenant are waiting.");
      if (!retryable || attempt === ATTEMPTS_MAX) {
        return rejected("unavailable", "The service did not answer in time. The event may have been stored.");
      }
      await scheduler.wait(BACKOFF_MS * attempt * (0.5 + Math.random()));
    }
  }
}

function rejected(code: "overloaded" | "unavailable", reason: string): SubmitReply {
  const detail = `${reason} Retry with the same Idempotency-Key. The event will not be stored twice.`;
  return { kind: "rejected", problem: { code, detail }, timings: { queue: 0, load: 0, commit: 0 } };
}
