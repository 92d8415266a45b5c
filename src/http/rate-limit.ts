import type { Context } from "hono";
import type { Rate } from "../contract/routes/route.ts";
import type { AppEnv, Guard } from "./app-env.ts";
import { renderProblem } from "./problem.ts";

const BINDINGS = {
  usual: "TENANT_LIMIT",
  walk: "TENANT_WALK_LIMIT",
  batch: "TENANT_BATCH_LIMIT",
} as const satisfies Record<Rate, keyof Cloudflare.Env>;

/**
 * Refuses a tenant's requests beyond its limit (docs/operate.md#rate-limits): per location of the edge, approximate.
 * Off without `RATE_LIMITS=on` or without the binding. A limiter that fails lets the request through: it protects
 * others, and decides nothing about the data.
 */
export function rateLimited(rateOf: Rate | ((c: Context<AppEnv>) => Rate)): Guard {
  return async (c) => {
    if (c.env.RATE_LIMITS !== "on") return undefined;
    const binding = c.env[BINDINGS[typeof rateOf === "string" ? rateOf : rateOf(c)]];
    if (binding === undefined || (await allows(c, binding))) return undefined;
    return renderProblem(c, {
      code: "rate_limited",
      detail: "This tenant has sent too many requests of this kind. Wait as long as Retry-After says.",
    });
  };
}

async function allows(c: Context<AppEnv>, binding: RateLimit): Promise<boolean> {
  try {
    return (await binding.limit({ key: c.get("principal").tenant_id })).success;
  } catch (error) {
    const { trace_id } = c.get("trace");
    console.warn(
      JSON.stringify({ level: "warn", message: "rate limiter failed", trace_id, error: String(error) }),
    );
    return true;
  }
}
