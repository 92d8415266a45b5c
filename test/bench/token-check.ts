import { createMiddleware } from "hono/factory";
import { createLocalJWKSet, jwtVerify } from "jose";

export interface Caller {
  Bindings: { DB: D1Database; AUTH_ISSUER: string; AUTH_AUDIENCE: string; AUTH_JWKS: string };
  Variables: { tenant: string };
}

let keys: ReturnType<typeof createLocalJWKSet> | null = null;

/** The check of a bearer token as most services do it: jose verifies the signature and the claims of each request. */
export const verified = createMiddleware<Caller>(async (c, next) => {
  keys ??= createLocalJWKSet(JSON.parse(c.env.AUTH_JWKS));
  const token = c.req.header("Authorization")?.slice("Bearer ".length) ?? "";
  const { payload } = await jwtVerify(token, keys, {
    issuer: c.env.AUTH_ISSUER,
    audience: c.env.AUTH_AUDIENCE,
    algorithms: ["ES256"],
    requiredClaims: ["exp"],
  });
  if (!String(payload.scope).split(" ").includes("ingest:write")) return c.text("Forbidden", 403);
  c.set("tenant", String(payload.tenant_id));
  await next();
});
