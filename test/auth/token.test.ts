import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { type KeySet, keySetOf } from "../../src/auth/verification-key.ts";
import { readKeySet } from "../../src/config/key-set.ts";
import { TEST_AUDIENCE, TEST_ISSUER, TEST_JWKS, TEST_KEY_ID } from "../support/auth-settings.ts";
import { mintToken } from "../support/tokens.ts";
import { TEST_POLICY as policy, verifyToken } from "./verify-token.ts";

function setOf(...keys: readonly JWK[]): KeySet {
  const set = readKeySet(JSON.stringify({ keys }));
  if (!set.ok) throw new Error(set.error);
  return keySetOf(set.value.keys);
}
const testKeys = setOf(...TEST_JWKS.keys);

const verify = async (token: string | Promise<string>, keys = testKeys, now = new Date()) =>
  verifyToken(await token, keys, policy, now);

const refused = (kind: string, claim?: string) => ({
  ok: false,
  error: claim === undefined ? { kind } : { kind, claim },
});

describe("a valid token", () => {
  it("names tenant, subject and scopes", async () => {
    expect(await verify(mintToken({ tenant: "acme_1-X", scope: "ingest:write records:read" }))).toEqual({
      ok: true,
      value: {
        tenant_id: "acme_1-X",
        subject: "test-client",
        actor: "test-client",
        jurisdiction: null,
        expires_at: expect.any(Number),
        by: { issuer: TEST_ISSUER },
        scopes: new Set(["ingest:write", "records:read"]),
      },
    });
  });

  it("needs no subject", async () => {
    const verdict = await verify(mintToken({ claims: { sub: undefined } }));
    expect(verdict).toMatchObject({ ok: true, value: { subject: null } });
  });

  it("may name several audiences, including this service", async () => {
    const verdict = await verify(mintToken({ claims: { aud: ["other", TEST_AUDIENCE] } }));
    expect(verdict.ok).toBe(true);
  });

  it.each(["RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519"])("may be signed with %s", async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const keys = setOf({ ...(await exportJWK(publicKey)), kid: "k" });
    const token = await signed(privateKey, { alg, kid: "k" });
    expect(await verify(token, keys)).toMatchObject({ ok: true, value: { tenant_id: "tenant-1" } });
    const forged = await signed((await generateKeyPair(alg)).privateKey, { alg, kid: "k" });
    expect(await verify(forged, keys)).toEqual(refused("bad_signature"));
  });
});

describe("an Edwards key", () => {
  it.each([
    ["EdDSA", "EdDSA"],
    ["EdDSA", "Ed25519"],
    ["Ed25519", "EdDSA"],
    ["Ed25519", "Ed25519"],
  ])("of the algorithm %s verifies a token of %s: one algorithm, two names (RFC 9864)", async (own, alg) => {
    const { privateKey, publicKey } = await generateKeyPair("Ed25519");
    const keys = setOf({ ...(await exportJWK(publicKey)), kid: "k", alg: own });
    expect((await verify(await signed(privateKey, { alg, kid: "k" }), keys)).ok).toBe(true);
  });
});

async function signed(key: CryptoKey, header: { alg: string; kid?: string }): Promise<string> {
  return new SignJWT({ tenant_id: "tenant-1" })
    .setProtectedHeader(header)
    .setIssuer(TEST_ISSUER)
    .setAudience(TEST_AUDIENCE)
    .setExpirationTime("1h")
    .sign(key);
}

describe("issuer and audience", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["another issuer", { iss: "https://evil.test" }, "wrong_issuer"],
    ["an issuer with a slash more", { iss: `${TEST_ISSUER}/` }, "wrong_issuer"],
    ["no issuer", { iss: undefined }, "wrong_issuer"],
    ["an issuer that is a list", { iss: [TEST_ISSUER] }, "wrong_issuer"],
    ["another audience", { aud: "other" }, "wrong_audience"],
    ["no audience", { aud: undefined }, "wrong_audience"],
    ["an empty list of audiences", { aud: [] }, "wrong_audience"],
    ["an audience that only starts like ours", { aud: `${TEST_AUDIENCE}2` }, "wrong_audience"],
  ])("refuses %s", async (_, claims, kind) => {
    expect(await verify(mintToken({ claims }))).toEqual(refused(kind));
  });
});

