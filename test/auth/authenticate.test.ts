import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { describe, expect, it, vi } from "vitest";
import { ApiKeys } from "../../src/auth/api-keys.ts";
import { authenticate, bearerToken, verifierOf, verifyToken } from "../../src/auth/authenticate.ts";
import { RemoteKeySource } from "../../src/auth/key-set.ts";
import type { Fetcher } from "../../src/auth/key-set-download.ts";
import { REFRESH_COOLDOWN_MS } from "../../src/auth/key-set-policy.ts";
import { TEST_AUDIENCE, TEST_AUTH_BINDINGS, TEST_ISSUER, TEST_JWKS } from "../support/auth-settings.ts";
import { authorize, mintToken } from "../support/tokens.ts";
import { TEST_POLICY } from "./verify-token.ts";

/** No test here sends a key, so none asks for a row. */
const noKeys = new ApiKeys({
  find: () => Promise.reject(new Error("asked for a key")),
  noteUse: () => Promise.reject(new Error("noted a use")),
});
const inBackground = (_: Promise<unknown>): void => {};
const ask = (header: string | undefined, env: object = TEST_AUTH_BINDINGS) =>
  authenticate(
    env as unknown as Cloudflare.Env,
    { header, now: new Date(), waitUntil: inBackground },
    noKeys,
  );
const malformed = {
  ok: false,
  error: { kind: "invalid_token", reason: { kind: "malformed_authorization" } },
};
const missing = { ok: false, error: { kind: "missing_token" } };

describe("the Authorization header", () => {
  it.each(["Bearer", "bearer", "BEARER", "bEaReR"])("may spell the scheme %s", (scheme) => {
    expect(bearerToken(`${scheme} a.b.c`)).toEqual({ ok: true, value: "a.b.c" });
  });

  it.each([
    undefined,
    "",
    " ",
    "Bearer",
    "Bearer ",
    "Basic dXNlcjpwYXNz",
    "Token abc",
    "a.b.c",
    "Bearera.b.c",
  ])("carries no bearer token when it is %j", (header) => {
    expect(bearerToken(header)).toEqual(missing);
  });

  it("may hold commas in another scheme", () => {
    expect(bearerToken('Digest username="x", realm="bearer"')).toEqual(missing);
  });

  it.each([
    "Bearer  a.b.c",
    "Bearer\ta.b.c",
    "Bearer a.b.c d",
    "Bearer a.b.c Bearer a.b.c",
    "Bearer a.b.c,Bearer a.b.c",
    "Bearer a.b.c, Bearer d.e.f",
    "Bearer a.b.c, Basic dXNlcjpwYXNz",
    "Basic dXNlcjpwYXNz, Bearer a.b.c",
    "Bearer, Bearer a.b.c",
    ", Bearer a.b.c",
    ",",
    ", Basic dXNlcjpwYXNz",
    "Bearer a.b.c,",
  ])("is refused when it is %j", (header) => {
    expect(bearerToken(header)).toEqual(malformed);
  });
});

describe("authenticate", () => {
  it("names the caller of a valid token", async () => {
    const { authorization } = await authorize("acme", "ingest:write");
    expect(await ask(authorization)).toEqual({
      ok: true,
      value: {
        tenant_id: "acme",
        subject: "test-client",
        actor: "test-client",
        jurisdiction: null,
        expires_at: expect.any(Number),
        by: { issuer: TEST_ISSUER },
        scopes: new Set(["ingest:write"]),
      },
    });
  });

  it("distinguishes a missing token from an invalid one", async () => {
    expect(await ask(undefined)).toEqual(missing);
    expect(await ask(`Bearer ${await mintToken({ expiresInS: -3600 })}`)).toEqual({
      ok: false,
      error: { kind: "invalid_token", reason: { kind: "expired" } },
    });
  });

  it("checks exp against the time that it is given", async () => {
    const header = `Bearer ${await mintToken()}`;
    const tomorrow = new Date(Date.now() + 86_400_000);
    const request = { header, now: tomorrow, waitUntil: inBackground };
    const verdict = await authenticate(TEST_AUTH_BINDINGS as unknown as Cloudflare.Env, request, noKeys);
    expect(verdict).toMatchObject({ ok: false, error: { reason: { kind: "expired" } } });
  });

  it.each([
    { ...TEST_AUTH_BINDINGS, AUTH_ISSUER: "" },
    { ...TEST_AUTH_BINDINGS, AUTH_EXPLAIN: "yes" },
    { ...TEST_AUTH_BINDINGS, AUTH_ISSUERS: "[]" },
    { ...TEST_AUTH_BINDINGS, AUTH_JWKS: "{}" },
    { ...TEST_AUTH_BINDINGS, AUTH_JWKS_URL: "http://issuer.test/jwks" },
    { ...TEST_AUTH_BINDINGS, AUTH_CLOCK_TOLERANCE_S: "forever" },
  ])("with wrong settings lets nobody through, with a valid token or none (%#)", async (env) => {
    for (const header of [undefined, `Bearer ${await mintToken()}`]) {
      const verdict = await ask(header, env);
      expect(verdict).toMatchObject({
        ok: false,
        error: { kind: "misconfigured", setting: expect.stringMatching(/^AUTH_/) },
      });
    }
  });

  it("answers unavailable when the issuer cannot be reached, and lets nobody in", async () => {
    // Port 1 of the machine itself: nothing listens there, so this is a real fetch that really fails.
    const env = { ...TEST_AUTH_BINDINGS, AUTH_JWKS: "", AUTH_JWKS_URL: "http://127.0.0.1:1/jwks" };
    const verdict = await ask(`Bearer ${await mintToken()}`, env);
    expect(verdict).toMatchObject({ ok: false, error: { kind: "unavailable" } });
    expect(await ask("Bearer garbage", env)).toMatchObject({ ok: false, error: { kind: "invalid_token" } });
    expect(await ask(undefined, env)).toEqual(missing);
  });
});

