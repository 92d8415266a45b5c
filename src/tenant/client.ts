import { type Head, NO_HEAD } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { objectOf } from "../store/placement/objects.ts";
import { findPlacement, placeTenant } from "../store/placement/placement.ts";
import { callsTo } from "./shared-calls.ts";
import {
  CALL_VERSION,
  GATE_DEADLINE_MS,
  type KeyReservation,
  NO_TIMINGS,
  type Submission,
  type SubmitReply,
} from "./submission.ts";

const ATTEMPTS_MAX = 3;
const BACKOFF_MS = 40;

/**
 * Whether a request that waits for a promise continues in its own context, although another request resolves the promise.
 * Without that none can wait for another's call.
 */
export const canShareCalls =
  (
    globalThis as {
      readonly Cloudflare?: { readonly compatibilityFlags?: Readonly<Record<string, boolean>> };
    }
  ).Cloudflare?.compatibilityFlags?.handle_cross_request_promise_resolution === true;

/** What the platform says of a failed call to a Durable Object. */
interface PlatformError {
  readonly retryable?: boolean;
  readonly overloaded?: boolean;
}

/**
 * Hands a write to its tenant's gate and waits for its verdict. Where `waitUntil`, the request's own, is given, the call may
 * be shared with other requests.
 */
export async function submit(
  env: Cloudflare.Env,
  caller: Caller,
  submission: Submission,
  waitUntil: ((work: Promise<void>) => void) | null = null,
): Promise<SubmitReply> {
  const { tenant } = caller;
  const settle = (submissions: readonly Submission[]) =>
    settleAll(env, caller, submissions, (gate) => gate.submitEach(tenant, submissions));
  const shared = waitUntil && callsTo(env.TENANT_GATE, tenant).share(submission, { settle, waitUntil });
  if (shared === null) {
    const call = (gate: Gate): Promise<SubmitReply> => gate.submit(tenant, submission);
    const reply = await callGate(env, caller, call);
    return reply.ok ? reply.value : rejected(reply.error);
  }
  try {
    return await withDeadline(shared, GATE_DEADLINE_MS);
  } catch (error) {
    // The request that made the call has ended before it.
    logFailure(caller, { error: causeOf(error) });
    return rejected(NO_ANSWER);
  }
}

/** Hands writes to their tenant's gate in one call; the verdicts come in the same order. */
export async function submitAll(
  env: Cloudflare.Env,
  caller: Caller,
  submissions: readonly Submission[],
): Promise<readonly SubmitReply[]> {
  if (submissions.length === 0) return [];
  return settleAll(env, caller, submissions, (gate) => gate.submitAll(caller.tenant, submissions));
}

async function settleAll(
  env: Cloudflare.Env,
  caller: Caller,
  submissions: readonly Submission[],
  call: (gate: Gate) => Promise<readonly SubmitReply[]>,
): Promise<readonly SubmitReply[]> {
  const replies = await callGate(env, caller, call);
  return replies.ok ? replies.value : submissions.map(() => rejected(replies.error));
}

/** The last event of a tenant's log, by its gate; sequence 0 of an empty log. */
export async function endOfLog(
  env: Cloudflare.Env,
  tenant: string,
  trace_id: string,
): Promise<Result<Head, Problem>> {
  try {
    const placement = await findPlacement(env, tenant);
    if (placement === null) return ok(NO_HEAD);
    const gate = objectOf(env.TENANT_GATE, tenant, placement);
    const end: Head | null = await withDeadline(gate.endOfLog(tenant));
    if (end !== null) return ok(end);
  } catch (error) {
    logFailure({ tenant, trace_id }, { error: causeOf(error) });
  }
  return err({ code: "unavailable", detail: "The database did not answer. Try again." });
}

/** Takes an idempotency key for a request that is no event; false when another request of the tenant holds it. */
export function reserveKey(
  env: Cloudflare.Env,
  caller: Caller,
  request: Pick<KeyReservation, "key" | "fingerprint">,
): Promise<Result<boolean, Problem>> {
  const reservation = { version: CALL_VERSION, tenant: caller.tenant, ...request } as const;
  return callGate(env, caller, (gate) => gate.reserveKey(reservation));
}

/** Lets a tenant's gate keep the ids of API keys that are revoked by now. */
export async function keepRevoked(
  env: Cloudflare.Env,
  caller: Caller,
  ids: readonly string[],
): Promise<Result<null, Problem>> {
  const kept = await callGate(env, caller, (gate) => gate.keepRevoked(ids).then(() => null));
  if (kept.ok || kept.error.code !== "unavailable") return kept;
  return err({ code: "unavailable", detail: "The service did not answer in time. Send the request again." });
}

/** Whose gate is called, where its credential wants it to be, and for which request. */
interface Caller {
  readonly tenant: string;
  readonly jurisdiction: string | null;
  readonly trace_id: string;
}

function noDatabase(tenant: string, trace_id: string, jurisdiction: string): Problem {
  const entry = { level: "error", message: "no database", tenant, trace_id, jurisdiction };
  console.error(JSON.stringify(entry));
  const detail = "The service has no database in the tenant's jurisdiction. Tell its operator.";
  return { code: "misconfigured", detail };
}

type Gate = ReturnType<Cloudflare.Env["TENANT_GATE"]["getByName"]>;

/**
 * One call to a tenant's gate, repeated on a new stub only when the platform says that it may be (the gate settles each
 * key once, so a repeat is harmless). Never waits without a bound.
 */
async function callGate<T>(
  env: Cloudflare.Env,
  caller: Caller,
  call: (gate: Gate) => Promise<T>,
): Promise<Result<T, Problem>> {
  const { tenant, jurisdiction, trace_id } = caller;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const placed = await placeTenant(env, tenant, jurisdiction);
      if (!placed.ok) return err(noDatabase(tenant, trace_id, placed.error));
      return ok(await withDeadline(call(objectOf(env.TENANT_GATE, tenant, placed.value)), GATE_DEADLINE_MS));
    } catch (error) {
      const { retryable = false, overloaded = false } = error as PlatformError;
      logFailure(caller, { attempt, error: causeOf(error) });
      if (overloaded) return err(failed("overloaded", "Too many requests of this tenant are waiting."));
      if (!retryable || attempt === ATTEMPTS_MAX) {
        return err(NO_ANSWER);
      }
      await scheduler.wait(BACKOFF_MS * attempt * (0.5 + Math.random()));
    }
  }
}

function logFailure({ tenant, trace_id }: Pick<Caller, "tenant" | "trace_id">, details: object): void {
  const entry = { level: "error", message: "gate call failed", tenant, trace_id, ...details };
  console.error(JSON.stringify(entry));
}

function failed(code: "overloaded" | "unavailable", reason: string): Problem {
  const detail = `${reason} Retry with the same Idempotency-Key. The event will not be stored twice.`;
  return { code, detail };
}

const NO_ANSWER = failed(
  "unavailable",
  "The service did not answer in time. The event may have been stored.",
);

const rejected = (problem: Problem): SubmitReply => ({
  kind: "rejected",
  problem,
  timings: NO_TIMINGS,
});
