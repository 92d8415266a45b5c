import { app } from "./app.ts";
import { consume } from "./fanout/consumer.ts";
import { checkIntegrity } from "./fanout/integrity.ts";
import { sweep } from "./fanout/sweep.ts";

export { TenantGate } from "./tenant/gate.ts";
export { WebhookSender } from "./webhooks/sender.ts";

export default {
  fetch: app.fetch,
  queue: consume,
  async scheduled(_controller, env) {
    const started = Date.now();
    const calls = await sweep(env);
    await checkIntegrity(env, calls, started);
  },
} satisfies ExportedHandler<Cloudflare.Env>;
