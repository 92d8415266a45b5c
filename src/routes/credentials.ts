import type { Context } from "hono";
import type { keyList, madeKey, whoami } from "../contract/credentials/answers.ts";
import type { CREDENTIAL_ROUTES } from "../contract/routes/credentials.ts";
import type { StoredApiKey } from "../domain/core/api-key.ts";
import { keyHash } from "../domain/log/hash.ts";
import type { AppEnv } from "../http/app-env.ts";
import { callerGrants, insufficientScope, refuse } from "../http/authentication.ts";
import type { RouteHandlers, RouteRequest } from "../http/handler.ts";
import { fingerprint } from "../http/idempotency.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { inFirstDatabase } from "../reads/first-database.ts";
import { findApiKey, listApiKeys, noteUse, revokeApiKey } from "../store/api-keys/api-keys.ts";
import { keepRevoked } from "../tenant/client.ts";
import { makeApiKey } from "./new-api-key.ts";

/** A caller waits for it, and an isolate that remembers the key can do without. */
const LOOKUP_DEADLINE_MS = 3_000;
/** No year beyond 9999 is a timestamp of RFC 3339, but a token may end later. */
const LAST_INSTANT_MS = Date.parse("9999-12-31T23:59:59.999Z");

const instantOf = (ms: number): string => new Date(Math.min(ms, LAST_INSTANT_MS)).toISOString();
const instantOrNull = (ms: number | null): string | null => (ms === null ? null : instantOf(ms));

/** Where the rows of API keys are, for those who verify them. */
export const API_KEY_ROWS = {
  find: (env: Cloudflare.Env, id: string) =>
    inFirstDatabase(env, (db) => findApiKey(db, id), LOOKUP_DEADLINE_MS),
  noteUse: (env: Cloudflare.Env, id: string, day: string) =>
    inFirstDatabase(env, (db) => noteUse(db, id, day)),
};

const rendered = ({ id, name, scopes, created_at, created_by, expires_at }: StoredApiKey) => ({
  id,
  name,
  scopes: [...scopes],
  created_at: instantOf(created_at),
  created_by,
  expires_at: instantOrNull(expires_at),
});

function whoAmI(c: Context<AppEnv>): Response {
  const { tenant_id, subject, actor, scopes, expires_at, by, jurisdiction } = c.get("principal");
  const ends = instantOrNull(expires_at);
  const caller = { tenant_id, subject, actor, scopes: [...scopes], expires_at: ends, ...by, jurisdiction };
  return renderJson<typeof whoami>(c, caller);
}

async function create(
  c: Context<AppEnv>,
  { body }: RouteRequest<(typeof CREDENTIAL_ROUTES)["createApiKey"]>,
): Promise<Response> {
  const lacking = body.scopes.find((scope) => !callerGrants(c, scope));
  if (lacking !== undefined) return insufficientScope(c, lacking);
  const issued = await c.get("api_keys").issue(c.env);
  if (!issued.ok) return refuse(c, issued.error);
  const { tenant_id, actor, jurisdiction, by, expires_at } = c.get("principal");
  const parent = "key_id" in by ? { id: by.key_id, expires_at } : null;
  const now = Date.now();
  const { id, hash, text } = issued.value;
  const key = {
    ...{ id, tenant_id, hash, name: body.name, scopes: body.scopes, jurisdiction },
    ...{ parent_id: parent?.id ?? null, created_at: now, created_by: actor },
    request_key_hash: keyHash(tenant_id, c.get("idempotency_key")),
    fingerprint: fingerprint("POST", c.req.path, c.get("body")),
  };
  const ends = { expires_at: body.expires_at ?? null, parent_ends_at: parent?.expires_at ?? null };
  const made = await makeApiKey(c.env, { key, ...ends, trace_id: c.get("trace").trace_id }, now);
  if (made === null) return refuse(c, { kind: "invalid_token", reason: { kind: "revoked" } });
  if (!made.ok) return renderProblem(c, made.error);
  if (!made.value.replayed) {
    return renderJson<typeof madeKey>(c, { ...rendered(made.value.key), key: text }, 201);
  }
  c.header("Idempotent-Replayed", "true");
  const message = "The key is not shown again. If it was lost, revoke it and make another.";
  return renderJson<typeof madeKey>(c, { ...rendered(made.value.key), message });
}

/** Who is calling, and the tenant's API keys (docs/api.md#who-am-i, docs/api.md#api-keys). */
export const credentialHandlers = {
  whoAmI,
  createApiKey: create,
  listApiKeys: async (c) => {
    const { tenant_id } = c.get("principal");
    const keys = await inFirstDatabase(c.env, (db) => listApiKeys(db, tenant_id, Date.now()));
    const data = keys.map((key) => ({
      ...rendered(key),
      last_used_on: key.last_used_on,
      revoked_at: instantOrNull(key.revoked_at),
    }));
    return renderJson<typeof keyList>(c, { data });
  },
  revokeApiKey: async (c, { path }) => {
    const { tenant_id, jurisdiction } = c.get("principal");
    const revoked = await inFirstDatabase(c.env, (db) => revokeApiKey(db, tenant_id, path.id, Date.now()));
    if (revoked === null)
      return renderProblem(c, { code: "not_found", detail: "This API key does not exist." });
    c.get("api_keys").forget(revoked);
    const { trace_id } = c.get("trace");
    const kept = await keepRevoked(c.env, { tenant: tenant_id, jurisdiction, trace_id }, revoked);
    if (!kept.ok) return renderProblem(c, kept.error);
    return c.body(null, 204);
  },
} satisfies Partial<RouteHandlers>;
