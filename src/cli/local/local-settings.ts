import { createECDH, hkdfSync } from "node:crypto";
import { parseEnv } from "node:util";
import type { LocalKey } from "./issuer.ts";

const SECRET_BYTES = 32;

/** Derived from the local signing key, so it is the same after every start. */
const derived = ({ privateJwk: { d } }: LocalKey, purpose: string): Buffer =>
  Buffer.from(hkdfSync("sha256", d, "", `loan-ledger ${purpose}`, SECRET_BYTES));

/** The secret that tags the API keys of the local service, unless `.dev.vars` has another. */
export const localApiKeySecret = (key: LocalKey, devVars: string): string =>
  parseEnv(devVars).API_KEY_SECRET ?? derived(key, "API keys").toString("base64");

/**
 * The worker's settings on this machine: secrets for webhooks and API keys, a key for checkpoints of the log, permission to
 * deliver webhooks to this machine, and 401s that say why. `.dev.vars` takes precedence.
 */
export function localSettings(key: LocalKey, devVars: string): Readonly<Record<string, string>> {
  const settings = {
    WEBHOOK_KEY: derived(key, "webhook secrets").toString("base64"),
    WEBHOOK_ALLOW_LOOPBACK: "true",
    LOG_SIGNING_KEY: JSON.stringify(privateKey(derived(key, "checkpoints"))),
    API_KEY_SECRET: localApiKeySecret(key, devVars),
    AUTH_EXPLAIN: "true",
  };
  const own = parseEnv(devVars);
  return Object.fromEntries(Object.entries(settings).filter(([name]) => own[name] === undefined));
}

/** The JWK of a private number of the curve P-256. */
function privateKey(d: Buffer) {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(d);
  // Uncompressed: a byte 4, then both coordinates.
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 1 + SECRET_BYTES), point.subarray(1 + SECRET_BYTES)];
  const text = (bytes: Buffer) => bytes.toString("base64url");
  return { kty: "EC", crv: "P-256", x: text(x), y: text(y), d: text(d) };
}
