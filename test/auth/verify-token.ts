import { type TokenPolicy, verifyInspected } from "../../src/auth/token.ts";
import { inspectToken } from "../../src/auth/unverified-token.ts";
import type { KeySet } from "../../src/auth/verification-key.ts";

/** The two steps that `authenticate` takes, with the keys at hand. */
export async function verifyToken(text: string, keys: KeySet, policy: TokenPolicy, now: Date) {
  const inspected = inspectToken(text);
  return inspected.ok ? verifyInspected(inspected.value, keys, policy, now) : inspected;
}
