import { describe, expect, it } from "vitest";
import { type AuthSettings, parseAuthConfig } from "../../src/config/auth.ts";
import { TEST_AUTH_BINDINGS, TEST_JWKS, TEST_PRIVATE_JWK } from "../support/auth-settings.ts";

const remote = (url: unknown): AuthSettings => ({
  AUTH_ISSUER: "https://issuer.test",
  AUTH_AUDIENCE: "ledger",
  AUTH_JWKS_URL: url,
});
const inline = (keys: unknown): AuthSettings => ({
  AUTH_ISSUER: "https://issuer.test",
  AUTH_AUDIENCE: "ledger",
  AUTH_JWKS: typeof keys === "string" ? keys : JSON.stringify(keys),
});
const publicKey = TEST_JWKS.keys[0];

describe("settings that are accepted", () => {
  it("takes an inline key set", () => {
    expect(parseAuthConfig(TEST_AUTH_BINDINGS)).toEqual({
      ok: true,
      value: {
        issuers: [
          {
            issuer: "https://issuer.test",
            audiences: ["loan-ledger-test"],
            audienceClaim: "aud",
            tenantClaim: "tenant_id",
            tenant: null,
            tenants: null,
            scopeClaims: ["scope", "scp"],
            scopePrefix: "",
            keys: { kind: "static", keys: TEST_JWKS.keys },
          },
        ],
        clockToleranceS: 30,
        explain: false,
      },
    });
  });

  it.each([
    "https://issuer.test/jwks",
    "http://localhost:9000/jwks",
    "http://127.0.0.1/jwks",
    "http://127.255.3.4:81/jwks",
    "http://[::1]:8080/jwks",
  ])("takes the key-set address %s", (url) => {
    expect(parseAuthConfig(remote(url))).toMatchObject({
      ok: true,
      value: { issuers: [{ keys: { kind: "remote", url } }] },
    });
  });

  it.each([
    [undefined, 30],
    ["", 30],
    ["0", 0],
    ["300", 300],
    [60, 60],
  ])("reads the clock tolerance %j as %d seconds", (setting, seconds) => {
    const config = parseAuthConfig({ ...TEST_AUTH_BINDINGS, AUTH_CLOCK_TOLERANCE_S: setting });
    expect(config).toMatchObject({ ok: true, value: { clockToleranceS: seconds } });
  });

  it("keeps the exact text of issuer and audience", () => {
    const config = parseAuthConfig({ ...TEST_AUTH_BINDINGS, AUTH_ISSUER: "https://Issuer.test/" });
    expect(config).toMatchObject({ ok: true, value: { issuers: [{ issuer: "https://Issuer.test/" }] } });
  });

  it("prefers the key set's URL to a key set given as text", () => {
    const config = parseAuthConfig({ ...TEST_AUTH_BINDINGS, AUTH_JWKS_URL: "https://issuer.test/k" });
    expect(config).toMatchObject({
      ok: true,
      value: { issuers: [{ keys: { kind: "remote", url: "https://issuer.test/k" } }] },
    });
  });

  it("treats an empty AUTH_JWKS beside a URL as missing", () => {
    const config = parseAuthConfig({ ...remote("https://issuer.test/jwks"), AUTH_JWKS: "" });
    expect(config.ok).toBe(true);
  });

  it("ignores keys of kinds that no accepted algorithm uses", () => {
    const config = parseAuthConfig(inline({ keys: [{ kty: "AKP", pub: "AAAA" }, publicKey] }));
    expect(config).toMatchObject({
      ok: true,
      value: { issuers: [{ keys: { keys: [{ kid: "test-key" }] } }] },
    });
  });
});

