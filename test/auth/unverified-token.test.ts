import { generateSecret, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { inspectToken, TOKEN_BYTES_MAX } from "../../src/auth/unverified-token.ts";
import { TEST_AUDIENCE, TEST_ISSUER, TEST_JWKS, TEST_KEY_ID } from "../support/auth-settings.ts";
import { forgeToken, mintToken, tokenPart } from "../support/tokens.ts";

const goodHeader = { alg: "ES256", kid: TEST_KEY_ID };
const goodPayload = { iss: TEST_ISSUER, aud: TEST_AUDIENCE, tenant_id: "tenant-1", exp: 4102444800 };
const unsigned = (header: unknown, payload: unknown = goodPayload): string =>
  `${tokenPart(header)}.${tokenPart(payload)}.AAAA`;
const refusal = (token: string) => {
  const inspected = inspectToken(token);
  return inspected.ok ? null : inspected.error;
};

it("accepts a well-formed token, with what is needed to find its key", async () => {
  const text = await mintToken();
  const claims = expect.objectContaining({ tenant_id: "tenant-1", sub: "test-client" });
  const value = { text, alg: "ES256", kid: TEST_KEY_ID, exp: expect.any(Number), nbf: null, claims };
  expect(inspectToken(text)).toEqual({ ok: true, value });
});

describe("size", () => {
  /** A token of exactly so many bytes; `jti` grows until what is left for the signature is a whole number of groups. */
  const padded = (bytes: number): string => {
    for (let jti = "x"; jti.length <= 4; jti += "x") {
      const body = `${tokenPart(goodHeader)}.${tokenPart({ ...goodPayload, jti })}.`;
      if ((bytes - body.length) % 4 === 0) return body + "A".repeat(bytes - body.length);
    }
    throw new Error("no such token");
  };

  it("accepts exactly 8 KiB", () => {
    const token = padded(TOKEN_BYTES_MAX);
    expect(token.length).toBe(8192);
    expect(refusal(token)).toBeNull();
  });

  it("refuses a byte more before any other check", () => {
    expect(refusal(padded(TOKEN_BYTES_MAX + 1))).toEqual({ kind: "too_large" });
    expect(refusal(" ".repeat(TOKEN_BYTES_MAX + 1))).toEqual({ kind: "too_large" });
  });
});

describe("white space", () => {
  it.each([" ", "\t", "\n", "\r", "\u00a0", "\u2028", "\ufeff"])(
    "%j is refused at any place",
    async (space) => {
      const token = await mintToken();
      const [header, payload, signature] = token.split(".");
      const spellings = [
        space + token,
        token + space,
        `${header}${space}.${payload}.${signature}`,
        `${header}.${space}${payload}.${signature}`,
        token.slice(0, 40) + space + token.slice(40),
        token.slice(0, -3) + space + token.slice(-3),
      ];
      for (const spelling of spellings) expect(refusal(spelling)).toEqual({ kind: "white_space" });
    },
  );
});

describe("three parts", () => {
  it.each(["", ".", "..", "...", "a", "a.b", "a.b.", ".a.b", "a..b", "AAAA.AAAA.AAAA.AAAA", "a.b.c.d.e"])(
    "refuses %j",
    (token) => {
      expect(refusal(token)).toEqual({ kind: "not_three_parts" });
    },
  );
});

describe("canonical base64url", () => {
  const spellings: readonly [string, (part: string) => string][] = [
    ["padding", (part) => `${part}=`],
    ["the alphabet of base64", (part) => `${part.slice(0, -4)}+/+/`],
    ["a foreign character", (part) => `${part.slice(0, -1)}!`],
    ["a letter outside ASCII", (part) => `${part.slice(0, -1)}é`],
    ["an impossible length", (part) => part.padEnd(Math.ceil(part.length / 4) * 4 + 1, "A")],
  ];

  it.each(spellings)("refuses %s in each part", async (_, respell) => {
    const parts = (await mintToken()).split(".");
    for (const index of parts.keys()) {
      const token = parts.map((part, at) => (at === index ? respell(part) : part)).join(".");
      expect(refusal(token)).toEqual({ kind: "non_canonical_base64url" });
    }
  });

  it("refuses unused trailing bits that are set in each part", () => {
    // Two characters after the last full group leave 4 bits unused, three leave 2.
    const header = tokenPart('{"alg":"ES256"} ');
    const payload = tokenPart('{"exp":4102444800}');
    expect([header.length % 4, payload.length % 4]).toEqual([2, 0]);
    expect(refusal(`${header}.${payload}.AA`)).toBeNull();
    expect(refusal(`${header}.${payload}.AAA`)).toBeNull();
    expect(refusal(`${header}.${payload}.AB`)).toEqual({ kind: "non_canonical_base64url" });
    expect(refusal(`${header}.${payload}.AAB`)).toEqual({ kind: "non_canonical_base64url" });
    expect(header.endsWith("A")).toBe(true);
    expect(refusal(`${header.slice(0, -1)}B.${payload}.AA`)).toEqual({ kind: "non_canonical_base64url" });
    const longer = tokenPart('{"exp":4102444800} ');
    expect(longer.endsWith("A")).toBe(true);
    expect(refusal(`${header}.${longer.slice(0, -1)}P.AA`)).toEqual({ kind: "non_canonical_base64url" });
  });
});

describe("header", () => {
  it.each([
    "none",
    "None",
    "nOnE",
    "HS256",
    "HS384",
    "HS512",
    "RS384",
    "RS512",
    "PS512",
    "ES512",
    "ES256K",
    "Ed448",
  ])("refuses the algorithm %s", (alg) => {
    expect(refusal(unsigned({ ...goodHeader, alg }))).toEqual({ kind: "unsupported_algorithm" });
  });

  it.each([undefined, null, 5, ["ES256"], "es256", "ES256 "])("refuses the algorithm %j", (alg) => {
    expect(refusal(unsigned({ ...goodHeader, alg }))).toEqual({ kind: "unsupported_algorithm" });
  });

  it.each([
    ...[undefined, "JWT", "jwt", "at+jwt", "AT+JWT", "application/jwt", "application/at+jwt"],
    "Application/AT+JWT",
  ])("takes the type %j", (typ) => {
    expect(refusal(unsigned({ ...goodHeader, typ }))).toBeNull();
  });

  it.each([
    ...["logout+jwt", "dpop+jwt", "secevent+jwt", "application/logout+jwt", "jose", "at-jwt", "", " JWT"],
    ...["text/jwt", "application/application/jwt", "JWT\n", 5, null, true, ["JWT"], {}],
  ])("refuses the type %j: a token for another purpose", (typ) => {
    expect(refusal(unsigned({ ...goodHeader, typ }))).toEqual({ kind: "wrong_type" });
  });

  it("refuses a token that is unsigned, as RFC 7519 section 6 writes it", () => {
    expect(refusal(`${tokenPart({ alg: "none" })}.${tokenPart(goodPayload)}.`)).toEqual({
      kind: "not_three_parts",
    });
  });

  it("refuses HMAC with the public key as the secret", async () => {
    const secret = new TextEncoder().encode(JSON.stringify(TEST_JWKS.keys[0]));
    const token = await new SignJWT(goodPayload)
      .setProtectedHeader({ ...goodHeader, alg: "HS256" })
      .sign(secret);
    expect(refusal(token)).toEqual({ kind: "unsupported_algorithm" });
    const honest = await new SignJWT(goodPayload)
      .setProtectedHeader({ alg: "HS256" })
      .sign(await generateSecret("HS256"));
    expect(refusal(honest)).toEqual({ kind: "unsupported_algorithm" });
  });

  it.each([[[]], [["exp"]], [["b64"]], [null], [""]])("refuses crit of %j", (crit) => {
    expect(refusal(unsigned({ ...goodHeader, crit }))).toEqual({ kind: "extension_header", header: "crit" });
  });

  it.each([true, false, null])("refuses b64 of %j", (b64) => {
    expect(refusal(unsigned({ ...goodHeader, b64 }))).toEqual({ kind: "extension_header", header: "b64" });
  });

  it.each([1, null, ["test-key"], {}])("refuses a kid of %j", (kid) => {
    expect(refusal(unsigned({ ...goodHeader, kid }))).toEqual({ kind: "malformed_header" });
  });

  it.each(["not json", "[]", "null", '"text"', "1", '{"alg":"ES256"', '\ufeff{"alg":"ES256"}'])(
    "refuses %j in place of a JSON object",
    (header) => {
      expect(refusal(unsigned(header))).toEqual({ kind: "malformed_header" });
    },
  );

  it("refuses bytes that are not UTF-8", () => {
    const header = btoa('{"alg":"ES256","kid":"\xff"}').replaceAll("=", "");
    expect(refusal(`${header}.${tokenPart(goodPayload)}.AAAA`)).toEqual({ kind: "malformed_header" });
  });
});

describe("payload", () => {
  it.each(["not json", "[]", "null", '{"exp":1'])("refuses %j in place of a JSON object", (payload) => {
    expect(refusal(unsigned(goodHeader, payload))).toEqual({ kind: "malformed_payload" });
  });

  it("refuses a token that never ends", () => {
    expect(refusal(unsigned(goodHeader, { ...goodPayload, exp: undefined }))).toEqual({
      kind: "missing_exp",
    });
    expect(refusal(unsigned(goodHeader, '{"exp":1e999}'))).toEqual({ kind: "invalid_claim", claim: "exp" });
  });

  it.each(["exp", "nbf", "iat"])("refuses a %s that is not a finite number", (claim) => {
    const values = ['"4102444800"', "null", "true", "[4102444800]", "1e999", "-1e999"];
    for (const value of values) {
      const payload = `{"tenant_id":"t","exp":4102444800,"${claim}":${value}}`;
      expect(refusal(unsigned(goodHeader, payload))).toEqual({ kind: "invalid_claim", claim });
    }
  });
});

it("refuses all this also when the signature is valid", async () => {
  const { privateKey } = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
  const sign = (input: Uint8Array<ArrayBuffer>) =>
    crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, input);
  const token = await forgeToken({ ...goodHeader, crit: [] }, goodPayload, sign);
  expect(refusal(token)).toEqual({ kind: "extension_header", header: "crit" });
});
