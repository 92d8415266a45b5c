import { describe, expect, it } from "vitest";
import { verifierOf, verifyToken } from "../../src/auth/authenticate.ts";
import { fixedKeySource } from "../../src/auth/key-set.ts";
import type { Principal } from "../../src/auth/principal.ts";
import type { UnverifiedToken } from "../../src/auth/unverified-token.ts";
import { keySetOf } from "../../src/auth/verification-key.ts";
import { TOKENS_MAX, VerifiedTokens } from "../../src/auth/verified-tokens.ts";
import { readKeySet } from "../../src/config/key-set.ts";
import { TEST_ISSUER, TEST_JWKS } from "../support/auth-settings.ts";
import { mintToken } from "../support/tokens.ts";
import { TEST_POLICY } from "./verify-token.ts";

const NOW_S = 1_800_000_000;
const at = (seconds: number) => new Date(seconds * 1_000);
const keys = keySetOf([]);
const caller: Principal = {
  tenant_id: "t",
  subject: null,
  actor: null,
  jurisdiction: null,
  expires_at: null,
  by: { issuer: TEST_ISSUER },
  scopes: new Set(),
};
const source = fixedKeySource(keys);
const token = (text: string, exp: number, nbf: number | null = null): UnverifiedToken => ({
  text,
  alg: "ES256",
  kid: undefined,
  exp,
  nbf,
  claims: {},
});

describe("a remembered token", () => {
  const remembered = (nbf: number | null) => {
    const tokens = new VerifiedTokens();
    tokens.add(token("a", NOW_S + 60, nbf), caller, { keys, source, toleranceS: 30 });
    return (seconds: number) => tokens.find("a", at(seconds))?.principal ?? null;
  };

  it.each([
    [0, true],
    [60, true],
    [89.999, true],
    [90, false],
    [1e9, false],
  ])("is good until its exp and the tolerance have passed: after %d s %s", (after, isGood) => {
    expect(remembered(null)(NOW_S + after)).toEqual(isGood ? caller : null);
  });

  it.each([
    [-31, false],
    [-30, true],
    [0, true],
  ])("is good from its nbf on, less the tolerance: at %d s %s", (after, isGood) => {
    expect(remembered(NOW_S)(NOW_S + after)).toEqual(isGood ? caller : null);
  });

  it("is known by its whole text, with the key set that it was verified with", () => {
    const tokens = new VerifiedTokens();
    tokens.add(token("a", NOW_S + 60), caller, { keys, source, toleranceS: 0 });
    expect(tokens.find("a", at(NOW_S))?.keys).toBe(keys);
    expect(tokens.find("A", at(NOW_S))).toBeNull();
  });

  it("is forgotten for good once it has expired", () => {
    const find = remembered(null);
    expect([find(NOW_S + 90), find(NOW_S)]).toEqual([null, null]);
  });

  it("gives way to others beyond the bound; what is in use stays", () => {
    const tokens = new VerifiedTokens();
    const by = { keys, source, toleranceS: 0 };
    const add = (text: string) => tokens.add(token(text, NOW_S + 60), caller, by);
    const isKnown = (text: string) => tokens.find(text, at(NOW_S)) !== null;
    for (let n = 0; n < TOKENS_MAX; n += 1) add(`t${n}`);
    expect([isKnown("t0"), isKnown("t1")]).toEqual([true, true]);
    add("one more");
    expect(["t0", "t1", "t2", "t3", "one more"].map(isKnown)).toEqual([true, true, false, true, true]);
  });
});

it("a token that was good is refused after its exp, with keys of the settings too", async () => {
  const set = readKeySet(JSON.stringify(TEST_JWKS));
  if (!set.ok) throw new Error(set.error);
  const verifier = verifierOf([{ policy: TEST_POLICY, source: fixedKeySource(keySetOf(set.value.keys)) }]);
  const now = Math.floor(Date.now() / 1_000);
  const text = await mintToken({ expiresInS: 60 });
  const ask = async (seconds: number) => (await verifyToken(verifier, text, at(seconds), () => {})).ok;
  expect([await ask(now), await ask(now + 89), await ask(now + 90), await ask(now + 1e6)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
