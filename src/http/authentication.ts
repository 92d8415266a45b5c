import type { Context, MiddlewareHandler } from "hono";
import { type ApiKeyRows, ApiKeys } from "../auth/api-keys.ts";
import { type AuthFailure, authenticate } from "../auth/authenticate.ts";
import { grants } from "../auth/principal.ts";
import type { Scope } from "../contract/scopes.ts";
import type { AppEnv, Guard } from "./app-env.ts";
import { corsOrigins } from "./cors.ts";
import { renderProblem } from "./problem.ts";
import { rateLimited } from "./rate-limit.ts";

/** The same for every reason, unless the text is no credential at all, or the settings ask for the reason. */
function detailOf({ reason, explanation }: Extract<AuthFailure, { kind: "invalid_token" }>): string {
  if (reason.kind === "no_credential") return "This is neither a JWT nor an API key of this service.";
  return explanation === undefined
    ? "The bearer token is not valid. Get a new one."
    : `The bearer token is not valid: ${explanation}.`;
}

const UNAVAILABLE = {
  issuer: "The token issuer's keys are not available. Try again later.",
  database: "The database did not answer. Try again later.",
} as const;

/** One answer for every bad token; the reason is only for the log. */
export function refuse(c: Context<AppEnv>, failure: AuthFailure): Response {
  const { trace_id } = c.get("trace");
  const log = (message: string, details: object) =>
    console.warn(JSON.stringify({ level: "warn", message, trace_id, ...details }));
  switch (failure.kind) {
    case "missing_token":
      c.header("WWW-Authenticate", "Bearer");
      return renderProblem(c, {
        code: "missing_token",
        detail: "Send Authorization: Bearer <token or API key>.",
      });
    case "invalid_token":
      log("token refused", { reason: failure.reason });
      c.header("WWW-Authenticate", 'Bearer error="invalid_token"');
      return renderProblem(c, {
        code: "invalid_token",
        detail: detailOf(failure),
      });
    case "misconfigured":
      log("misconfigured", { setting: failure.setting, reason: failure.reason });
      return renderProblem(c, {
        code: "misconfigured",
        detail: "A setting of the service is missing or malformed. Tell its operator.",
      });
    case "unavailable":
      log(`${failure.what} unavailable`, { reason: failure.reason });
      return renderProblem(c, { code: "unavailable", detail: UNAVAILABLE[failure.what] });
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
 * The guard of a route: a valid token that grants its own scope, or one of the wider ones after it, and each of `also`, of a
 * tenant within its limit. Without scopes any valid token will do. It binds the request to the token's tenant, and stands on
 * the route, so an unknown path stays a 404.
 */
export function authorized(
  [own, ...wider]: readonly Scope[],
  rate: Parameters<typeof rateLimited>[0] = "usual",
  also: readonly Scope[] = [],
): Guard {
  const limit = rateLimited(rate);
  return async (c) => {
    const start = Date.now();
    const origins = corsOrigins(c.env);
    if (!origins.ok) {
      return refuse(c, { kind: "misconfigured", setting: "CORS_ORIGINS", reason: origins.error });
    }
    const now = new Date(start);
    const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
    const request = { header: c.req.header("Authorization"), now, waitUntil };
    const outcome = await authenticate(c.env, request, c.get("api_keys"));
    c.get("timings").push(["auth", Date.now() - start]);
    if (!outcome.ok) return refuse(c, outcome.error);
    c.set("principal", outcome.value);
    const isGranted = own === undefined || [own, ...wider].some((one) => grants(outcome.value, one));
    const lacking = also.find((one) => !grants(outcome.value, one));
    if (!isGranted) return insufficientScope(c, own, wider);
    return lacking === undefined ? limit(c) : insufficientScope(c, lacking);
  };
}

/** Gives every request the isolate's one verifier of API keys, and notes the use of a key once the answer is made. */
export function withApiKeys(rows: ApiKeyRows): MiddlewareHandler<AppEnv> {
  const apiKeys = new ApiKeys(rows);
  return async (c, next) => {
    c.set("api_keys", apiKeys);
    await next();
    const principal = c.get("principal");
    const noted = principal ? apiKeys.noteUse(c.env, principal, new Date()) : null;
    if (noted !== null) c.executionCtx.waitUntil(noted);
  };
}

/** Whether the caller's token grants `scope`: for an answer that shows more to some callers. */
export const callerGrants = (c: Context<AppEnv>, scope: Scope): boolean => grants(c.get("principal"), scope);
