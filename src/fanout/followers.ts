import { causeOf } from "../domain/core/failure.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { HISTORY } from "../store/history/progress.ts";
import { objectOf } from "../store/placement/objects.ts";
import { findPlacement, type Placement } from "../store/placement/placement.ts";
import type { CaughtUp } from "./catch-up.ts";

const CALL_DEADLINE_MS = 5_000;

/**
 * Notifies what waits for a tenant's projections: the gate, whose readers wait for history, and the tenant's webhook
 * sender. Never fails: the gate polls while a reader waits, and the sweep pokes a sender that lags.
 */
export async function tellFollowers(
  env: Cloudflare.Env,
  tenant: string,
  { reached, followed }: Pick<CaughtUp, "reached" | "followed">,
): Promise<void> {
  const history = reached[HISTORY.name];
  const calls: Promise<boolean>[] = [];
  if (history !== undefined) {
    calls.push(
      tell(env, tenant, "gate", (placement) =>
        objectOf(env.TENANT_GATE, tenant, placement).historyReached(history),
      ),
    );
  }
  if (followed) calls.push(pokeSender(env, tenant));
  await Promise.all(calls);
}

/** Makes the tenant's webhook sender check what it has to deliver. */
export const pokeSender = (env: Cloudflare.Env, tenant: string): Promise<boolean> =>
  tell(env, tenant, "webhook sender", (placement) =>
    objectOf(env.WEBHOOK_SENDER, tenant, placement).poke(tenant),
  );

/** Makes the tenant's webhook sender compare its endpoints with D1's copy of them. False: it did not answer. */
export const compareEndpoints = (env: Cloudflare.Env, tenant: string): Promise<boolean> =>
  tell(env, tenant, "webhook sender", (placement) =>
    objectOf(env.WEBHOOK_SENDER, tenant, placement).poke(tenant, true),
  );

/** Makes the tenant's gate see whether D1 was restored to an earlier time. False: it did not answer. */
export const checkRestore = (env: Cloudflare.Env, tenant: string): Promise<boolean> =>
  tell(env, tenant, "gate", (placement) => objectOf(env.TENANT_GATE, tenant, placement).checkRestore(tenant));

/** Lets the tenant's gate continue an opening of its books that is unfinished (docs/bookkeeping.md#the-switch). */
export const resumeOpening = (env: Cloudflare.Env, tenant: string): Promise<boolean> =>
  tell(env, tenant, "gate", (placement) =>
    objectOf(env.TENANT_GATE, tenant, placement).resumeOpening(tenant),
  );

/** Lets the tenant's gate continue erasures that are unfinished (docs/privacy.md#how-an-erasure-runs). */
export const resumeErasure = (env: Cloudflare.Env, tenant: string): Promise<boolean> =>
  tell(env, tenant, "gate", (placement) =>
    objectOf(env.TENANT_GATE, tenant, placement).resumeErasure(tenant),
  );

async function tell(
  env: Cloudflare.Env,
  tenant: string,
  whom: string,
  call: (placement: Placement) => Promise<void>,
): Promise<boolean> {
  try {
    const placement = await findPlacement(env, tenant);
    if (placement) await withDeadline(call(placement), CALL_DEADLINE_MS);
    return true;
  } catch (error) {
    const entry = { level: "warn", message: "follower not told", tenant, follower: whom };
    console.warn(JSON.stringify({ ...entry, error: causeOf(error) }));
    return false;
  }
}