describe("time", () => {
  const now = new Date("2026-10-01T12:00:00.999Z");
  const nowS = Date.parse("2026-10-01T12:00:00Z") / 1000;
  const at = async (claims: Record<string, number>) =>
    verify(mintToken({ claims: { exp: nowS + 3600, ...claims } }), testKeys, now);

  it("accepts a token until just before the end of the tolerance after its expiry", async () => {
    expect((await at({ exp: nowS - 29 })).ok).toBe(true);
    expect(await at({ exp: nowS - 30 })).toEqual(refused("expired"));
    expect(await at({ exp: nowS - 3600 })).toEqual(refused("expired"));
  });

  it("accepts a token from the tolerance before its start, and not a second earlier", async () => {
    expect((await at({ nbf: nowS + 30 })).ok).toBe(true);
    expect(await at({ nbf: nowS + 31 })).toEqual(refused("not_yet_valid"));
  });

  it("takes the tolerance from the policy", async () => {
    const token = await mintToken({ claims: { exp: nowS - 1 } });
    const strict = await verifyToken(token, testKeys, { ...policy, clockToleranceS: 0 }, now);
    const lenient = await verifyToken(token, testKeys, { ...policy, clockToleranceS: 2 }, now);
    expect([strict.ok, lenient.ok]).toEqual([false, true]);
  });

  it("accepts a time with a fraction of a second", async () => {
    expect((await at({ exp: nowS + 10.5, nbf: nowS - 10.5, iat: nowS - 10.5 })).ok).toBe(true);
  });
});

describe("tenant_id", () => {
  it.each(["a", "Z9_-", "x".repeat(64)])("accepts %s", async (tenant) => {
    expect(await verify(mintToken({ tenant }))).toMatchObject({ ok: true, value: { tenant_id: tenant } });
  });

  it.each([
    undefined,
    null,
    "",
    "x".repeat(65),
    "a b",
    "a.b",
    "a/b",
    "ä",
    "a\n",
    "tenant:1",
    5,
    ["tenant-1"],
    { id: "tenant-1" },
  ])("refuses %j", async (tenant_id) => {
    expect(await verify(mintToken({ claims: { tenant_id } }))).toEqual(refused("invalid_claim", "tenant_id"));
  });
});

describe("scopes", () => {
  const scopesOf = async (claims: Record<string, unknown>): Promise<string[] | null> => {
    const verdict = await verify(mintToken({ claims: { scope: undefined, ...claims } }));
    return verdict.ok ? [...verdict.value.scopes].sort() : null;
  };

  it.each<[string, Record<string, unknown>, string[]]>([
    ["none of the two claims", {}, []],
    ["an empty scope", { scope: "" }, []],
    ["one scope", { scope: "a:b" }, ["a:b"]],
    ["scopes with many spaces", { scope: "  a   b " }, ["a", "b"]],
    ["scp as an array", { scp: ["a", "b"] }, ["a", "b"]],
    ["scp as a string", { scp: "a b" }, ["a", "b"]],
    ["an empty scp array", { scp: [] }, []],
    ["scope as an array", { scope: ["a", "b"] }, ["a", "b"]],
    ["both claims", { scope: "a b", scp: ["b", "c"] }, ["a", "b", "c"]],
    ["a comma, which separates nothing", { scope: "a,b" }, ["a,b"]],
    ["an array element with a space, which is one odd scope", { scp: ["a b"] }, ["a b"]],
  ])("come from %s", async (_, claims, scopes) => {
    expect(await scopesOf(claims)).toEqual(scopes);
  });

  it.each<[string, unknown]>([
    ["scope", [["a"]]],
    ["scope", 1],
    ["scope", null],
    ["scp", 1],
    ["scp", ["a", 1]],
    ["scp", { a: true }],
    ["sub", 7],
  ])("refuse a %s of %j", async (claim, value) => {
    expect(await verify(mintToken({ claims: { scope: undefined, [claim]: value } }))).toEqual(
      refused("invalid_claim", claim),
    );
  });
});

describe("headers that point to keys", () => {
  it("are never followed", async () => {
    const attacker = await generateKeyPair("ES256");
    const jwk = await exportJWK(attacker.publicKey);
    const pointers = { jwk, jku: "https://evil.test/jwks", x5u: "https://evil.test/x5u" };
    const token = await new SignJWT({ tenant_id: "tenant-1" })
      .setProtectedHeader({ alg: "ES256", kid: TEST_KEY_ID, ...pointers })
      .setIssuer(TEST_ISSUER)
      .setAudience(TEST_AUDIENCE)
      .setExpirationTime("1h")
      .sign(attacker.privateKey);
    expect(await verify(token)).toEqual(refused("bad_signature"));
  });

  it("do not invalidate a genuine token", async () => {
    expect((await verify(mintToken({ header: { jku: "https://issuer.test/jwks" } }))).ok).toBe(true);
  });
});
