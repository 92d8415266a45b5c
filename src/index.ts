import { app } from "./app.ts";

export { TenantGate } from "./tenant/gate.ts";

export default { fetch: app.fetch } satisfies ExportedHandler<Cloudflare.Env>;