describe("the settings", () => {
  const names = async (env: object) => (await ask(`Bearer ${await mintToken()}`, env)).ok;

  it("decide where keys come from: their own text, or the issuer, which is asked once for equal settings", async () => {
    const asked = vi.fn(async () => Response.json(TEST_JWKS));
    vi.stubGlobal("fetch", asked);
    try {
      const remote = {
        ...TEST_AUTH_BINDINGS,
        AUTH_JWKS: "",
        AUTH_JWKS_URL: `https://${crypto.randomUUID()}.test/`,
      };
      expect([await names(TEST_AUTH_BINDINGS), asked.mock.calls.length]).toEqual([true, 0]);
      expect([await names(remote), asked.mock.calls.length]).toEqual([true, 1]);
      expect([await names({ ...remote }), asked.mock.calls.length]).toEqual([true, 1]);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("hold all keys: a kid that they lack is unknown", async () => {
    const token = await mintToken({ header: { kid: "gone" } });
    expect(await ask(`Bearer ${token}`)).toEqual({
      ok: false,
      error: { kind: "invalid_token", reason: { kind: "unknown_key" } },
    });
  });
});

describe("with keys from the issuer", () => {
  function remote(first: Fetcher) {
    let nowMs = Date.now();
    let fetches = 0;
    const world = { answer: first };
    const source = new RemoteKeySource("https://issuer.test/jwks", {
      fetcher: (url, init) => {
        fetches += 1;
        return world.answer(url, init);
      },
      clock: () => nowMs,
    });
    const verifier = verifierOf([{ policy: TEST_POLICY, source }]);
    return {
      world,
      fetches: () => fetches,
      pass: (ms: number) => {
        nowMs += ms;
      },
      ask: (token: string) => verifyToken(verifier, token, new Date(nowMs), inBackground),
    };
  }
  const serving =
    (...keys: readonly object[]): Fetcher =>
    async () =>
      Response.json({ keys });

  it("verifies a token once, and again when its own times have passed or its key set has expired", async () => {
    const verify = vi.spyOn(crypto.subtle, "verify");
    const issuer = remote(serving(...TEST_JWKS.keys));
    const token = await mintToken();
    const ask = async () => [(await issuer.ask(token)).ok, verify.mock.calls.length];
    expect(await ask()).toEqual([true, 1]);
    expect(await ask()).toEqual([true, 1]);
    // Another text is another token, however alike: its signature is looked at, and refused.
    const forged = `${token.slice(0, -4)}AAAA`;
    expect((await issuer.ask(forged)).ok).toBe(false);
    const checks = verify.mock.calls.length;
    issuer.pass(11 * 60_000);
    expect((await issuer.ask(token)).ok).toBe(true);
    await vi.waitFor(async () => {
      await issuer.ask(token);
      expect(verify.mock.calls.length).toBeGreaterThan(checks);
    }, 300_000);
    issuer.pass(24 * 60 * 60_000);
    expect(await issuer.ask(token)).toMatchObject({ ok: false });
    verify.mockRestore();
  });

  it("follows a rotation: tokens of the new key pass at once, tokens of the old key no longer do", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    const newKey = { ...(await exportJWK(publicKey)), kid: "new" };
    const newToken = await new SignJWT({ tenant_id: "acme" })
      .setProtectedHeader({ alg: "ES256", kid: "new" })
      .setIssuer(TEST_ISSUER)
      .setAudience(TEST_AUDIENCE)
      .setExpirationTime("1h")
      .sign(privateKey);
    const oldToken = await mintToken();
    const issuer = remote(serving(...TEST_JWKS.keys));
    expect((await issuer.ask(oldToken)).ok).toBe(true);
    issuer.world.answer = serving(newKey);
    const unknown = { ok: false, error: { kind: "invalid_token", reason: { kind: "unknown_key" } } };
    expect(await issuer.ask(newToken)).toMatchObject({ ok: true, value: { tenant_id: "acme" } });
    expect(issuer.fetches()).toBe(2);
    expect(await issuer.ask(oldToken)).toEqual(unknown);
    expect(issuer.fetches()).toBe(3);
  });

  it("fetches nothing for a malformed token", async () => {
    const issuer = remote(serving(...TEST_JWKS.keys));
    for (const token of ["garbage", "a.b.c", await mintToken({ claims: { exp: undefined } })]) {
      expect(await issuer.ask(token)).toMatchObject({ ok: false, error: { kind: "invalid_token" } });
    }
    expect(issuer.fetches()).toBe(0);
  });

  it("does not fetch again for a bad signature under a known kid", async () => {
    const issuer = remote(serving(...TEST_JWKS.keys));
    const { privateKey } = await generateKeyPair("ES256");
    const forged = await new SignJWT({ tenant_id: "acme" })
      .setProtectedHeader({ alg: "ES256", kid: TEST_JWKS.keys[0].kid })
      .setIssuer(TEST_ISSUER)
      .setExpirationTime("1h")
      .sign(privateKey);
    issuer.pass(REFRESH_COOLDOWN_MS);
    await issuer.ask(forged);
    issuer.pass(REFRESH_COOLDOWN_MS);
    expect(await issuer.ask(forged)).toMatchObject({
      ok: false,
      error: { reason: { kind: "bad_signature" } },
    });
    expect(issuer.fetches()).toBe(1);
  });
});
