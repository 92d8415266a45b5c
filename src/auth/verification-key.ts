import { base64url, importJWK } from "jose";
import type { PublicJwk } from "../config/key-set.ts";
import { err, ok, type Result } from "../domain/core/result.ts";

/** Signature algorithms that a token may use (docs/api.md#tokens): never `none`, never HMAC. */
export const ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

const RSA_MODULUS_BITS_MIN = 2048;
const RSA_EXPONENT = 65537n;

/** The issuer's keys, each imported at most once per algorithm as long as the set lives. */
export interface KeySet {
  readonly keys: readonly PublicJwk[];
  readonly imported: WeakMap<PublicJwk, Map<Algorithm, CryptoKey>>;
}

/** A set with nothing imported yet. */
export const keySetOf = (keys: readonly PublicJwk[]): KeySet => ({ keys, imported: new WeakMap() });

export type KeyRefusal =
  | { readonly kind: "unknown_key" }
  | { readonly kind: "unsuitable_key" }
  | { readonly kind: "weak_key" }
  | { readonly kind: "ambiguous_key" }
  | { readonly kind: "unusable_key" };

function hasKindFor(key: PublicJwk, alg: Algorithm): boolean {
  switch (alg) {
    case "RS256":
    case "PS256":
      return key.kty === "RSA";
    case "ES256":
      return key.kty === "EC" && key.crv === "P-256";
    case "ES384":
      return key.kty === "EC" && key.crv === "P-384";
    case "EdDSA":
    case "Ed25519":
      return key.kty === "OKP";
  }
}

/** RFC 9864: `Ed25519` is the new name of what `EdDSA` meant for the one curve that is accepted here. */
const canonical = (alg: string) => (alg === "Ed25519" ? "EdDSA" : alg);

/** RFC 7517 sections 4.2-4.4: what a key says about its own use binds it. */
function isSuitable(key: PublicJwk, alg: Algorithm): boolean {
  return (
    hasKindFor(key, alg) &&
    (key.use === undefined || key.use === "sig") &&
    (key.alg === undefined || canonical(key.alg) === canonical(alg)) &&
    (key.key_ops === undefined || key.key_ops.includes("verify"))
  );
}

function unsignedInteger(base64urlText: string): bigint {
  const hex = Array.from(base64url.decode(base64urlText), (byte) => byte.toString(16).padStart(2, "0"));
  return BigInt(`0x${hex.join("")}`);
}

/** With exponent 1 anyone can write a valid signature, and under 2048 bits the modulus can be factored. */
function isStrong(key: PublicJwk): boolean {
  if (key.kty !== "RSA") return true;
  try {
    return (
      unsignedInteger(key.e) === RSA_EXPONENT &&
      unsignedInteger(key.n).toString(2).length >= RSA_MODULUS_BITS_MIN
    );
  } catch {
    return false;
  }
}

/**
 * The one key of the set that may verify a token with this `alg` and `kid`. A token that names a key gets that key or
 * none; one that names none is served only when there is nothing to choose.
 */
export function selectKey(
  keys: readonly PublicJwk[],
  alg: Algorithm,
  kid: string | undefined,
): Result<PublicJwk, KeyRefusal> {
  const named = kid === undefined ? keys : keys.filter((key) => key.kid === kid);
  if (named.length === 0) return err({ kind: "unknown_key" });
  const suitable = named.filter((key) => isSuitable(key, alg));
  if (suitable.length === 0) return err({ kind: kid === undefined ? "unknown_key" : "unsuitable_key" });
  const strong = suitable.filter(isStrong);
  const [key, ...others] = strong;
  if (key === undefined) return err({ kind: "weak_key" });
  return others.length === 0 ? ok(key) : err({ kind: "ambiguous_key" });
}

function keyMaterial(key: PublicJwk): Record<string, string> & { kty: string } {
  switch (key.kty) {
    case "RSA":
      return { kty: key.kty, n: key.n, e: key.e };
    case "EC":
      return { kty: key.kty, crv: key.crv, x: key.x, y: key.y };
    case "OKP":
      return { kty: key.kty, crv: key.crv, x: key.x };
  }
}

/** The key ready for `alg`. `unusable_key`: the material is no key (a point off the curve, an even modulus). */
export async function importedKey(
  set: KeySet,
  key: PublicJwk,
  alg: Algorithm,
): Promise<Result<CryptoKey, KeyRefusal>> {
  const known = set.imported.get(key)?.get(alg);
  if (known !== undefined) return ok(known);
  try {
    const imported = await importJWK(keyMaterial(key), alg);
    if (imported instanceof Uint8Array) return err({ kind: "unusable_key" });
    const byAlgorithm = set.imported.get(key) ?? new Map<Algorithm, CryptoKey>();
    set.imported.set(key, byAlgorithm.set(alg, imported));
    return ok(imported);
  } catch {
    return err({ kind: "unusable_key" });
  }
}
