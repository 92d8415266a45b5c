import { errors, jwtVerify } from "jose";
import { err, type Result } from "../domain/core/result.ts";
import { type ClaimRefusal, readPrincipal, type TokenPolicy } from "./claims.ts";
import type { Principal } from "./principal.ts";
import type { FormatRefusal, UnverifiedToken } from "./unverified-token.ts";
import { importedKey, type KeyRefusal, type KeySet, selectKey } from "./verification-key.ts";

/** Why a token is refused. For the log: outside, every one of them is the same `invalid_token`. */
export type TokenRefusal =
  | FormatRefusal
  | KeyRefusal
  | ClaimRefusal
  | { readonly kind: "bad_signature" }
  | { readonly kind: "wrong_issuer" }
  | { readonly kind: "expired" }
  | { readonly kind: "not_yet_valid" };

/** What jose throws, as a refusal; null for what is no verdict on the token and must not pass for one. */
function refusalOf(thrown: unknown): TokenRefusal | null {
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return { kind: "bad_signature" };
  if (thrown instanceof errors.JWTExpired) return { kind: "expired" };
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    if (thrown.claim === "iss") return { kind: "wrong_issuer" };
    if (thrown.claim === "nbf") return { kind: "not_yet_valid" };
    return { kind: "invalid_claim", claim: thrown.claim };
  }
  if (thrown instanceof errors.JOSEError) return { kind: "malformed_payload" };
  return null;
}

/**
 * Verifies an inspected token against a key set (docs/api.md#tokens; RFC 7519 section 7.2, RFC 8725). `now` is the time that
 * `exp` and `nbf` are held against. Only `unknown_key` may be cured by a newer key set.
 */
export async function verifyInspected(
  token: UnverifiedToken,
  keys: KeySet,
  policy: TokenPolicy,
  now: Date,
): Promise<Result<Principal, TokenRefusal>> {
  const selected = selectKey(keys.keys, token.alg, token.kid);
  if (!selected.ok) return selected;
  const key = await importedKey(keys, selected.value, token.alg);
  if (!key.ok) return key;
  try {
    const { payload } = await jwtVerify(token.text, key.value, {
      algorithms: [token.alg],
      issuer: policy.issuer,
      clockTolerance: policy.clockToleranceS,
      currentDate: now,
      requiredClaims: ["exp"],
    });
    return readPrincipal(payload, policy);
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    if (refusal === null) throw thrown;
    return err(refusal);
  }
}
