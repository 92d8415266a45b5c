import type { StoredApiKey } from "../domain/core/api-key.ts";
import type { ApiKeyRefusal } from "./api-keys.ts";
import { claimOf, type TokenPolicy } from "./claims.ts";
import type { TokenRefusal } from "./token.ts";
import type { Claims } from "./unverified-token.ts";

/** What is known of a refused token. */
interface Seen {
  /** None where its form is already wrong. */
  readonly claims: Claims;
  /** What its issuer's tokens must say; null where no trusted issuer is named. */
  readonly policy: TokenPolicy | null;
  /** The issuers that the service trusts. */
  readonly issuers: readonly string[];
  readonly now: Date;
}

/** Refusals whose sentence names what the token says. */
type ClaimKind =
  | "expired"
  | "not_yet_valid"
  | "wrong_audience"
  | "wrong_issuer"
  | "other_tenant"
  | "invalid_claim";

const SENTENCES: Readonly<Record<Exclude<TokenRefusal["kind"], ClaimKind>, string>> = {
  too_large: "longer than 8 KiB",
  white_space: "has white space inside",
  not_three_parts: "has an empty part, as an unsigned token has",
  non_canonical_base64url: "a part is not base64url as an encoder writes it",
  malformed_header: "the header is no JSON object with usable members",
  malformed_payload: "the payload is no JSON object",
  extension_header: "the header has crit or b64, which the service does not support",
  wrong_type: "the header's typ is neither JWT nor at+jwt",
  unsupported_algorithm: "the header's alg is not RS256, PS256, ES256, ES384, EdDSA or Ed25519",
  missing_exp: "has no exp",
  unknown_key: "the issuer's key set lacks the key that the header's kid names",
  unsuitable_key: "the issuer's key of this kid is not for the header's alg",
  weak_key: "the issuer's key of this kid is too weak",
  ambiguous_key: "the header has no kid, and the issuer has several keys for its alg",
  unusable_key: "the issuer's key of this kid is malformed",
  bad_signature: "the signature does not fit the issuer's key",
};

const SHOWN_CHARACTERS_MAX = 200;

/** A value as JSON, short enough for a sentence. */
function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length <= SHOWN_CHARACTERS_MAX ? text : `${text.slice(0, SHOWN_CHARACTERS_MAX)}…`;
}

const oneOf = (values: readonly string[]): string => values.map(shown).join(" or ");

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** A time such as `3 minutes`. */
function timeSpan(seconds: number): string {
  const [unit, length] = UNITS.find(([, one]) => seconds >= one) ?? ["second", 1];
  const count = Math.floor(Math.max(0, seconds) / length);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** Why a token is refused, as the end of a sentence, for AUTH_EXPLAIN (docs/api.md#tokens). */
export function explain(refusal: TokenRefusal, { claims, policy, issuers, now }: Seen): string {
  const nowS = now.getTime() / 1000;
  switch (refusal.kind) {
    case "expired":
      return `expired ${timeSpan(nowS - Number(claims.exp))} ago`;
    case "not_yet_valid":
      return `begins in ${timeSpan(Number(claims.nbf) - nowS)}`;
    case "wrong_audience": {
      const claim = policy?.audienceClaim ?? "aud";
      const name = claim === "aud" ? "audience" : `claim ${claim}`;
      return `${name} is ${shown(claimOf(claims, claim))}, expected ${oneOf(policy?.audiences ?? [])}`;
    }
    case "wrong_issuer":
      return issuers.length === 0
        ? "the service trusts no issuer and takes only API keys"
        : `issuer is ${shown(claims.iss)}, expected ${oneOf(issuers)}`;
    case "other_tenant":
      return `the issuer may not name the tenant ${shown(claimOf(claims, policy?.tenantClaim ?? ""))}`;
    case "invalid_claim":
      return explainClaim(refusal.claim, claims, policy);
    default:
      return SENTENCES[refusal.kind];
  }
}

const API_KEY_SENTENCES: Readonly<Record<Exclude<ApiKeyRefusal["kind"], "expired">, string>> = {
  wrong_tag: "the key is mistyped, or was made under another API_KEY_SECRET",
  unknown_api_key: "there is no such key",
  wrong_secret: "there is a key of this id, but with another secret",
  revoked: "revoked",
};

/** Why an API key is refused. */
export const explainApiKey = ({ kind }: ApiKeyRefusal, row: StoredApiKey | null, now: Date): string =>
  kind === "expired"
    ? `expired ${timeSpan((now.getTime() - (row?.expires_at ?? 0)) / 1000)} ago`
    : API_KEY_SENTENCES[kind];

function explainClaim(claim: string, claims: Claims, policy: TokenPolicy | null): string {
  if (["exp", "nbf", "iat"].includes(claim)) return `claim ${claim} is not a number`;
  const is = `claim ${claim} is ${shown(claimOf(claims, claim))}`;
  if (claim === policy?.tenantClaim) return `${is}, expected a tenant: 1 to 64 of A-Z a-z 0-9 _ -`;
  return `${is}, expected text${claim === "sub" ? "" : ", or a list of texts"}`;
}
