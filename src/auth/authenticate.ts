import { type AuthConfig, parseAuthConfig } from "../config/auth.ts";
import type { Issuer } from "../config/issuers.ts";
import { hasApiKeyForm } from "../domain/core/api-key.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { ApiKeyFailure, ApiKeyRefusal, ApiKeys } from "./api-keys.ts";
import type { TokenPolicy } from "./claims.ts";
import { explain, explainApiKey } from "./explain.ts";
import { fixedKeySource, type KeySource, RemoteKeySource, type WaitUntil } from "./key-set.ts";
import type { Principal } from "./principal.ts";
import { type TokenRefusal, verifyInspected } from "./token.ts";
import { inspectToken, type UnverifiedToken } from "./unverified-token.ts";
import { keySetOf } from "./verification-key.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

/** Why a request has no principal. Every `reason` is for the log and holds nothing of the token. */
export type AuthFailure =
  | { readonly kind: "misconfigured"; readonly setting: string; readonly reason: string }
  | { readonly kind: "missing_token" }
  | {
      readonly kind: "invalid_token";
      readonly reason:
        | TokenRefusal
        | ApiKeyRefusal
        | { readonly kind: "malformed_authorization" | "no_credential" };
      /** For the caller, where AUTH_EXPLAIN says so: it names what the token says. */
      readonly explanation?: string;
    }
  | { readonly kind: "unavailable"; readonly what: "issuer" | "database"; readonly reason: string };

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

/** A trusted issuer: what its tokens must say, and where its keys come from. */
interface Trusted {
  readonly policy: TokenPolicy;
  readonly source: KeySource;
}

/** What verifies the tokens of an isolate: the trusted issuers by their names, and the tokens that were verified. */
interface Verifier {
  readonly trusted: ReadonlyMap<string, Trusted>;
  readonly verified: VerifiedTokens;
  /** Whether a refusal says why. */
  readonly explains: boolean;
}

export const verifierOf = (trusted: readonly Trusted[], explains = false): Verifier => ({
  trusted: new Map(trusted.map((one) => [one.policy.issuer, one])),
  verified: new VerifiedTokens(),
  explains,
});

/** A JWS in its compact form has three parts (RFC 7515 section 7.1). */
const hasTokenForm = (text: string): boolean => text.split(".").length === 3;

/**
 * Verifies a token with the keys of the issuer that it names, asking once for a newer set when the token names a key that
 * is not in the set. The token's form is checked first, so that garbage fetches nothing.
 */
export async function verifyToken(
  verifier: Verifier,
  text: string,
  now: Date,
  waitUntil: WaitUntil,
): Promise<Result<Principal, AuthFailure>> {
  const known = verifier.verified.find(text, now);
  if (known) {
    const keys = await known.source.current(waitUntil);
    if (keys.ok && keys.value === known.keys) return ok(known.principal);
  }
  const refused = refusalsOf(verifier, now);
  if (!hasTokenForm(text)) return err({ kind: "invalid_token", reason: { kind: "no_credential" } });
  const token = inspectToken(text);
  if (!token.ok) return refused(token.error);
  const { iss } = token.value.claims;
  const trusted = typeof iss === "string" ? verifier.trusted.get(iss) : undefined;
  if (!trusted) return refused({ kind: "wrong_issuer" }, token.value);
  const { policy, source } = trusted;
  const keys = await source.current(waitUntil);
  if (!keys.ok) return err({ kind: "unavailable", what: "issuer", reason: keys.error.reason });

  const first = await verifyInspected(token.value, keys.value, policy, now);
  const newer =
    !first.ok && first.error.kind === "unknown_key" ? await source.newerThan(keys.value, waitUntil) : null;
  const verdict = newer === null ? first : await verifyInspected(token.value, newer, policy, now);
  if (!verdict.ok) return refused(verdict.error, token.value, policy);
  const by = { keys: newer ?? keys.value, source, toleranceS: policy.clockToleranceS };
  verifier.verified.add(token.value, verdict.value, by);
  return verdict;
}

/** Makes refusals, with an explanation where the settings ask for it. */
function refusalsOf({ trusted, explains }: Verifier, now: Date) {
  return (
    reason: TokenRefusal,
    token: UnverifiedToken | null = null,
    policy: TokenPolicy | null = null,
  ): Result<never, AuthFailure> => {
    const seen = { claims: token?.claims ?? {}, policy, issuers: [...trusted.keys()], now };
    return err({
      kind: "invalid_token",
      reason,
      ...(explains && { explanation: explain(reason, seen) }),
    });
  };
}

/** One verifier per parsed settings, and so one key cache per issuer and isolate. */
const verifiers = new WeakMap<AuthConfig, Verifier>();

function verifierFor(config: AuthConfig): Verifier {
  const known = verifiers.get(config);
  if (known !== undefined) return known;
  const { clockToleranceS } = config;
  const trusted = config.issuers.map(({ keys, ...policy }) => ({
    policy: { ...policy, clockToleranceS },
    source: sourceOf(keys),
  }));
  const verifier = verifierOf(trusted, config.explain);
  verifiers.set(config, verifier);
  return verifier;
}

const sourceOf = (keys: Issuer["keys"]): KeySource =>
  keys.kind === "static"
    ? fixedKeySource(keySetOf(keys.keys))
    : new RemoteKeySource(keys.url, { fetcher: (url, init) => fetch(url, init), clock: Date.now });

/** An API key's failure as that of any credential. */
function failureOf(failure: ApiKeyFailure, explains: boolean, now: Date): AuthFailure {
  switch (failure.kind) {
    case "misconfigured":
      return failure;
    case "database_away":
      return { kind: "unavailable", what: "database", reason: failure.reason };
    case "refused": {
      const { reason, row } = failure;
      const explanation = explains ? { explanation: explainApiKey(reason, row, now) } : {};
      return { kind: "invalid_token", reason, ...explanation };
    }
  }
}

/** The request of a caller. */
interface CallerRequest {
  /** The header `Authorization` as received. */
  readonly header: string | undefined;
  readonly now: Date;
  /** The request's own, so that a fetch of keys which others wait for outlives it. */
  readonly waitUntil: WaitUntil;
}

/**
 * Who is calling (docs/api.md#tokens, docs/api.md#api-keys). Wrong settings fail before the header is read: a worker that
 * cannot verify lets no caller through and says so.
 */
export async function authenticate(
  env: Cloudflare.Env,
  { header, now, waitUntil }: CallerRequest,
  apiKeys: ApiKeys,
): Promise<Result<Principal, AuthFailure>> {
  const config = parseAuthConfig(env);
  if (!config.ok) return err({ kind: "misconfigured", ...config.error });
  const bearer = bearerToken(header);
  if (!bearer.ok) return bearer;
  if (!hasApiKeyForm(bearer.value))
    return verifyToken(verifierFor(config.value), bearer.value, now, waitUntil);
  const caller = await apiKeys.verify(env, bearer.value, now);
  return caller.ok ? caller : err(failureOf(caller.error, config.value.explain, now));
}
