import * as z from "zod";
import { err, ok, type Result } from "../domain/core/result.ts";

const base64urlText = z.string().regex(/^[A-Za-z0-9_-]+$/);
const keyAttributes = {
  kid: z.string().optional(),
  use: z.string().optional(),
  alg: z.string().optional(),
  key_ops: z.array(z.string()).optional(),
};
const publicJwkSchema = z.discriminatedUnion("kty", [
  z.object({ ...keyAttributes, kty: z.literal("RSA"), n: base64urlText, e: base64urlText }),
  z.object({
    ...keyAttributes,
    kty: z.literal("EC"),
    crv: z.enum(["P-256", "P-384"]),
    x: base64urlText,
    y: base64urlText,
  }),
  z.object({ ...keyAttributes, kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: base64urlText }),
]);

/** A verification key of a kind that the accepted algorithms can use (RFC 7517, 7518, 8037). */
export type PublicJwk = z.infer<typeof publicJwkSchema>;

const keySetSchema = z.object({ keys: z.array(z.unknown()).min(1) });

/** RFC 7518 section 6: members that only a private or a symmetric key has. */
const secretKeySchema = z.looseObject({}).refine((key) => {
  const secretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
  return key.kty === "oct" || secretMembers.some((member) => member in key);
});

interface ReadKeySet {
  readonly keys: readonly PublicJwk[];
  readonly secretKeys: number;
}

/**
 * Reads a JSON Web Key Set (RFC 7517 section 5). Keys of an unknown or broken kind are passed over, as the RFC
 * says, and so are private and symmetric keys, which are only counted: every reader of a published secret can sign.
 * Errors are sentences that never repeat key material.
 */
export function readKeySet(text: string): Result<ReadKeySet, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err("is not JSON");
  }
  return keySetIn(json);
}

function keySetIn(json: unknown): Result<ReadKeySet, string> {
  const set = keySetSchema.safeParse(json);
  if (!set.success) return err("is not a JSON Web Key Set with at least one key");
  const open = set.data.keys.filter((key) => !secretKeySchema.safeParse(key).success);
  const keys = open.flatMap((key) => {
    const parsed = publicJwkSchema.safeParse(key);
    return parsed.success ? [parsed.data] : [];
  });
  return ok({ keys, secretKeys: set.data.keys.length - open.length });
}

function usableKeys(set: Result<ReadKeySet, string>, context: z.RefinementCtx): readonly PublicJwk[] {
  const fault = (() => {
    if (!set.ok) return set.error;
    if (set.value.secretKeys > 0) return "holds a private or symmetric key; publish only public keys";
    return set.value.keys.length === 0 ? "holds no key that an accepted algorithm can use" : null;
  })();
  if (set.ok && fault === null) return set.value.keys;
  context.addIssue({ code: "custom", message: fault ?? "is not a key set" });
  return z.NEVER;
}

/** A key set of the settings, as text or as the object itself: unlike an issuer's, it must hold no secret. */
export const keySetText = z
  .string("must be a string")
  .transform((text, context) => usableKeys(readKeySet(text), context));
export const keySetObject = z.unknown().transform((set, context) => usableKeys(keySetIn(set), context));
