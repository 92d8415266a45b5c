import { base64url, exportJWK, generateKeyPair, type JWK } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { importedKey, keySetOf, selectKey } from "../../src/auth/verification-key.ts";
import { type PublicJwk, readKeySet } from "../../src/config/key-set.ts";
import { TEST_AUDIENCE, TEST_ISSUER, TEST_JWKS, TEST_KEY_ID } from "../support/auth-settings.ts";
import { forgeToken, mintToken } from "../support/tokens.ts";
import { TEST_POLICY, verifyToken } from "./verify-token.ts";

const claims = { iss: TEST_ISSUER, aud: TEST_AUDIENCE, tenant_id: "tenant-1", exp: 4102444800 };

/** As the keys arrive: through the reader of key sets. */
function read(...keys: readonly unknown[]): readonly PublicJwk[] {
  const set = readKeySet(JSON.stringify({ keys }));
  if (!set.ok) throw new Error(set.error);
  return set.value.keys;
}
const verify = (token: string, ...keys: readonly unknown[]) =>
  verifyToken(token, keySetOf(read(...keys)), TEST_POLICY, new Date());
const refused = (kind: string) => ({ ok: false, error: { kind } });
const testKey = TEST_JWKS.keys[0];

async function rsaPair(bits: number, exponent: readonly number[]): Promise<CryptoKeyPair> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: bits,
    publicExponent: new Uint8Array(exponent),
  };
  return (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
}
const rs256 = { alg: "RS256", kid: "rsa" };
const signRsa = (key: CryptoKey) => (input: Uint8Array<ArrayBuffer>) =>
  crypto.subtle.sign("RSASSA-PKCS1-v1_5", key, input);

describe("RSA keys", () => {
  let strong: CryptoKeyPair;
  let strongJwk: JWK;
  beforeAll(async () => {
    strong = await rsaPair(2048, [1, 0, 1]);
    strongJwk = { ...(await exportJWK(strong.publicKey)), kid: "rsa" };
  });

  it("of 2048 bits with exponent 65537 verify", async () => {
    const token = await forgeToken(rs256, claims, signRsa(strong.privateKey));
    expect((await verify(token, strongJwk)).ok).toBe(true);
  });

  it("of 1024 bits are refused, although the signature is valid", async () => {
    const pair = await rsaPair(1024, [1, 0, 1]);
    const token = await forgeToken(rs256, claims, signRsa(pair.privateKey));
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: "rsa" };
    expect(await verify(token, jwk)).toEqual(refused("weak_key"));
  });

  it("of 2047 bits are refused in every encoding of their length", () => {
    const modulus = base64url.decode(strongJwk.n ?? "");
    const halved = modulus.map(
      (byte, at) => (byte >> 1) | (at === 0 ? 0 : ((modulus[at - 1] ?? 0) & 1) << 7),
    );
    const zeroes = new Uint8Array([0, 0, ...halved]);
    for (const n of [halved, zeroes].map((bytes) => base64url.encode(bytes))) {
      expect(selectKey(read({ ...strongJwk, n }), "RS256", "rsa")).toEqual(refused("weak_key"));
    }
    expect(selectKey(read(strongJwk), "RS256", "rsa").ok).toBe(true);
  });

  it("with exponent 3 are refused, although the signature is valid", async () => {
    const pair = await rsaPair(2048, [3]);
    const token = await forgeToken(rs256, claims, signRsa(pair.privateKey));
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: "rsa" };
    expect(jwk.e).toBe("Aw");
    expect(await verify(token, jwk)).toEqual(refused("weak_key"));
  });

  it("with exponent 1 are refused, because anyone can sign for them", async () => {
    // With exponent 1 the signature is the padded digest itself (RFC 8017 section 9.2): no private key is needed.
    const token = await forgeToken(rs256, claims, async (input) => {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", input));
      const sha256 = [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
      const padding = new Array<number>(256 - 3 - sha256.length - digest.length).fill(0xff);
      return new Uint8Array([0, 1, ...padding, 0, ...sha256, ...digest]);
    });
    expect(await verify(token, { ...strongJwk, e: "AQ" })).toEqual(refused("weak_key"));
  });

  it.each(["AA", "AQAC", "AQABAQAB", "AAAAAQ"])("with exponent %s are refused", (e) => {
    expect(selectKey(read({ ...strongJwk, e }), "PS256", "rsa")).toEqual(refused("weak_key"));
  });

  it.each([{ e: "A" }, { n: "A" }])("with the unreadable number %j are refused", (member) => {
    expect(selectKey(read({ ...strongJwk, ...member }), "RS256", "rsa")).toEqual(refused("weak_key"));
  });

  it("serve both RS256 and PS256 unless they name one", () => {
    expect(selectKey(read(strongJwk), "PS256", "rsa").ok).toBe(true);
    expect(selectKey(read({ ...strongJwk, alg: "RS256" }), "RS256", "rsa").ok).toBe(true);
    expect(selectKey(read({ ...strongJwk, alg: "RS256" }), "PS256", "rsa")).toEqual(
      refused("unsuitable_key"),
    );
  });
});

