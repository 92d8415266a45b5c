import { CompactSign, calculateJwkThumbprint, importJWK } from "jose";
import * as z from "zod";
import { err, ok, type Result } from "../domain/core/result.ts";

const ALGORITHM = "ES256";
/** 32 bytes in base64url. */
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const keySchema = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: coordinate,
  y: coordinate,
  d: coordinate.optional(),
  kid: z.string().min(1).optional(),
});
const settingSchema = z.union([z.object({ keys: z.array(keySchema).min(1) }), keySchema]);

type Key = z.infer<typeof keySchema>;

/** A public key as it is published. */
type PublishedKey = Pick<Key, "kty" | "crv" | "x" | "y"> & {
  readonly kid: string;
  readonly alg: typeof ALGORITHM;
  readonly use: "sig";
};

/** The keys of the setting LOG_SIGNING_KEY: the first signs, and all are published. */
export interface SigningKeys {
  readonly signing: CryptoKey;
  /** The name of the key that signs. */
  readonly kid: string;
  readonly published: readonly PublishedKey[];
}

/**
 * Reads the setting: a JWK, or a JWK set whose first key is private; the others may be public. An error never repeats
 * the setting.
 */
export async function readSigningKeys(setting: unknown): Promise<Result<SigningKeys, string>> {
  if (typeof setting !== "string" || setting.trim() === "") return err("is missing");
  const parsed = settingSchema.safeParse(jsonOf(setting));
  if (!parsed.success) return err("must be a JWK of the curve P-256, or a JWK set of such keys");
  const [first, ...others] = "keys" in parsed.data ? parsed.data.keys : [parsed.data];
  if (first?.d === undefined) return err("must have a private key first");
  try {
    const { kty, crv, x, y, d } = first;
    const signing = (await importJWK({ kty, crv, x, y, d }, ALGORITHM)) as CryptoKey;
    const own = await publishedKey(first);
    return ok({ signing, kid: own.kid, published: [own, ...(await Promise.all(others.map(publishedKey)))] });
  } catch {
    return err("holds a key that is no point of its curve");
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A key without a name is named by its thumbprint (RFC 7638). */
async function publishedKey({ kty, crv, x, y, kid }: Key): Promise<PublishedKey> {
  await importJWK({ kty, crv, x, y }, ALGORITHM);
  const name = kid ?? (await calculateJwkThumbprint({ kty, crv, x, y }));
  return { kty, crv, x, y, kid: name, alg: ALGORITHM, use: "sig" };
}

/** A statement under the first key, as compact JWS (RFC 7515). `typ` keeps it from being taken for a token. */
export function signed({ signing, kid }: SigningKeys, typ: string, claims: object): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: ALGORITHM, typ, kid })
    .sign(signing);
}
