import { hkdfSync } from "node:crypto";
import { parseEnv } from "node:util";
import type { LocalKey } from "./issuer.ts";

const KEY_BYTES = 32;

/**
 * The worker's settings for webhooks on this machine: a key for their secrets, and permission to deliver to this
 * machine. The key is derived from the local signing key, so it is the same after every start. `.dev.vars` takes
 * precedence.
 */
export function webhookSettings({ privateJwk }: LocalKey, devVars: string): Readonly<Record<string, string>> {
  const { d } = privateJwk;
  const key = Buffer.from(hkdfSync("sha256", d, "", "loan-ledger webhook secrets", KEY_BYTES));
  const settings = { WEBHOOK_KEY: key.toString("base64"), WEBHOOK_ALLOW_LOOPBACK: "true" };
  const own = parseEnv(devVars);
  return Object.fromEntries(Object.entries(settings).filter(([name]) => own[name] === undefined));
}
