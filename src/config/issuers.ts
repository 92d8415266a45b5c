import * as z from "zod";
import { err, ok, type Result } from "../domain/core/result.ts";
import { keySetObject, keySetText, type PublicJwk } from "./key-set.ts";
import { ifGiven, keySetUrl, settingText, settingWords } from "./values.ts";

/** An issuer that the service trusts, and where its tokens say what counts (docs/api.md#tokens). */
export interface Issuer {
  readonly issuer: string;
  /** One of them must be in the token. */
  readonly audiences: readonly string[];
  readonly audienceClaim: string;
  readonly tenantClaim: string;
  /** The tenant of every token of this issuer, which needs no claim then; null where the claim names it. */
  readonly tenant: string | null;
  /** The tenants that the issuer may name; null for every tenant. */
  readonly tenants: readonly string[] | null;
  readonly scopeClaims: readonly string[];
  /** Only scopes that begin with it count, and without it. */
  readonly scopePrefix: string;
  readonly keys: IssuerKeys;
}

type IssuerKeys =
  | { readonly kind: "static"; readonly keys: readonly PublicJwk[] }
  | { readonly kind: "remote"; readonly url: string };

const DEFAULT_TENANT_CLAIM = "tenant_id";
const DEFAULT_AUDIENCE_CLAIM = "aud";
const DEFAULT_SCOPE_CLAIMS: readonly string[] = ["scope", "scp"];

/** The settings of the one issuer. */
export const issuerSettings = z.object({
  AUTH_ISSUER: settingText,
  AUTH_AUDIENCE: settingWords,
  AUTH_JWKS_URL: ifGiven(keySetUrl),
  AUTH_JWKS: ifGiven(keySetText),
  AUTH_TENANT_CLAIM: ifGiven(settingText),
  AUTH_SCOPE_CLAIMS: ifGiven(settingWords),
  AUTH_SCOPE_PREFIX: ifGiven(settingText),
  AUTH_AUDIENCE_CLAIM: ifGiven(settingText),
});

/** The one issuer; the URL of its keys wins over the keys themselves. The error is that it has neither. */
export function issuerOf(settings: z.output<typeof issuerSettings>): Result<Issuer, string> {
  const { AUTH_JWKS_URL: url, AUTH_JWKS: keys } = settings;
  const source = keysOf(url, keys);
  if (source === null) return err("is missing, and so is AUTH_JWKS");
  return ok({
    issuer: settings.AUTH_ISSUER,
    audiences: settings.AUTH_AUDIENCE,
    audienceClaim: settings.AUTH_AUDIENCE_CLAIM ?? DEFAULT_AUDIENCE_CLAIM,
    tenantClaim: settings.AUTH_TENANT_CLAIM ?? DEFAULT_TENANT_CLAIM,
    tenant: null,
    tenants: null,
    scopeClaims: settings.AUTH_SCOPE_CLAIMS ?? DEFAULT_SCOPE_CLAIMS,
    scopePrefix: settings.AUTH_SCOPE_PREFIX ?? "",
    keys: source,
  });
}

function keysOf(url: string | undefined, keys: readonly PublicJwk[] | undefined): IssuerKeys | null {
  if (url !== undefined) return { kind: "remote", url };
  return keys === undefined ? null : { kind: "static", keys };
}

const tenant = z
  .string("must be a string")
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 of A-Z a-z 0-9 _ -");
const wordList = z.union([settingWords, z.array(settingText).min(1)], "must be text, or a list of texts");

/** Strict: a misspelt `tenants` would trust the issuer for every tenant. */
const listedIssuer = z
  .strictObject({
    issuer: settingText,
    audience: wordList,
    audience_claim: ifGiven(settingText),
    tenant_claim: ifGiven(settingText),
    tenant: tenant.optional(),
    tenants: z.array(tenant, "must be a list").min(1, "must name a tenant").optional(),
    scope_claims: wordList.optional(),
    scope_prefix: ifGiven(settingText),
    jwks_url: keySetUrl.optional(),
    jwks: keySetObject.optional(),
  })
  .refine(({ tenant: one, tenants }) => one === undefined || tenants === undefined, {
    message: "must not stand beside tenant",
    path: ["tenants"],
  })
  .transform((listed, context): Issuer => {
    const { jwks_url, jwks } = listed;
    const keys = keysOf(jwks_url, jwks);
    if (keys === null || (jwks_url !== undefined && jwks !== undefined)) {
      const message = keys === null ? "is missing, and so is jwks" : "must not stand beside jwks";
      context.addIssue({ code: "custom", message, path: ["jwks_url"] });
      return z.NEVER;
    }
    return {
      issuer: listed.issuer,
      audiences: listed.audience,
      audienceClaim: listed.audience_claim ?? DEFAULT_AUDIENCE_CLAIM,
      tenantClaim: listed.tenant_claim ?? DEFAULT_TENANT_CLAIM,
      tenant: listed.tenant ?? null,
      tenants: listed.tenants ?? null,
      scopeClaims: listed.scope_claims ?? DEFAULT_SCOPE_CLAIMS,
      scopePrefix: listed.scope_prefix ?? "",
      keys,
    };
  });

const issuerList = z.array(listedIssuer, "must be a list").min(1, "must name an issuer");

/** Reads AUTH_ISSUERS. The error names the item and the member, and never repeats a value. */
export function readIssuers(setting: string): Result<readonly Issuer[], string> {
  let json: unknown;
  try {
    json = JSON.parse(setting);
  } catch {
    return err("is not JSON");
  }
  const parsed = issuerList.safeParse(json);
  if (!parsed.success) {
    const { path = [], message = "is malformed" } = parsed.error.issues[0] ?? {};
    const [item, ...member] = path.map(String);
    const place = item === undefined ? [] : [`item ${Number(item) + 1}:`, ...member];
    return err([...place, message].join(" "));
  }
  const names = parsed.data.map(({ issuer }) => issuer);
  if (new Set(names).size < names.length) return err("must not name an issuer twice");
  return ok(parsed.data);
}
