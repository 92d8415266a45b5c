import { API_KEYS_MAX, type StoredApiKey } from "../domain/core/api-key.ts";
import { invalid, type Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { inFirstDatabase } from "../reads/first-database.ts";
import {
  deleteEndedApiKeys,
  findByRequest,
  hasAllApiKeys,
  insertApiKey,
  type NewApiKey,
  type RequestedApiKey,
} from "../store/api-keys/api-keys.ts";
import { reserveKey } from "../tenant/client.ts";

/** A request for a new key, with the caller who sent it. */
interface KeyRequest {
  readonly key: Omit<NewApiKey, "expires_at">;
  /** Milliseconds since 1970; null for never. */
  readonly expires_at: number | null;
  /** When the key that makes it ends; null for never, and for a token, whose end does not bound its keys. */
  readonly parent_ends_at: number | null;
  readonly trace_id: string;
}

/** The key, and whether an earlier request with the same idempotency key has made it. */
interface MadeApiKey {
  readonly key: StoredApiKey;
  readonly replayed: boolean;
}

const MISMATCH: Problem = {
  code: "idempotency_mismatch",
  detail: "This Idempotency-Key belongs to a different request. Use a new key.",
};
const TOO_MANY: Problem = {
  code: "too_many_keys",
  detail: `A tenant can have ${API_KEYS_MAX} live API keys. Revoke one first.`,
};

const replayOf = (known: RequestedApiKey, { key }: KeyRequest): Result<MadeApiKey, Problem> =>
  known.fingerprint === key.fingerprint ? ok({ key: known, replayed: true }) : err(MISMATCH);

/** When the key ends: not after the key that makes it. */
function endOf({ expires_at, parent_ends_at }: KeyRequest, now: number): Result<number | null, Problem> {
  const refused = (message: string) =>
    err(invalid([{ field: "expires_at", code: "invalid_value", message }]));
  if (expires_at === null) return ok(parent_ends_at);
  if (expires_at <= now) return refused("must be in the future");
  if (parent_ends_at === null || expires_at <= parent_ends_at) return ok(expires_at);
  return refused(
    `must not be after ${new Date(parent_ends_at).toISOString()}, when the key that asks for it ends`,
  );
}

/**
 * Makes a key once for each idempotency key (docs/api.md#api-keys). Null when the key that asks for it has ended
 * meanwhile. Rejects when the database is away.
 */
export async function makeApiKey(
  env: Cloudflare.Env,
  request: KeyRequest,
  now: number,
): Promise<Result<MadeApiKey, Problem> | null> {
  const { tenant_id: tenant, jurisdiction, request_key_hash, fingerprint } = request.key;
  const known = await inFirstDatabase(env, (db) => findByRequest(db, tenant, request_key_hash));
  if (known) return replayOf(known, request);
  const expires_at = endOf(request, now);
  if (!expires_at.ok) return expires_at;
  const isFull = await inFirstDatabase(env, async (db) => {
    await deleteEndedApiKeys(db, tenant, now);
    return hasAllApiKeys(db, tenant, now);
  });
  if (isFull) return err(TOO_MANY);
  const caller = { tenant, jurisdiction, trace_id: request.trace_id };
  const reserved = await reserveKey(env, caller, { key: request_key_hash, fingerprint });
  if (!reserved.ok) return reserved;
  if (!reserved.value) return err(MISMATCH);
  const key = { ...request.key, expires_at: expires_at.value };
  if (await inFirstDatabase(env, (db) => insertApiKey(db, key, now))) {
    return ok({ key: { ...key, revoked_at: null, last_used_on: null }, replayed: false });
  }
  return inFirstDatabase(env, async (db) => {
    const raced = await findByRequest(db, tenant, request_key_hash);
    if (raced) return replayOf(raced, request);
    return (await hasAllApiKeys(db, tenant, now)) ? err(TOO_MANY) : null;
  });
}
