import { describe, expect, it } from "vitest";
import { authenticateWith, type Verifier } from "../../src/auth/authenticate.ts";
import { fixedKeySource } from "../../src/auth/key-set.ts";
import type { Principal } from "../../src/auth/token.ts";
import type { UnverifiedToken } from "../../src/auth/unverified-token.ts";
import { keySetOf } from "../../src/auth/verification-key.ts";
import { TOKENS_MAX, VerifiedTokens } from "../../src/auth/verified-tokens.ts";
import { readKeySet } from "../../src/config.ts";
import { TEST_AUDIENCE, TEST_ISSUER, TEST_JWKS } from "../support/auth-settings.ts";
import { mintToken } from "../support/tokens.ts";

const NOW_S = 1_800_000_000;
const at = (seconds: number) => new Date(seconds * 1_000);
const keys = keySetOf([]);
const caller: Principal = { tenant_id: "t", subject: null, jurisdiction: null, scopes: new Set() };
const token = (text: string, exp: number, nbf: number | null = null): UnverifiedToken => ({
  text,
  alg: "ES256",
  kid: undefined,
  exp,
  nbf,
});

describe("a remembered token", () => {
  const remembered = (nbf: number | null) => {
    const tokens = new VerifiedTokens();
    tokens.add(token("a", NOW_S + 60, nbf), caller, keys, 30);
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
    tokens.add(token("a", NOW_S + 60), caller, keys, 0);
    expect(tokens.find("a", at(NOW_S))?.keys).toBe(keys);
    expect(tokens.find("A", at(NOW_S))).toBeNull();
  });

  it("is forgotten for good once it has expired", () => {
    const find = remembered(null);
    expect([find(NOW_S + 90), find(NOW_S)]).toEqual([null, null]);
  });

  it("gives way to others beyond the bound; what is in use stays", () => {
    const tokens = new VerifiedTokens();
    const add = (text: string) => tokens.add(token(text, NOW_S + 60), caller, keys, 0);
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
  const verifier: Verifier = {
    source: fixedKeySource(keySetOf(set.value.keys)),
    verified: new VerifiedTokens(),
  };
  const policy = { issuer: TEST_ISSUER, audience: TEST_AUDIENCE, clockToleranceS: 30 };
  const now = Math.floor(Date.now() / 1_000);
  const header = `Bearer ${await mintToken({ expiresInS: 60 })}`;
  const ask = async (seconds: number) =>
    (await authenticateWith({ policy, ...verifier }, header, at(seconds), () => {})).ok;
  expect([await ask(now), await ask(now + 89), await ask(now + 90), await ask(now + 1e6)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
