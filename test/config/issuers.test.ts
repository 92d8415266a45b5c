import { describe, expect, it } from "vitest";
import { type AuthSettings, parseAuthConfig } from "../../src/config/auth.ts";
import { TEST_AUTH_BINDINGS, TEST_JWKS, TEST_PRIVATE_JWK } from "../support/auth-settings.ts";

const one = { issuer: "https://a.test", audience: "ledger", jwks_url: "https://a.test/jwks" };
const listed = (issuers: unknown, others: AuthSettings = {}) =>
  parseAuthConfig({ AUTH_ISSUERS: JSON.stringify(issuers), ...others });

describe("the settings of one issuer", () => {
  it("say where tenant, scopes and audience are", () => {
    const config = parseAuthConfig({
      ...TEST_AUTH_BINDINGS,
      AUTH_AUDIENCE: "a  b",
      AUTH_AUDIENCE_CLAIM: "client_id",
      AUTH_TENANT_CLAIM: "https://ledger.test/tenant",
      AUTH_SCOPE_CLAIMS: "roles permissions",
      AUTH_SCOPE_PREFIX: "ledger/",
    });
    expect(config).toMatchObject({
      ok: true,
      value: {
        issuers: [
          {
            audiences: ["a", "b"],
            audienceClaim: "client_id",
            tenantClaim: "https://ledger.test/tenant",
            scopeClaims: ["roles", "permissions"],
            scopePrefix: "ledger/",
          },
        ],
      },
    });
  });

  it.each(["AUTH_TENANT_CLAIM", "AUTH_SCOPE_CLAIMS", "AUTH_SCOPE_PREFIX", "AUTH_AUDIENCE_CLAIM"])(
    "need the others: %s by itself is not enough",
    (name) => {
      expect(parseAuthConfig({ [name]: "x" })).toMatchObject({
        ok: false,
        error: { setting: "AUTH_ISSUER", reason: "is missing" },
      });
    },
  );

  it.each([
    ["AUTH_TENANT_CLAIM", " tenant"],
    ["AUTH_SCOPE_CLAIMS", "scope\tscp"],
    ["AUTH_SCOPE_PREFIX", "ledger/ "],
    ["AUTH_AUDIENCE", "a\nb"],
    ["AUTH_EXPLAIN", "yes"],
  ])("are refused by name: %s %j", (setting, value) => {
    expect(parseAuthConfig({ ...TEST_AUTH_BINDINGS, [setting]: value })).toMatchObject({
      ok: false,
      error: { setting },
    });
  });
});

describe("no issuer", () => {
  it.each([
    {},
    { AUTH_ISSUER: "", AUTH_AUDIENCE: " ", AUTH_JWKS_URL: "", AUTH_ISSUERS: "" },
    { AUTH_EXPLAIN: "true", AUTH_CLOCK_TOLERANCE_S: "5" },
  ])("is trusted under %j: API keys are the only way in", (settings) => {
    expect(parseAuthConfig(settings)).toMatchObject({ ok: true, value: { issuers: [] } });
  });
});

describe("AUTH_ISSUERS", () => {
  it("lists issuers, each with its own claims, keys and tenants", () => {
    const config = listed([
      one,
      {
        issuer: "https://b.test",
        audience: ["x", "y"],
        jwks: TEST_JWKS,
        tenant_claim: "org",
        scope_claims: "roles",
        scope_prefix: "api:",
        audience_claim: "cid",
        tenants: ["b1", "b2"],
      },
      { ...one, issuer: "https://c.test", tenant: "c" },
    ]);
    expect(config).toMatchObject({
      ok: true,
      value: {
        clockToleranceS: 30,
        issuers: [
          {
            issuer: "https://a.test",
            audiences: ["ledger"],
            audienceClaim: "aud",
            tenantClaim: "tenant_id",
            scopeClaims: ["scope", "scp"],
            scopePrefix: "",
            tenant: null,
            tenants: null,
            keys: { kind: "remote", url: "https://a.test/jwks" },
          },
          { audiences: ["x", "y"], tenants: ["b1", "b2"], keys: { kind: "static", keys: TEST_JWKS.keys } },
          { tenant: "c", tenants: null },
        ],
      },
    });
  });

  it.each(["AUTH_ISSUER", "AUTH_AUDIENCE", "AUTH_JWKS", "AUTH_TENANT_CLAIM", "AUTH_SCOPE_PREFIX"])(
    "stands beside no %s",
    (setting) => {
      expect(listed([one], { [setting]: "x" })).toEqual({
        ok: false,
        error: { setting, reason: "must not stand beside AUTH_ISSUERS" },
      });
    },
  );

  it("takes the tolerance and explanations for all", () => {
    expect(listed([one], { AUTH_CLOCK_TOLERANCE_S: 7, AUTH_EXPLAIN: "true" })).toMatchObject({
      ok: true,
      value: { clockToleranceS: 7, explain: true },
    });
  });

  it.each<[string, unknown, RegExp]>([
    ["no list", one, /must be a list/],
    ["an empty list", [], /must name an issuer/],
    ["an issuer twice", [one, one], /twice/],
    ["a misspelt member", [{ ...one, tenant_s: ["a"] }], /^item 1: /],
    ["tenant and tenants", [{ ...one, tenant: "a", tenants: ["a"] }], /^item 1: tenants must not stand/],
    ["no tenant in tenants", [{ ...one, tenants: [] }], /^item 1: tenants must name a tenant/],
    ["a malformed tenant", [one, { ...one, issuer: "b", tenants: ["a b"] }], /^item 2: tenants 0 must be/],
    ["no keys", [{ ...one, jwks_url: undefined }], /^item 1: jwks_url is missing/],
    ["keys twice", [{ ...one, jwks: TEST_JWKS }], /^item 1: jwks_url must not stand beside jwks/],
    ["a private key", [{ ...one, jwks_url: undefined, jwks: { keys: [TEST_PRIVATE_JWK] } }], /private/],
    ["keys as text", [{ ...one, jwks_url: undefined, jwks: JSON.stringify(TEST_JWKS) }], /Key Set/],
    ["plain http", [{ ...one, jwks_url: "http://a.test/hunter2" }], /^item 1: jwks_url must be https/],
    ["no audience", [{ ...one, audience: undefined }], /^item 1: audience /],
  ])("is refused with %s, by item and member", (_, issuers, reason) => {
    const config = listed(issuers);
    expect(config).toMatchObject({
      ok: false,
      error: { setting: "AUTH_ISSUERS", reason: expect.stringMatching(reason) },
    });
    expect(JSON.stringify(config)).not.toMatch(/hunter2|67hZtUDw/);
  });

  it("that is not JSON, or no text, is refused", () => {
    expect(parseAuthConfig({ AUTH_ISSUERS: "[{" })).toMatchObject({ ok: false });
    expect(parseAuthConfig({ AUTH_ISSUERS: [one] })).toMatchObject({ ok: false });
  });
});
