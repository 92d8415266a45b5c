import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import {
  LOCAL_AUDIENCE,
  LOCAL_ISSUER,
  type LocalKey,
  loadOrCreateKey,
  mintToken,
  publicKeySet,
  workerSettings,
} from "../../../src/cli/local/issuer.ts";
import { temporaryDirectory } from "../../node/cli/command-line.ts";

async function loadedKey(path: string): Promise<LocalKey> {
  const loaded = await loadOrCreateKey(path);
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value;
}

describe("the signing key", () => {
  test("is created on first use, readable only by its owner, and then kept", async () => {
    const directory = join(await temporaryDirectory(), "not", "there", "yet");
    const path = join(directory, "local-key.json");
    const first = await loadedKey(path);
    expect(await loadedKey(path)).toEqual(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(["local-key.json"]);
  });

  test("is the same for commands that start at the same moment", async () => {
    const path = join(await temporaryDirectory(), "local-key.json");
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadedKey(path)));
    expect(new Set(keys.map((key) => key.keyId)).size).toBe(1);
  });

  test.each([
    ["an empty file", () => ""],
    ["a file cut short", (whole: string) => whole.slice(0, 60)],
    ["something else", () => '{"kty":"RSA","n":"AQAB","e":"AQAB"}'],
    [
      "a key without its private part",
      (whole: string) => JSON.stringify({ ...JSON.parse(whole), d: undefined }),
    ],
    [
      "a point that is not on the curve",
      (whole: string) => JSON.stringify({ ...JSON.parse(whole), x: "A".repeat(43) }),
    ],
  ])("that is %s is refused with a remedy, and not overwritten", async (_what, damage) => {
    const path = join(await temporaryDirectory(), "local-key.json");
    await loadedKey(path);
    const damaged = damage(await readFile(path, "utf8"));
    await writeFile(path, damaged);
    expect(await loadOrCreateKey(path)).toEqual({
      ok: false,
      error: {
        exitCode: 1,
        message: expect.stringMatching(/local-key\.json does not hold .*\nDelete that file/),
      },
    });
    expect(await readFile(path, "utf8")).toBe(damaged);
  });

  test("gives the worker only its public half", async () => {
    const key = await loadedKey(join(await temporaryDirectory(), "local-key.json"));
    expect(Object.keys(publicKeySet(key).keys[0] ?? {}).sort()).toEqual([
      "alg",
      "crv",
      "kid",
      "kty",
      "use",
      "x",
      "y",
    ]);
    expect(JSON.stringify(workerSettings(key))).not.toContain(key.privateJwk.d);
  });
});

describe("a minted token", () => {
  const issuedAt = new Date("2026-10-05T12:00:00.900Z");
  const request = {
    tenant: "acme",
    scopes: ["ingest:write", "records:read"] as const,
    lifetimeS: 3600,
    issuedAt,
  };
  const expected = { issuer: LOCAL_ISSUER, audience: LOCAL_AUDIENCE, algorithms: ["ES256"] };

  test("verifies against the public key set and states tenant, scopes and times", async () => {
    const key = await loadedKey(join(await temporaryDirectory(), "local-key.json"));
    const settings = workerSettings(key);
    const keySet = createLocalJWKSet(JSON.parse(settings.AUTH_JWKS ?? ""));
    const verified = await jwtVerify(await mintToken(key, request), keySet, {
      ...expected,
      issuer: settings.AUTH_ISSUER ?? "",
      audience: settings.AUTH_AUDIENCE ?? "",
      currentDate: issuedAt,
    });
    expect(verified.payload).toMatchObject({
      tenant_id: "acme",
      scope: "ingest:write records:read",
      iat: Date.parse("2026-10-05T12:00:00Z") / 1000,
      exp: Date.parse("2026-10-05T13:00:00Z") / 1000,
    });
    expect(verified.protectedHeader.kid).toBe(key.keyId);
  });

  test("of another machine's key does not verify", async () => {
    const key = await loadedKey(join(await temporaryDirectory(), "local-key.json"));
    const path = join(await temporaryDirectory(), "local-key.json");
    await writeFile(
      path,
      JSON.stringify(await exportJWK((await generateKeyPair("ES256", { extractable: true })).privateKey)),
    );
    const foreign = await mintToken(await loadedKey(path), request);
    const keySet = createLocalJWKSet(publicKeySet(key));
    await expect(jwtVerify(foreign, keySet, { ...expected, currentDate: issuedAt })).rejects.toMatchObject({
      code: "ERR_JWKS_NO_MATCHING_KEY",
    });
  });
});
