import { LRUCache } from "lru-cache";
import { readApiKeySecret } from "../config/api-keys.ts";
import {
  API_KEY_RANDOM_BYTES,
  type ApiKey,
  endOf,
  hashOfSecret,
  isSameText,
  newApiKey,
  readApiKey,
  type StoredApiKey,
} from "../domain/core/api-key.ts";
import { causeOf, DatabaseAway } from "../domain/core/failure.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { Principal } from "./principal.ts";

/** How long an isolate answers from what it remembers: a revoked key ends within this time. */
export const FRESH_KEY_MS = 60_000;
/** How much longer while the database is away. */
export const STALE_KEY_MS = 10 * 60_000;
/** How long an isolate that met the database away does not ask it about keys that it remembers. */
export const AWAY_MS = 5_000;
export const KEYS_REMEMBERED_MAX = 500;

/** Where the stored keys are. Both reject with `DatabaseAway` when the database does not answer. */
export interface ApiKeyRows {
  readonly find: (env: Cloudflare.Env, id: string) => Promise<StoredApiKey | null>;
  readonly noteUse: (env: Cloudflare.Env, id: string, day: string) => Promise<void>;
}

export type ApiKeyRefusal = {
  readonly kind: "wrong_tag" | "unknown_api_key" | "wrong_secret" | "revoked" | "expired";
};

interface Misconfigured {
  readonly kind: "misconfigured";
  readonly setting: "API_KEY_SECRET";
  readonly reason: string;
}

export type ApiKeyFailure =
  | Misconfigured
  | { readonly kind: "refused"; readonly reason: ApiKeyRefusal; readonly row: StoredApiKey | null }
  | { readonly kind: "database_away"; readonly reason: string };

interface Remembered {
  /** Null for a key that does not exist. */
  readonly row: StoredApiKey | null;
  /** When it was asked for. */
  readonly at: number;
}

/** In the place of a row's hash, so that an unknown key takes as long as a known one. */
const NO_HASH = "0".repeat(64);

/**
 * Verifies API keys (docs/api.md#api-keys): by their tag, then by their row. An isolate has one, and it remembers rows.
 * Requests share what it remembers and nothing else: each asks the database for itself, because no request may wait for
 * the I/O of another.
 */
export class ApiKeys {
  readonly #rows: ApiKeyRows;
  readonly #remembered = new LRUCache<string, Remembered>({ max: KEYS_REMEMBERED_MAX });
  /** The day on which this isolate wrote a key's last use. */
  readonly #noted = new LRUCache<string, string>({ max: KEYS_REMEMBERED_MAX });
  #awayUntil = 0;

  constructor(rows: ApiKeyRows) {
    this.#rows = rows;
  }

  async verify(env: Cloudflare.Env, text: string, now: Date): Promise<Result<Principal, ApiKeyFailure>> {
    const tagSecret = tagSecretOf(env);
    if (!tagSecret.ok) return tagSecret;
    const key = await readApiKey(text, tagSecret.value);
    if (key === null) return refused("wrong_tag");
    const found = await this.#row(env, key.id, now.getTime());
    if (!found.ok) return found;
    const row = found.value;
    const isIts = isSameText(row?.hash ?? NO_HASH, await hashOfSecret(key.secret));
    if (row === null) return refused("unknown_api_key");
    if (!isIts) return refused("wrong_secret");
    const end = endOf(row, now.getTime());
    return end === null ? ok(principalOf(row)) : refused(end, row);
  }

  /** A new key, which is not stored yet, and the hash under which it is stored. */
  async issue(env: Cloudflare.Env): Promise<Result<ApiKey & { readonly hash: string }, Misconfigured>> {
    const tagSecret = tagSecretOf(env);
    if (!tagSecret.ok) return tagSecret;
    const random = crypto.getRandomValues(new Uint8Array(API_KEY_RANDOM_BYTES));
    const key = await newApiKey(random, tagSecret.value);
    return ok({ ...key, hash: await hashOfSecret(key.secret) });
  }

  /** Forgets keys that were revoked by this isolate. Others remember them for a minute at most. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#remembered.delete(id);
  }

  /**
   * Writes the day of a key's last use, at most once a key, isolate and day; null where there is nothing to write. Never
   * rejects: no caller depends on it.
   */
  noteUse(env: Cloudflare.Env, { by }: Principal, now: Date): Promise<void> | null {
    if (!("key_id" in by)) return null;
    const day = now.toISOString().slice(0, 10);
    const known = this.#remembered.get(by.key_id)?.row?.last_used_on ?? "";
    if (known >= day || this.#noted.get(by.key_id) === day) return null;
    this.#noted.set(by.key_id, day);
    return this.#rows.noteUse(env, by.key_id, day).catch((error: unknown) => {
      console.warn(JSON.stringify({ level: "warn", message: "last use not noted", error: causeOf(error) }));
    });
  }

  async #row(
    env: Cloudflare.Env,
    id: string,
    now: number,
  ): Promise<Result<StoredApiKey | null, ApiKeyFailure>> {
    const known = this.#remembered.get(id);
    const isYoungerThan = (ms: number) => known !== undefined && now >= known.at && now - known.at < ms;
    const servesStale = isYoungerThan(FRESH_KEY_MS + STALE_KEY_MS);
    if (known && (isYoungerThan(FRESH_KEY_MS) || (servesStale && now < this.#awayUntil))) {
      return ok(known.row);
    }
    try {
      const row = await this.#rows.find(env, id);
      this.#remembered.set(id, { row, at: now });
      return ok(row);
    } catch (error) {
      if (!(error instanceof DatabaseAway)) throw error;
      this.#awayUntil = now + AWAY_MS;
      return known && servesStale ? ok(known.row) : err({ kind: "database_away", reason: causeOf(error) });
    }
  }
}

function tagSecretOf(env: Cloudflare.Env): Result<string, Misconfigured> {
  const read = readApiKeySecret(env.API_KEY_SECRET);
  return read.ok ? read : err({ kind: "misconfigured", setting: "API_KEY_SECRET", reason: read.error });
}

const refused = (
  kind: ApiKeyRefusal["kind"],
  row: StoredApiKey | null = null,
): Result<never, ApiKeyFailure> => err({ kind: "refused", reason: { kind }, row });

const principalOf = ({ id, tenant_id, scopes, jurisdiction, expires_at }: StoredApiKey): Principal => ({
  tenant_id,
  subject: null,
  actor: `key:${id}`,
  scopes: new Set(scopes),
  jurisdiction,
  expires_at,
  by: { key_id: id },
});
