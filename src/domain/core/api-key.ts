/** An API key in its parts; `text` is what the caller keeps (docs/api.md#api-keys). */
export interface ApiKey {
  readonly id: string;
  /** Base64url of 32 bytes. */
  readonly secret: string;
  readonly text: string;
}

/** A key as it is stored. Times are milliseconds since 1970. */
export interface StoredApiKey {
  readonly id: string;
  readonly tenant_id: string;
  /** SHA-256 of the secret as text, in hex. */
  readonly hash: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** Where the tenant's data must be, if its maker's credential says. */
  readonly jurisdiction: string | null;
  readonly created_at: number;
  /** The actor who made it. */
  readonly created_by: string | null;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  /** A day of UTC. */
  readonly last_used_on: string | null;
}

/** The live keys that a tenant may have. */
export const API_KEYS_MAX = 50;

const ID_CHARACTERS = 12;
const ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
const SECRET_BYTES = 32;
const TAG_CHARACTERS = 6;

/** The random bytes that make a key. */
export const API_KEY_RANDOM_BYTES = ID_CHARACTERS + SECRET_BYTES;

/** By position, because base64url has `_` too. */
const FORM = /^(ll_([a-z0-9]{12})_([A-Za-z0-9_-]{43}))([A-Za-z0-9_-]{6})$/;

const encoder = new TextEncoder();

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** What ends a key: without the service's secret no text has the right one, so an invented key costs no look-up. */
async function tagOf(tagged: string, tagSecret: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(tagSecret), algorithm, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(tagged));
  return base64url(new Uint8Array(mac)).slice(0, TAG_CHARACTERS);
}

/** A new key of API_KEY_RANDOM_BYTES random bytes, tagged with the service's secret API_KEY_SECRET. */
export async function newApiKey(random: Uint8Array, tagSecret: string): Promise<ApiKey> {
  const id = Array.from(
    random.subarray(0, ID_CHARACTERS),
    (byte) => ID_ALPHABET[byte % ID_ALPHABET.length],
  ).join("");
  const secret = base64url(random.subarray(ID_CHARACTERS));
  const tagged = `ll_${id}_${secret}`;
  return { id, secret, text: tagged + (await tagOf(tagged, tagSecret)) };
}

export const hasApiKeyForm = (text: string): boolean => FORM.test(text);

/** The parts of a key; null for a text that has not its form, or was not tagged with this secret. */
export async function readApiKey(text: string, tagSecret: string): Promise<ApiKey | null> {
  const [, tagged = "", id = "", secret = "", tag = ""] = FORM.exec(text) ?? [];
  if (tag === "") return null;
  return isSameText(tag, await tagOf(tagged, tagSecret)) ? { id, secret, text } : null;
}

/** The hash under which a key's secret is stored. */
export async function hashOfSecret(secret: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(secret));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Compares texts of one length in a time that does not depend on where they differ. */
export function isSameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index += 1) {
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index % b.length);
  }
  return difference === 0;
}

/** Why a stored key lets its holder in no more; null while it does. */
export function endOf({ revoked_at, expires_at }: StoredApiKey, now: number): "revoked" | "expired" | null {
  if (revoked_at !== null) return "revoked";
  return expires_at !== null && expires_at <= now ? "expired" : null;
}
