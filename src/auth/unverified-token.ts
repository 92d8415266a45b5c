import { base64url } from "jose";
import * as z from "zod";
import { err, ok, type Result } from "../domain/core/result.ts";
import { ALGORITHMS, type Algorithm } from "./verification-key.ts";

export const TOKEN_BYTES_MAX = 8 * 1024;

/** What a token says before anybody has looked at its signature: enough to refuse it or to find its key, never to trust it. */
export interface UnverifiedToken {
  readonly text: string;
  readonly alg: Algorithm;
  readonly kid: string | undefined;
  /** Seconds since 1970. */
  readonly exp: number;
  readonly nbf: number | null;
  readonly claims: Claims;
}

/** The claims of a token, by their names. */
export type Claims = Readonly<Record<string, unknown>>;

export type FormatRefusal =
  | { readonly kind: "too_large" }
  | { readonly kind: "white_space" }
  | { readonly kind: "not_three_parts" }
  | { readonly kind: "non_canonical_base64url" }
  | { readonly kind: "malformed_header" }
  | { readonly kind: "malformed_payload" }
  | { readonly kind: "extension_header"; readonly header: "crit" | "b64" }
  | { readonly kind: "wrong_type" }
  | { readonly kind: "unsupported_algorithm" }
  | { readonly kind: "missing_exp" }
  | { readonly kind: "invalid_claim"; readonly claim: string };

const jsonObject = z.record(z.string(), z.unknown());
const algorithm = z.enum(ALGORITHMS);
const keyId = z.string().optional();
/** RFC 7515 section 4.1.9 lets `application/` be left out; RFC 9068 section 2.1 names `at+jwt`. Other types are other tokens. */
const tokenType = z
  .string()
  .regex(/^(?:application\/)?(?:at\+)?jwt$/i)
  .optional();

/**
 * Decoders forgive padding, foreign characters and set unused bits, so one signed token would have many spellings;
 * only the spelling that encoding gives back is taken (RFC 4648 section 3.5).
 */
function canonicalBytes(part: string): Uint8Array | null {
  if (!/^[A-Za-z0-9_-]+$/.test(part) || part.length % 4 === 1) return null;
  const bytes = base64url.decode(part);
  return base64url.encode(bytes) === part ? bytes : null;
}

function readJsonObject(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return jsonObject.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Times are checked here because `1e999` reads as Infinity, which would be a token that never ends. */
function timesRefusal(payload: Record<string, unknown>): FormatRefusal | null {
  if (payload.exp === undefined) return { kind: "missing_exp" };
  for (const claim of ["exp", "nbf", "iat"]) {
    const value = payload[claim];
    if (value !== undefined && !Number.isFinite(value)) return { kind: "invalid_claim", claim };
  }
  return null;
}

function headerRefusal(header: Record<string, unknown>): FormatRefusal | null {
  if (Object.hasOwn(header, "crit")) return { kind: "extension_header", header: "crit" };
  if (Object.hasOwn(header, "b64")) return { kind: "extension_header", header: "b64" };
  return null;
}

/**
 * Everything that can refuse a token without a key, cheapest first, so that garbage costs neither a signature check
 * nor a fetch of keys. Headers that point to keys (`jku`, `jwk`, `x5u`, `x5c`) are never looked at.
 */
export function inspectToken(text: string): Result<UnverifiedToken, FormatRefusal> {
  // UTF-16 units stand for bytes: text outside ASCII, where the two differ, is refused as base64url below.
  if (text.length > TOKEN_BYTES_MAX) return err({ kind: "too_large" });
  if (/\s/.test(text)) return err({ kind: "white_space" });
  const parts = text.split(".");
  if (parts.length !== 3 || parts.includes("")) return err({ kind: "not_three_parts" });
  const [headerBytes, payloadBytes, signature] = parts.map(canonicalBytes);
  if (!headerBytes || !payloadBytes || !signature) return err({ kind: "non_canonical_base64url" });

  const header = readJsonObject(headerBytes);
  if (header === null) return err({ kind: "malformed_header" });
  const extension = headerRefusal(header);
  if (extension !== null) return err(extension);
  if (!tokenType.safeParse(header.typ).success) return err({ kind: "wrong_type" });
  const alg = algorithm.safeParse(header.alg);
  if (!alg.success) return err({ kind: "unsupported_algorithm" });
  const kid = keyId.safeParse(header.kid);
  if (!kid.success) return err({ kind: "malformed_header" });

  const payload = readJsonObject(payloadBytes);
  if (payload === null) return err({ kind: "malformed_payload" });
  const times = timesRefusal(payload);
  if (times !== null) return err(times);
  const nbf = payload.nbf === undefined ? null : Number(payload.nbf);
  return ok({ text, alg: alg.data, kid: kid.data, exp: Number(payload.exp), nbf, claims: payload });
}
