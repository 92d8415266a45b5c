import type { Context, MiddlewareHandler } from "hono";
import { readCorsOrigins } from "../config/cors.ts";
import type { Result } from "../domain/core/result.ts";
import type { AppEnv } from "./app-env.ts";

/** What a page may send beyond what every page may. */
const REQUEST_HEADERS = [
  "Authorization",
  "Content-Encoding",
  "Content-Type",
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "Prefer",
  "traceparent",
  "tracestate",
  "x-d1-bookmark",
].join(", ");

/** What a page may read beyond what every page may. */
const ANSWER_HEADERS = [
  "x-d1-bookmark",
  "ETag",
  "Location",
  "Retry-After",
  "Idempotent-Replayed",
  "X-Log-Receipt",
  "Link",
].join(", ");

const PREFLIGHT_SECONDS = "7200";

interface ReadOnce {
  readonly setting: unknown;
  readonly origins: ReturnType<typeof readCorsOrigins>;
}
let lastRead: ReadOnce | null = null;

/** The origins of the settings; an isolate reads them once. */
export function corsOrigins({ CORS_ORIGINS: setting }: Cloudflare.Env): Result<ReadonlySet<string>, string> {
  if (lastRead === null || lastRead.setting !== setting) {
    lastRead = { setting, origins: readCorsOrigins(setting) };
  }
  return lastRead.origins;
}

/** Whether pages of some other origin may call. */
export function servesBrowsers(env: Cloudflare.Env): boolean {
  const origins = corsOrigins(env);
  return origins.ok && origins.value.size > 0;
}

/** The answer to what a browser asks before a page's request. It needs no token; `methods` are those of the path. */
export const preflight = (c: Context<AppEnv>, methods: string): Response =>
  c.body(null, 204, {
    "Access-Control-Allow-Methods": methods,
    "Access-Control-Allow-Headers": REQUEST_HEADERS,
    "Access-Control-Max-Age": PREFLIGHT_SECONDS,
  });

/** Lets pages of the allowed origins read every answer (docs/api.md#browsers). Never with credentials of the browser. */
export const crossOrigin: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const origins = corsOrigins(c.env);
  if (!origins.ok || origins.value.size === 0) return;
  const { headers } = c.res;
  headers.append("Vary", "Origin");
  const origin = c.req.header("Origin");
  if (origin === undefined || !origins.value.has(origin)) return;
  headers.set("Access-Control-Allow-Origin", origin);
  headers.set("Access-Control-Expose-Headers", ANSWER_HEADERS);
};
