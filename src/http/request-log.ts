import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { AppEnv } from "./app-env.ts";
import { continueTrace, traceparentOf } from "./trace.ts";

/**
 * Traces, times and logs every request: one JSON line with the route's pattern, never the path, so that no id, name or
 * token reaches the log (docs/api.md#tracing).
 */
export const requestLog: MiddlewareHandler<AppEnv> = async (c, next) => {
  const start = Date.now();
  const random = crypto.getRandomValues(new Uint8Array(24));
  const trace = continueTrace(c.req.header("traceparent"), c.req.header("tracestate"), random);
  c.set("trace", trace);
  c.set("timings", []);
  await next();
  const duration = Date.now() - start;
  const timings = [...c.get("timings"), ["total", duration] as const];
  // Not by c.header, which copies the whole answer for each header that is set this late.
  const { headers, status } = c.res;
  headers.set("traceparent", traceparentOf(trace));
  if (trace.tracestate !== null) headers.set("tracestate", trace.tracestate);
  headers.set("Server-Timing", timings.map(([name, ms]) => `${name};dur=${ms}`).join(", "));
  headers.set("X-Content-Type-Options", "nosniff");
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  const entry = {
    level: status >= 500 ? "error" : "info",
    message: "request",
    trace_id: trace.trace_id,
    span_id: trace.span_id,
    tenant: c.get("principal")?.tenant_id,
    method: c.req.method,
    route: routePath(c),
    status,
    code: c.get("problem_code"),
    replayed: headers.has("Idempotent-Replayed") || undefined,
    duration_ms: duration,
  };
  console.log(JSON.stringify(entry));
};
