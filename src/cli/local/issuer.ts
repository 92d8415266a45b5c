import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK_EC_Public,
  SignJWT,
} from "jose";
import * as z from "zod";
import type { Scope } from "../../contract/scopes.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, failed } from "../failure.ts";

/** `.invalid` (RFC 2606) never resolves, so no real issuer can be mistaken for this one. */
export const LOCAL_ISSUER = "https://local.loan-ledger.invalid";
export const LOCAL_AUDIENCE = "loan-ledger";

const ALGORITHM = "ES256";
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const PrivateJwk = z.object({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: coordinate,
  y: coordinate,
  d: coordinate,
});

type PrivateJwk = z.infer<typeof PrivateJwk>;

/** The developer's own signing key: an ES256 key pair that never leaves this machine. */
export interface LocalKey {
  readonly privateJwk: PrivateJwk;
  readonly keyId: string;
}

interface TokenRequest {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** Seconds from `issuedAt` to `exp`. */
  readonly lifetimeS: number;
  readonly issuedAt: Date;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

async function readOrUndefined(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function generatePrivateJwk(): Promise<string> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return `${JSON.stringify(await exportJWK(privateKey))}\n`;
}

/**
 * Creates a whole file at `path`, or leaves an existing one: `link` is atomic and refuses an existing name. So if two
 * commands start together, one wins and both read the same key.
 */
async function createOnce(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, content, { mode: 0o600, flag: "wx" });
  try {
    await link(draft, path);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  } finally {
    await unlink(draft);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function parseKey(text: string): Promise<LocalKey | undefined> {
  const parsed = PrivateJwk.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  try {
    await importJWK(parsed.data, ALGORITHM);
  } catch {
    // WebCrypto refuses well-formed members that are no point of the curve, or a `d` of another key.
    return undefined;
  }
  return { privateJwk: parsed.data, keyId: await calculateJwkThumbprint(parsed.data) };
}

/** Reads the signing key. Creates one (mode 0600) if there is none, but never overwrites an unreadable key. */
export async function loadOrCreateKey(path: string): Promise<Result<LocalKey, CommandFailure>> {
  if ((await readOrUndefined(path)) === undefined) await createOnce(path, await generatePrivateJwk());
  const key = await parseKey((await readOrUndefined(path)) ?? "");
  if (key !== undefined) return ok(key);
  return err(
    failed(
      `${path} does not hold a usable signing key.\n` +
        "Delete that file and try again: a new key is made, and tokens minted with the old one stop working.",
    ),
  );
}

/** The public key, which the worker may see. */
export function publicKeySet(key: LocalKey): JSONWebKeySet {
  const { kty, crv, x, y } = key.privateJwk;
  const publicJwk: JWK_EC_Public = { kty, crv, x, y, kid: key.keyId, alg: ALGORITHM, use: "sig" };
  return { keys: [publicJwk] };
}

/** The worker's settings (docs/api.md#tokens) that make it trust this key. */
export function workerSettings(key: LocalKey): Readonly<Record<string, string>> {
  return {
    AUTH_ISSUER: LOCAL_ISSUER,
    AUTH_AUDIENCE: LOCAL_AUDIENCE,
    AUTH_JWKS: JSON.stringify(publicKeySet(key)),
  };
}

/** A signed token for the local worker; the caller has checked tenant, scopes and lifetime. */
export async function mintToken(key: LocalKey, request: TokenRequest): Promise<string> {
  const issuedAtS = Math.floor(request.issuedAt.getTime() / 1000);
  return new SignJWT({ tenant_id: request.tenant, scope: request.scopes.join(" ") })
    .setProtectedHeader({ alg: ALGORITHM, kid: key.keyId, typ: "JWT" })
    .setIssuer(LOCAL_ISSUER)
    .setAudience(LOCAL_AUDIENCE)
    .setSubject("local-developer")
    .setIssuedAt(issuedAtS)
    .setExpirationTime(issuedAtS + request.lifetimeS)
    .sign(await importJWK(key.privateJwk, ALGORITHM));
}
