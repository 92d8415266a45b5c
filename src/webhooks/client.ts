import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, type Result } from "../domain/core/result.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { objectOf } from "../store/placement/objects.ts";
import { findPlacement, placeTenant } from "../store/placement/placement.ts";
import type { WebhookSender } from "./sender.ts";

/** An attempt takes at most 10 s, and the calls before it take less. */
const SENDER_DEADLINE_MS = 25_000;

/** The tenant whose sender is called, and the jurisdiction that the credential names. */
interface Tenant {
  readonly tenant_id: string;
  readonly jurisdiction: string | null;
}

type Ask<T> = (sender: DurableObjectStub<WebhookSender>) => Promise<Result<T, Problem>>;

/** Calls the tenant's sender, and places the tenant if it has no place yet. */
export const askSender = <T>(
  env: Cloudflare.Env,
  { tenant_id: tenant, jurisdiction }: Tenant,
  ask: Ask<T>,
): Promise<Result<T, Problem>> =>
  answered(tenant, async () => {
    const placed = await placeTenant(env, tenant, jurisdiction);
    if (placed.ok) return ask(objectOf(env.WEBHOOK_SENDER, tenant, placed.value));
    const detail = "The service has no database in the tenant's jurisdiction. Tell its operator.";
    return err({ code: "misconfigured", detail });
  });

/**
 * Calls the tenant's sender for a read, which places no tenant and depends on no jurisdiction. A tenant without a place
 * has no endpoints: `none` is the answer.
 */
export const readSender = <T>(
  env: Cloudflare.Env,
  tenant: string,
  ask: Ask<T>,
  none: Result<T, Problem>,
): Promise<Result<T, Problem>> =>
  answered(tenant, async () => {
    const placement = await findPlacement(env, tenant);
    return placement === null ? none : ask(objectOf(env.WEBHOOK_SENDER, tenant, placement));
  });

/** A sender that does not answer is a problem value, never an exception. */
async function answered<T>(
  tenant: string,
  call: () => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  try {
    return await withDeadline(call(), SENDER_DEADLINE_MS);
  } catch (error) {
    const entry = { level: "error", message: "webhook sender call failed", tenant, error: causeOf(error) };
    console.error(JSON.stringify(entry));
    const detail =
      "The tenant's webhooks did not answer. Try again, with the same Idempotency-Key if one is needed.";
    return err({ code: "unavailable", detail });
  }
}
