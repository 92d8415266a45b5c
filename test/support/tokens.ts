import { base64url, importJWK, type JWTPayload, SignJWT } from "jose";
import { TEST_AUDIENCE, TEST_ISSUER, TEST_KEY_ID, TEST_PRIVATE_JWK } from "./auth-settings.ts";

export { TEST_AUDIENCE, TEST_ISSUER, TEST_JWKS, TEST_KEY_ID } from "./auth-settings.ts";

export interface TokenOptions {
  readonly tenant?: string;
  /** Space-separated scopes. */
  readonly scope?: string;
  /** Seconds from now to `exp`; negative for an expired token. */
  readonly expiresInS?: number;
  /** Claims that replace or join the others; `undefined` takes a claim away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header members that replace or join the others. */
  readonly header?: Record<string, unknown>;
}

const testKey = importJWK(TEST_PRIVATE_JWK, "ES256");

/** A token of the test issuer, good for an hour unless told otherwise. */
export async function mintToken(options: TokenOptions = {}): Promise<string> {
  const { tenant = "tenant-1", scope = "", expiresInS = 3600, claims = {}, header = {} } = options;
  const issuedAtS = Math.floor(Date.now() / 1000);
  const payload: JWTPayload = {
    iss: TEST_ISSUER,
    aud: TEST_AUDIENCE,
    sub: "test-client",
    iat: issuedAtS,
    exp: issuedAtS + expiresInS,
    tenant_id: tenant,
    scope,
    ...claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: "ES256", kid: TEST_KEY_ID, typ: "JWT", ...header })
    .sign(await testKey);
}

/** The `Authorization` header of a token with these scopes for this tenant. */
export async function authorize(tenant: string, scope: string): Promise<{ readonly authorization: string }> {
  return { authorization: `Bearer ${await mintToken({ tenant, scope })}` };
}

/** A token part: the JSON of `value`, or the text itself, in base64url. */
export const tokenPart = (value: unknown): string =>
  base64url.encode(typeof value === "string" ? value : JSON.stringify(value));

/** A token that no library would make: whatever header and payload, signed by `sign` over exactly these bytes. */
export async function forgeToken(
  header: unknown,
  payload: unknown,
  sign: (input: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer | Uint8Array>,
): Promise<string> {
  const input = `${tokenPart(header)}.${tokenPart(payload)}`;
  const signature = await sign(new Uint8Array(new TextEncoder().encode(input)));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}
