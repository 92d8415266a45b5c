import { causeOf } from "../domain/core/failure.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { objectOf } from "../store/placement/objects.ts";
import { findPlacement } from "../store/placement/placement.ts";
import { CALL_VERSION } from "./submission.ts";
import type { Wait } from "./waiters.ts";

/** How much longer than the wait the gate's answer may take. */
const GRACE_MS = 2_000;

/** A wait as the gate is asked for it. */
export interface WaitCall extends Wait {
  readonly version: typeof CALL_VERSION;
}

/** The outcome of a wait: whether the event or history is there, and the bookmark of the commit that a read must see. */
export interface Woken {
  readonly happened: boolean;
  readonly bookmark: string | null;
}

export const NOT_WOKEN: Woken = { happened: false, bookmark: null };

/**
 * Waits at the tenant's gate until something has happened in its log. Ends with `ms`, with the caller's `signal`, and
 * at once when the gate has too many waiters or does not answer: then the caller answers with what there is.
 */
export async function waitAtGate(
  env: Cloudflare.Env,
  tenant: string,
  wait: Omit<Wait, "id">,
  signal: AbortSignal,
): Promise<Woken> {
  const id = crypto.randomUUID();
  const placement = await findPlacement(env, tenant);
  // The gate that decides the first event is not known yet, so nothing could wake the reader.
  if (placement === null) return NOT_WOKEN;
  const gate = objectOf(env.TENANT_GATE, tenant, placement);
  const stopped = Promise.withResolvers<Woken>();
  const stop = () => {
    stopped.resolve(NOT_WOKEN);
    gate.stopWaiting(id).catch(() => undefined);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const woken: Promise<Woken> = gate.wait(tenant, { version: CALL_VERSION, id, ...wait });
    woken.catch(() => undefined);
    if (signal.aborted) stop();
    return await withDeadline(Promise.race([woken, stopped.promise]), wait.ms + GRACE_MS);
  } catch (error) {
    const entry = { level: "warn", message: "wait ended early", tenant, error: causeOf(error) };
    console.warn(JSON.stringify(entry));
    return NOT_WOKEN;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
