import { createHash } from "node:crypto";

/** SHA-256, in lower-case hex, of some bytes, which are given as hex, and a text in UTF-8 behind them. */
export function sha256(text: string, before = ""): string {
  const hash = createHash("sha256");
  if (before !== "") hash.update(before, "hex");
  return hash.update(text).digest("hex");
}

/** The hash that the first event of a tenant's log is chained to. */
export const firstHash = (tenant: string): string => sha256(tenant);

/** All that is kept of an idempotency key: no client's key can be read from it, and each tenant's hashes differ. */
export const keyHash = (tenant: string, key: string): string => sha256(`${tenant}\0${key}`);
