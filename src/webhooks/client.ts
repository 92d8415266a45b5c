import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, type Result } from "../domain/core/result.ts";
import type { Jurisdiction } from "../store/d1/databases.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { objectOf } from "../store/placement/objects.ts";
import { placeTenant } from "../store/placement/placement.ts";
import type { WebhookSender } from "./sender.ts";

/** An attempt takes at most 10 s, and the calls before it take less. */
const SENDER_DEADLINE_MS = 25_000;

/** The tenant whose sender is called, and the jurisdiction that the token names. */
interface Tenant {
  readonly tenant_id: string;
  readonly jurisdiction: Jurisdiction | null;
}

/** Calls the tenant's sender. A sender that does not answer is a problem value, never an exception. */
export async function askSender<T>(
  env: Cloudflare.Env,
  { tenant_id: tenant, jurisdiction }: Tenant,
  ask: (sender: DurableObjectStub<WebhookSender>) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  try {
    const placed = await placeTenant(env, tenant, jurisdiction);
    if (!placed.ok) {
      const detail = "The service has no database in the tenant's jurisdiction. Tell its operator.";
      return err({ code: "misconfigured", detail });
    }
    const sender = objectOf(env.WEBHOOK_SENDER, tenant, placed.value);
    return await withDeadline(ask(sender), SENDER_DEADLINE_MS);
  } catch (error) {
    const entry = { level: "error", message: "webhook sender call failed", tenant, error: causeOf(error) };
    console.error(JSON.stringify(entry));
    const detail =
      "The tenant's webhooks did not answer. Try again, with the same Idempotency-Key if one is needed.";
    return err({ code: "unavailable", detail });
  }
}
