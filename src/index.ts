import { app } from "./app.ts";
import { consume } from "./fanout/consumer.ts";
import { sweep } from "./fanout/sweep.ts";

export { TenantGate } from "./tenant/gate.ts";
export { WebhookSender } from "./webhooks/sender.ts";

export default {
  fetch: app.fetch,
  queue: consume,
  scheduled: (_controller, env) => sweep(env),
} satisfies ExportedHandler<Cloudflare.Env>;
