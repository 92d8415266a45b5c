import type { Issuer } from "../config/issuers.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { Principal } from "./principal.ts";
import type { Claims } from "./unverified-token.ts";

/** What a token of an issuer must say. The tolerance, in seconds, stretches `exp` and `nbf`. */
export type TokenPolicy = Omit<Issuer, "keys"> & { readonly clockToleranceS: number };

export type ClaimRefusal =
  | { readonly kind: "wrong_audience" }
  | { readonly kind: "other_tenant" }
  | { readonly kind: "invalid_claim"; readonly claim: string };

const TENANT = /^[A-Za-z0-9_-]{1,64}$/;

/** The claim of this name; no name reaches what every object inherits. */
export const claimOf = (claims: Claims, name: string): unknown =>
  Object.hasOwn(claims, name) ? claims[name] : undefined;

const textsOf = (value: unknown): readonly string[] | null =>
  Array.isArray(value) && value.every((one) => typeof one === "string") ? value : null;

function hasAudience(claims: Claims, { audienceClaim, audiences }: TokenPolicy): boolean {
  const named = [claimOf(claims, audienceClaim)].flat();
  return named.some((one) => audiences.some((audience) => audience === one));
}

function tenantOf(claims: Claims, policy: TokenPolicy): Result<string, ClaimRefusal> {
  if (policy.tenant !== null) return ok(policy.tenant);
  const named = claimOf(claims, policy.tenantClaim);
  if (typeof named !== "string" || !TENANT.test(named)) {
    return err({ kind: "invalid_claim", claim: policy.tenantClaim });
  }
  return policy.tenants === null || policy.tenants.includes(named)
    ? ok(named)
    : err({ kind: "other_tenant" });
}

/** The scopes of one claim: a text splits at spaces, a list does not. Null for any other value. */
function scopesIn(value: unknown): readonly string[] | null {
  if (value === undefined) return [];
  return typeof value === "string" ? value.split(" ").filter((scope) => scope !== "") : textsOf(value);
}

function scopesOf(
  claims: Claims,
  { scopeClaims, scopePrefix }: TokenPolicy,
): Result<ReadonlySet<string>, ClaimRefusal> {
  const scopes = new Set<string>();
  for (const claim of scopeClaims) {
    const named = scopesIn(claimOf(claims, claim));
    if (named === null) return err({ kind: "invalid_claim", claim });
    for (const scope of named) {
      if (scope.startsWith(scopePrefix)) scopes.add(scope.slice(scopePrefix.length));
    }
  }
  return ok(scopes);
}

/** A value that is no text is no jurisdiction that the service knows: it is kept as its JSON, and refuses writes. */
function jurisdictionOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The caller that the claims of a verified token name. */
export function readPrincipal(claims: Claims, policy: TokenPolicy): Result<Principal, ClaimRefusal> {
  if (!hasAudience(claims, policy)) return err({ kind: "wrong_audience" });
  const tenant = tenantOf(claims, policy);
  if (!tenant.ok) return tenant;
  const { sub } = claims;
  if (sub !== undefined && typeof sub !== "string") return err({ kind: "invalid_claim", claim: "sub" });
  const scopes = scopesOf(claims, policy);
  if (!scopes.ok) return scopes;
  return ok({
    tenant_id: tenant.value,
    subject: sub ?? null,
    actor: sub ?? null,
    scopes: scopes.value,
    jurisdiction: jurisdictionOf(claims.jurisdiction),
    expires_at: Number(claims.exp) * 1000,
    by: { issuer: policy.issuer },
  });
}
