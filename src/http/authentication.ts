import type { Context, MiddlewareHandler } from "hono";
import { type AuthFailure, authenticate } from "../auth/authenticate.ts";
import { grants } from "../auth/token.ts";
import type { Scope } from "../contract/scopes.ts";
import type { AppEnv } from "./app-env.ts";
import { renderProblem } from "./problem.ts";
import { rateLimited } from "./rate-limit.ts";

/** One answer for every bad token; the reason is only for the log. */
function refuse(c: Context<AppEnv>, failure: AuthFailure): Response {
  const { trace_id } = c.get("trace");
  const log = (message: string, details: object) =>
    console.warn(JSON.stringify({ level: "warn", message, trace_id, ...details }));
  switch (failure.kind) {
    case "missing_token":
      c.header("WWW-Authenticate", "Bearer");
      return renderProblem(c, { code: "missing_token", detail: "Send Authorization: Bearer <token>." });
    case "invalid_token":
      log("token refused", { reason: failure.reason });
      c.header("WWW-Authenticate", 'Bearer error="invalid_token"');
      return renderProblem(c, {
        code: "invalid_token",
        detail: "The bearer token is not valid. Get a new one.",
      });
    case "misconfigured":
      log("misconfigured", { setting: failure.setting, reason: failure.reason });
      return renderProblem(c, {
        code: "misconfigured",
        detail: "The service is not configured to verify tokens. Tell its operator.",
      });
    case "unavailable":
      log("keys unavailable", { reason: failure.reason });
      return renderProblem(c, {
        code: "unavailable",
        detail: "The token issuer's keys are not available. Try again later.",
      });
  }
}

/** The answer to a token that grants neither `scope` nor one of `wider`, which allow more (docs/api.md#tokens). */
export function insufficientScope(c: Context<AppEnv>, scope: Scope, wider: readonly Scope[] = []): Response {
  const allowed = wider.map((one) => ` ${one} allows it too.`).join("");
  return renderProblem(c, {
    code: "insufficient_scope",
    detail: `This request needs the scope ${scope}, which the token does not grant.${allowed}`,
    scope,
  });
}

/**
 * The guard of a route: a valid token that grants its own scope, or one of the wider ones after it, of a tenant within its
 * limit. Without scopes any valid token will do. It binds the request to the token's tenant, and stands on the route, so an unknown path stays a 404.
 */
export function authorized(
  [own, ...wider]: readonly Scope[],
  rate: Parameters<typeof rateLimited>[0] = "usual",
): MiddlewareHandler<AppEnv> {
  const limit = rateLimited(rate);
  return async (c, next) => {
    const start = Date.now();
    const outcome = await authenticate(c.env, c.req.header("Authorization"), new Date(start), (work) =>
      c.executionCtx.waitUntil(work),
    );
    c.get("timings").push(["auth", Date.now() - start]);
    if (!outcome.ok) return refuse(c, outcome.error);
    c.set("principal", outcome.value);
    const isGranted = own === undefined || [own, ...wider].some((one) => grants(outcome.value, one));
    return isGranted ? limit(c, next) : insufficientScope(c, own, wider);
  };
}

/** Whether the caller's token grants `scope`: for an answer that shows more to some callers. */
export const callerGrants = (c: Context<AppEnv>, scope: Scope): boolean => grants(c.get("principal"), scope);