describe("settings that are refused by name", () => {
  it.each<[string, AuthSettings, string, RegExp]>([
    ["no issuer", { ...TEST_AUTH_BINDINGS, AUTH_ISSUER: undefined }, "AUTH_ISSUER", /missing/],
    ["an empty issuer", { ...TEST_AUTH_BINDINGS, AUTH_ISSUER: "" }, "AUTH_ISSUER", /missing/],
    ["a blank issuer", { ...TEST_AUTH_BINDINGS, AUTH_ISSUER: "  " }, "AUTH_ISSUER", /missing/],
    ["an issuer that is no string", { ...TEST_AUTH_BINDINGS, AUTH_ISSUER: 5 }, "AUTH_ISSUER", /string/],
    [
      "an issuer with a line break",
      { ...TEST_AUTH_BINDINGS, AUTH_ISSUER: "i\n" },
      "AUTH_ISSUER",
      /white space/,
    ],
    [
      "an audience with a space",
      { ...TEST_AUTH_BINDINGS, AUTH_AUDIENCE: " a" },
      "AUTH_AUDIENCE",
      /white space/,
    ],
    ["no audience", { ...TEST_AUTH_BINDINGS, AUTH_AUDIENCE: undefined }, "AUTH_AUDIENCE", /missing/],
    ["an empty audience", { ...TEST_AUTH_BINDINGS, AUTH_AUDIENCE: "" }, "AUTH_AUDIENCE", /missing/],
    ["no keys", { AUTH_ISSUER: "i", AUTH_AUDIENCE: "a" }, "AUTH_JWKS_URL", /missing/],
    ["two empty key settings", { ...remote(""), AUTH_JWKS: "" }, "AUTH_JWKS_URL", /missing/],
    ["http beyond loopback", remote("http://issuer.test/jwks"), "AUTH_JWKS_URL", /https/],
    ["a host that looks like loopback", remote("http://127.0.0.1.evil.test/"), "AUTH_JWKS_URL", /https/],
    ["a host that ends in localhost", remote("http://evil-localhost/"), "AUTH_JWKS_URL", /https/],
    ["the wildcard address", remote("http://0.0.0.0/jwks"), "AUTH_JWKS_URL", /https/],
    ["another IPv6 address", remote("http://[::2]/jwks"), "AUTH_JWKS_URL", /https/],
    ["another protocol", remote("file:///etc/jwks.json"), "AUTH_JWKS_URL", /https/],
    ["text that is no URL", remote("issuer.test/jwks"), "AUTH_JWKS_URL", /not a URL/],
    ["a URL with credentials", remote("https://me:hunter2@issuer.test/"), "AUTH_JWKS_URL", /credentials/],
    ["a key set that is not JSON", inline("{keys"), "AUTH_JWKS", /not JSON/],
    ["a key set that is no object", inline("[]"), "AUTH_JWKS", /Key Set/],
    ["a key set without keys", inline({}), "AUTH_JWKS", /Key Set/],
    ["an empty key set", inline({ keys: [] }), "AUTH_JWKS", /at least one key/],
    ["a private key", inline({ keys: [TEST_PRIVATE_JWK] }), "AUTH_JWKS", /private/],
    [
      "a private key beside a public one",
      inline({ keys: [publicKey, TEST_PRIVATE_JWK] }),
      "AUTH_JWKS",
      /private/,
    ],
    [
      "a symmetric key",
      inline({ keys: [publicKey, { kty: "oct", k: "c2VjcmV0" }] }),
      "AUTH_JWKS",
      /symmetric/,
    ],
    [
      "a symmetric key without its value",
      inline({ keys: [publicKey, { kty: "oct" }] }),
      "AUTH_JWKS",
      /symmetric/,
    ],
    ["keys of unknown kinds only", inline({ keys: [{ kty: "AKP" }] }), "AUTH_JWKS", /no key/],
    ["a key that lacks a member", inline({ keys: [{ kty: "RSA", n: "AQAB" }] }), "AUTH_JWKS", /no key/],
    ["keys that are no objects", inline({ keys: [null, 1, "x"] }), "AUTH_JWKS", /no key/],
  ])("%s", (_, settings, setting, reason) => {
    const config = parseAuthConfig(settings);
    expect(config).toEqual({ ok: false, error: { setting, reason: expect.stringMatching(reason) } });
  });

  it.each(["-1", "301", "1.5", "1e2", "030", "30 ", "thirty", -1, 0.5, Number.NaN, true, null])(
    "a clock tolerance of %j",
    (setting) => {
      const config = parseAuthConfig({ ...TEST_AUTH_BINDINGS, AUTH_CLOCK_TOLERANCE_S: setting });
      expect(config).toMatchObject({ ok: false, error: { setting: "AUTH_CLOCK_TOLERANCE_S" } });
    },
  );

  it("without repeating a secret in the reason", () => {
    const faults = [
      parseAuthConfig(remote("https://me:hunter2@issuer.test/")),
      parseAuthConfig(remote("http://issuer.test/?key=hunter2")),
      parseAuthConfig(inline({ keys: [TEST_PRIVATE_JWK] })),
      parseAuthConfig(inline(`{"keys":[{"d":"${TEST_PRIVATE_JWK.d}"`)),
    ];
    expect(faults.every((fault) => !fault.ok)).toBe(true);
    expect(JSON.stringify(faults)).not.toContain("hunter2");
    expect(JSON.stringify(faults)).not.toContain(TEST_PRIVATE_JWK.d);
  });
});

describe("parsing once", () => {
  it("returns the same object for the same settings each time", () => {
    const first = parseAuthConfig({ ...TEST_AUTH_BINDINGS });
    expect(parseAuthConfig({ ...TEST_AUTH_BINDINGS })).toBe(first);
  });

  it("parses again when any setting differs", () => {
    const first = parseAuthConfig({ ...TEST_AUTH_BINDINGS });
    const second = parseAuthConfig({ ...TEST_AUTH_BINDINGS, AUTH_CLOCK_TOLERANCE_S: "5" });
    expect(second).not.toBe(first);
    expect(second).toMatchObject({ ok: true, value: { clockToleranceS: 5 } });
  });
});
