import { errors, type JWTPayload, jwtVerify } from "jose";
import * as z from "zod";
import type { Scope } from "../contract/scopes.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { FormatRefusal, UnverifiedToken } from "./unverified-token.ts";
import { importedKey, type KeyRefusal, type KeySet, selectKey } from "./verification-key.ts";

/** What a token must say: exact issuer and audience; the tolerance, in seconds, stretches `exp` and `nbf`. */
export interface TokenPolicy {
  readonly issuer: string;
  readonly audience: string;
  readonly clockToleranceS: number;
}

/** Who is calling. Every row read or written belongs to `tenant_id`. */
export interface Principal {
  readonly tenant_id: string;
  readonly subject: string | null;
  /** Where the tenant's data must be, if the token says; it counts when the tenant's first event comes. */
  readonly jurisdiction: "eu" | "fedramp" | null;
  readonly scopes: ReadonlySet<string>;
}

/** Whether the token grants this scope; a misspelt one does not compile. */
export const grants = (principal: Principal, scope: Scope): boolean => principal.scopes.has(scope);

/** Why a token is refused. For the log: outside, every one of them is the same `invalid_token`. */
export type TokenRefusal =
  | FormatRefusal
  | KeyRefusal
  | { readonly kind: "bad_signature" }
  | { readonly kind: "wrong_issuer" }
  | { readonly kind: "wrong_audience" }
  | { readonly kind: "expired" }
  | { readonly kind: "not_yet_valid" };

const scopeText = z.string().transform((text) => text.split(" ").filter((scope) => scope !== ""));

const principalSchema = z
  .object({
    tenant_id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    sub: z.string().optional(),
    jurisdiction: z.enum(["eu", "fedramp"]).optional(),
    scope: scopeText.optional(),
    scp: z.union([z.array(z.string()), scopeText]).optional(),
  })
  .transform(
    ({ tenant_id, sub, jurisdiction, scope = [], scp = [] }): Principal => ({
      tenant_id,
      subject: sub ?? null,
      jurisdiction: jurisdiction ?? null,
      scopes: new Set([...scope, ...scp]),
    }),
  );

function readPrincipal(payload: JWTPayload): Result<Principal, TokenRefusal> {
  const parsed = principalSchema.safeParse(payload);
  if (parsed.success) return ok(parsed.data);
  return err({ kind: "invalid_claim", claim: String(parsed.error.issues[0]?.path[0]) });
}

/** What jose throws, as a refusal; null for what is no verdict on the token and must not pass for one. */
function refusalOf(thrown: unknown): TokenRefusal | null {
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return { kind: "bad_signature" };
  if (thrown instanceof errors.JWTExpired) return { kind: "expired" };
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    if (thrown.claim === "iss") return { kind: "wrong_issuer" };
    if (thrown.claim === "aud") return { kind: "wrong_audience" };
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
      audience: policy.audience,
      clockTolerance: policy.clockToleranceS,
      currentDate: now,
      requiredClaims: ["exp"],
    });
    return readPrincipal(payload);
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    if (refusal === null) throw thrown;
    return err(refusal);
  }
}