describe("each algorithm", () => {
  const KINDS = {
    RSA: { kty: "RSA", n: base64url.encode(new Uint8Array(256).fill(0xff)), e: "AQAB" },
    "P-256": { kty: "EC", crv: "P-256", x: "AA", y: "AA" },
    "P-384": { kty: "EC", crv: "P-384", x: "AA", y: "AA" },
    Ed25519: { kty: "OKP", crv: "Ed25519", x: "AA" },
  };
  it.each([
    ["RS256", "RSA"],
    ["PS256", "RSA"],
    ["ES256", "P-256"],
    ["ES384", "P-384"],
    ["EdDSA", "Ed25519"],
    ["Ed25519", "Ed25519"],
  ] as const)("%s takes a key of the kind %s and no other", (alg, kind) => {
    for (const [name, key] of Object.entries(KINDS)) {
      const selected = selectKey(read({ ...key, kid: "k" }), alg, "k");
      expect([name, selected.ok]).toEqual([name, name === kind]);
    }
  });
});

describe("the use that a key states", () => {
  it.each<[string, object]>([
    ["another algorithm", { alg: "ES384" }],
    ["encryption", { use: "enc" }],
    ["signing only", { key_ops: ["sign"] }],
    ["no operation", { key_ops: [] }],
    ["another curve", { crv: "P-384" }],
  ])("binds it: %s", async (_, attributes) => {
    expect(await verify(await mintToken(), { ...testKey, ...attributes })).toEqual(refused("unsuitable_key"));
  });

  it("may be nothing", async () => {
    const { kty, crv, x, y } = testKey;
    expect((await verify(await mintToken(), { kty, crv, x, y, kid: TEST_KEY_ID })).ok).toBe(true);
  });

  it("may allow verification among others", async () => {
    expect((await verify(await mintToken(), { ...testKey, key_ops: ["sign", "verify"] })).ok).toBe(true);
  });
});

describe("keys that are never used", () => {
  it.each<[string, object]>([
    ["a symmetric key", { kty: "oct", k: "c2VjcmV0", kid: TEST_KEY_ID }],
    ["a private key", { ...testKey, d: testKey.x }],
    ["a key whose kid is no string", { ...testKey, kid: 1 }],
    ["a key of another type", { ...testKey, kty: "RSA" }],
  ])("%s", async (_, key) => {
    const other = { ...testKey, kid: "other" };
    expect(await verify(await mintToken(), key, other)).toEqual(refused("unknown_key"));
  });

  it("a point that is not on the curve", async () => {
    const offCurve = { ...testKey, y: testKey.x };
    expect(await verify(await mintToken(), offCurve)).toEqual(refused("unusable_key"));
  });
});

describe("choosing by kid", () => {
  const other = { ...testKey, kid: "other" };

  it("refuses a kid that is not in the set, even if the key is", async () => {
    expect(await verify(await mintToken({ header: { kid: "gone" } }), testKey)).toEqual(
      refused("unknown_key"),
    );
    expect(await verify(await mintToken({ header: { kid: "TEST-KEY" } }), testKey)).toEqual(
      refused("unknown_key"),
    );
    expect(await verify(await mintToken({ header: { kid: "" } }), testKey)).toEqual(refused("unknown_key"));
  });

  it("never tries a key of another kid", async () => {
    const { publicKey } = await generateKeyPair("ES256");
    const named = { ...(await exportJWK(publicKey)), kid: TEST_KEY_ID };
    expect(await verify(await mintToken(), named, other)).toEqual(refused("bad_signature"));
  });

  it("serves a token without kid when one key suits, and refuses it when two do", async () => {
    const anonymous = await mintToken({ header: { kid: undefined } });
    const rsa = { ...(await exportJWK((await generateKeyPair("RS256")).publicKey)), kid: "rsa" };
    expect((await verify(anonymous, testKey, rsa)).ok).toBe(true);
    expect(await verify(anonymous, testKey, other)).toEqual(refused("ambiguous_key"));
    expect(await verify(anonymous, rsa)).toEqual(refused("unknown_key"));
  });

  it("refuses two suitable keys of one kid", async () => {
    expect(await verify(await mintToken(), testKey, testKey)).toEqual(refused("ambiguous_key"));
  });

  it("tells two keys of one kid apart by their type (RFC 7517 section 4.5)", async () => {
    const rsa = { ...(await exportJWK((await generateKeyPair("RS256")).publicKey)), kid: TEST_KEY_ID };
    expect((await verify(await mintToken(), rsa, testKey)).ok).toBe(true);
  });
});

describe("imported keys", () => {
  it("are kept per key and algorithm", async () => {
    const [rsa] = read(await exportJWK((await generateKeyPair("RS256")).publicKey));
    if (rsa === undefined) throw new Error("the key set lost its key");
    const set = keySetOf([rsa]);
    const first = await importedKey(set, rsa, "RS256");
    const again = await importedKey(set, rsa, "RS256");
    const pss = await importedKey(set, rsa, "PS256");
    if (!first.ok || !again.ok || !pss.ok) throw new Error("a good key was refused");
    expect(again.value).toBe(first.value);
    expect(pss.value).not.toBe(first.value);
    expect(first.value.usages).toEqual(["verify"]);
  });
});
