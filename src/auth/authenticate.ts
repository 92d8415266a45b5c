import { type AuthConfig, type AuthSettings, parseAuthConfig, type SettingFault } from "../config.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { fixedKeySource, type KeySource, RemoteKeySource, type WaitUntil } from "./key-set.ts";
import { type Principal, type TokenPolicy, type TokenRefusal, verifyInspected } from "./token.ts";
import { inspectToken } from "./unverified-token.ts";
import { type KeySet, keySetOf } from "./verification-key.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

/** Why a request has no principal. Every `reason` is for the log and holds nothing of the token. */
export type AuthFailure =
  | ({ readonly kind: "misconfigured" } & SettingFault)
  | { readonly kind: "missing_token" }
  | {
      readonly kind: "invalid_token";
      readonly reason: TokenRefusal | { readonly kind: "malformed_authorization" };
    }
  | { readonly kind: "unavailable"; readonly reason: string };

type BearerFailure = Extract<AuthFailure, { kind: "missing_token" | "invalid_token" }>;

const MALFORMED: BearerFailure = { kind: "invalid_token", reason: { kind: "malformed_authorization" } };

/**
 * The token of an `Authorization: Bearer` header (RFC 6750 section 2.1). Another scheme is no bearer token at all; two
 * headers, which the platform joins with a comma, are refused, since two readers might choose differently.
 */
export function bearerToken(header: string | undefined): Result<string, BearerFailure> {
  const text = header?.trim();
  if (!text) return err({ kind: "missing_token" });
  if (/,\s*bearer(\s|$)/i.test(text)) return err(MALFORMED);
  const scheme = /^[^\s,]+/.exec(text)?.[0];
  if (scheme === undefined) return err(MALFORMED);
  if (scheme.toLowerCase() !== "bearer") return err({ kind: "missing_token" });
  const credentials = text.slice(scheme.length);
  if (credentials === "") return err({ kind: "missing_token" });
  const token = /^ ([^\s,]+)$/.exec(credentials)?.[1];
  return token === undefined ? err(MALFORMED) : ok(token);
}

/**
 * Verifies the header's token with keys from `source`, asking it once for a newer set when the token names a key that
 * is not in the set. The token's form is checked first, so that garbage fetches nothing.
 */
export async function authenticateWith(
  { policy, source, verified }: Verifier & { readonly policy: TokenPolicy },
  header: string | undefined,
  now: Date,
  waitUntil: WaitUntil,
): Promise<Result<Principal, AuthFailure>> {
  const bearer = bearerToken(header);
  if (!bearer.ok) return bearer;
  const known = verified.find(bearer.value, now);
  if (known) {
    const keys = await source.current(waitUntil);
    if (keys.ok && keys.value === known.keys) return ok(known.principal);
  }
  const token = inspectToken(bearer.value);
  if (!token.ok) return err({ kind: "invalid_token", reason: token.error });
  const keys = await source.current(waitUntil);
  if (!keys.ok) return err({ kind: "unavailable", reason: keys.error.reason });

  const remember = (principal: Principal, by: KeySet) => {
    verified.add(token.value, principal, by, policy.clockToleranceS);
    return ok(principal);
  };
  const first = await verifyInspected(token.value, keys.value, policy, now);
  if (first.ok) return remember(first.value, keys.value);
  if (first.error.kind !== "unknown_key") return err({ kind: "invalid_token", reason: first.error });
  const newer = await source.newerThan(keys.value, waitUntil);
  if (newer === null) return err({ kind: "invalid_token", reason: first.error });
  const second = await verifyInspected(token.value, newer, policy, now);
  return second.ok ? remember(second.value, newer) : err({ kind: "invalid_token", reason: second.error });
}

/** What verifies the tokens of an isolate: where the keys come from, and the tokens that were verified with them. */
export interface Verifier {
  readonly source: KeySource;
  readonly verified: VerifiedTokens;
}

export const verifierOf = (source: KeySource): Verifier => ({ source, verified: new VerifiedTokens() });

/** One verifier per parsed settings, and so one key cache per isolate. */
const verifiers = new WeakMap<AuthConfig, Verifier>();

function verifierFor(config: AuthConfig): Verifier {
  const known = verifiers.get(config);
  if (known !== undefined) return known;
  const verifier = verifierOf(
    config.keys.kind === "static"
      ? fixedKeySource(keySetOf(config.keys.keys))
      : new RemoteKeySource(config.keys.url, { fetcher: (url, init) => fetch(url, init), clock: Date.now }),
  );
  verifiers.set(config, verifier);
  return verifier;
}

/**
 * Who is calling (docs/api.md#tokens). `header` is the `Authorization` header as received, `now` the time of the request,
 * `waitUntil` the request's own, so that a fetch of keys which others wait for outlives it. Wrong settings fail before
 * the header is read: a worker that cannot verify lets no caller through and says so.
 */
export async function authenticate(
  env: AuthSettings,
  header: string | undefined,
  now: Date,
  waitUntil: WaitUntil,
): Promise<Result<Principal, AuthFailure>> {
  const config = parseAuthConfig(env);
  if (!config.ok) return err({ kind: "misconfigured", ...config.error });
  return authenticateWith({ policy: config.value, ...verifierFor(config.value) }, header, now, waitUntil);
}
