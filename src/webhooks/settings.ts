import { err, ok, type Result } from "../domain/core/result.ts";
import { publicHosts } from "./destination.ts";
import { KeyRing } from "./key-ring.ts";

/** The settings of webhooks (docs/operate.md#webhooks). */
export interface WebhookSettings {
  readonly ring: KeyRing;
  readonly allowLoopback: boolean;
  /** The host names of PUBLIC_ORIGIN. */
  readonly publicHosts: readonly string[];
}

/** Which setting is wrong and how, without its value. */
interface WebhookSettingFault {
  readonly setting: "WEBHOOK_KEY" | "PUBLIC_ORIGIN";
  readonly reason: string;
}

export async function parseWebhookSettings(
  env: Pick<Cloudflare.Env, "WEBHOOK_KEY" | "PUBLIC_ORIGIN" | "WEBHOOK_ALLOW_LOOPBACK">,
): Promise<Result<WebhookSettings, WebhookSettingFault>> {
  const ring = await KeyRing.parse(env.WEBHOOK_KEY);
  if (!ring.ok) return err({ setting: "WEBHOOK_KEY", reason: ring.error });
  const hosts = publicHosts(env.PUBLIC_ORIGIN);
  if (!hosts.ok) return err({ setting: "PUBLIC_ORIGIN", reason: hosts.error });
  const allowLoopback = env.WEBHOOK_ALLOW_LOOPBACK === "true";
  return ok({ ring: ring.value, allowLoopback, publicHosts: hosts.value });
}
