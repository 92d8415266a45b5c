import type { TokenPolicy } from "../../src/auth/claims.ts";
import { verifyInspected } from "../../src/auth/token.ts";
import { inspectToken } from "../../src/auth/unverified-token.ts";
import type { KeySet } from "../../src/auth/verification-key.ts";
import { TEST_AUDIENCE, TEST_ISSUER } from "../support/auth-settings.ts";

/** What tokens of the test issuer must say. */
export const TEST_POLICY: TokenPolicy = {
  issuer: TEST_ISSUER,
  audiences: [TEST_AUDIENCE],
  audienceClaim: "aud",
  tenantClaim: "tenant_id",
  tenant: null,
  tenants: null,
  scopeClaims: ["scope", "scp"],
  scopePrefix: "",
  clockToleranceS: 30,
};

/** The two steps that `authenticate` takes, with the keys at hand. */
export async function verifyToken(text: string, keys: KeySet, policy: TokenPolicy, now: Date) {
  const inspected = inspectToken(text);
  return inspected.ok ? verifyInspected(inspected.value, keys, policy, now) : inspected;
}
