import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { verifierOf, verifyToken } from "../../src/auth/authenticate.ts";
import { fixedKeySource } from "../../src/auth/key-set.ts";
import { keySetOf } from "../../src/auth/verification-key.ts";
import { type AuthSettings, parseAuthConfig } from "../../src/config/auth.ts";
import { readKeySet } from "../../src/config/key-set.ts";

/** The page whose recipes these tests run: settings and a decoded token of each provider. */
const PAGE = readFileSync(join(import.meta.dirname, "../../docs/issuers.md"), "utf8");

interface DecodedToken {
  readonly header: { readonly alg: string; readonly kid: string };
  readonly payload: JWTPayload & { readonly iat: number; readonly exp: number };
}

const sectionOf = (title: string): string => PAGE.split(`\n## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
const blockOf = (title: string, language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(sectionOf(title))?.[1] ?? "";

const settingsOf = (title: string): AuthSettings =>
  Object.fromEntries(
    [...blockOf(title, "toml").matchAll(/^(AUTH_\w+) = (?:"(.*)"|'''([\s\S]*?)''')$/gm)].map(
      ([, name, line, lines]) => [name, line ?? lines],
    ),
  );
const tokenOf = (title: string): DecodedToken => JSON.parse(blockOf(title, "json"));

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  keys = await generateKeyPair("RS256");
});

/** Asks the verifier of these settings, with the test's key in the place of the issuers' own. */
async function ask(settings: AuthSettings, { header, payload }: DecodedToken, atS = payload.iat + 60) {
  const config = parseAuthConfig({ ...settings, AUTH_EXPLAIN: "true" });
  if (!config.ok) throw new Error(`${config.error.setting} ${config.error.reason}`);
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "test-key", alg: "RS256", use: "sig" };
  const set = readKeySet(JSON.stringify({ keys: [jwk] }));
  if (!set.ok) throw new Error(set.error);
  const source = fixedKeySource(keySetOf(set.value.keys));
  const { issuers, clockToleranceS, explain } = config.value;
  const trusted = issuers.map(({ keys: _, ...policy }) => ({
    policy: { ...policy, clockToleranceS },
    source,
  }));
  const text = await new SignJWT(payload).setProtectedHeader(header).sign(keys.privateKey);
  return verifyToken(verifierOf(trusted, explain), text, new Date(atS * 1000), () => {});
}

const RECIPES = [
  ["Auth0", "acme", ["ingest:write", "records:read"]],
  ["Microsoft Entra ID", "9b7e4d21-0000-4000-8000-6a5b4c3d2e1f", ["ingest:write", "records:read"]],
  ["Amazon Cognito", "6qk3v0n8r2t4y6u8i0o2p4a6s8", ["ingest:write", "records:read"]],
  ["Keycloak", "acme", ["profile", "ingest:write", "records:read"]],
  ["Okta", "0oa9z8y7x6w5v4u3t2s1", ["ingest:write", "records:read"]],
] as const;

describe.each(RECIPES)("the recipe for %s", (title, tenant, scopes) => {
  it("lets its token in, and reads tenant, scopes, subject and end", async () => {
    const { payload } = tokenOf(title);
    expect(await ask(settingsOf(title), tokenOf(title))).toMatchObject({
      ok: true,
      value: {
        tenant_id: tenant,
        scopes: new Set(scopes),
        subject: payload.sub,
        actor: payload.sub,
        expires_at: payload.exp * 1000,
        by: { issuer: payload.iss },
      },
    });
  });

  it("refuses the same token of another audience, issuer or tenant's form, and says so", async () => {
    const { header, payload } = tokenOf(title);
    const settings = settingsOf(title);
    const audience = String(settings.AUTH_AUDIENCE_CLAIM ?? "aud");
    const tenantClaim = String(settings.AUTH_TENANT_CLAIM ?? "tenant_id");
    const explained = async (changed: object) => {
      const verdict = await ask(settings, { header, payload: { ...payload, ...changed } });
      return verdict.ok ? null : verdict.error.kind === "invalid_token" && verdict.error.explanation;
    };
    expect(await explained({ [audience]: "other" })).toMatch(/ is "other", expected "/);
    expect(await explained({ iss: "https://evil.test" })).toBe(
      `issuer is "https://evil.test", expected "${payload.iss}"`,
    );
    if (tenantClaim !== audience) {
      expect(await explained({ [tenantClaim]: [payload[tenantClaim]] })).toMatch(/expected a tenant/);
      expect(await explained({ [tenantClaim]: undefined })).toMatch(/ is missing, expected a tenant/);
    }
  });
});

it("the page has a recipe for each provider, and for keys only", () => {
  const titles = [...PAGE.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(titles).toEqual([...RECIPES.map(([title]) => title), "Several issuers", "Keys only"]);
});

describe("several issuers", () => {
  const settings = settingsOf("Several issuers");
  const header = { alg: "RS256", kid: "test-key" };
  const token = (payload: JWTPayload): DecodedToken => ({
    header,
    payload: { sub: "s", aud: "loan-ledger", iat: 1_790_000_000, exp: 1_790_003_600, ...payload },
  });
  const a = "https://login.lender-a.example/";
  const b = "https://id.group-b.example";

  it("are chosen by iss, each with its own rules", async () => {
    const ofA = await ask(settings, token({ iss: a, scope: "x", permissions: ["y"], tenant_id: "b-north" }));
    expect(ofA).toMatchObject({ ok: true, value: { tenant_id: "lender-a", scopes: new Set(["x"]) } });
    const ofB = await ask(settings, token({ iss: b, scope: "x", permissions: ["y"], org: "b-south" }));
    expect(ofB).toMatchObject({ ok: true, value: { tenant_id: "b-south", scopes: new Set(["y"]) } });
  });

  it.each<[string, JWTPayload, object]>([
    ["a tenant of another issuer", { iss: b, org: "lender-a" }, { kind: "other_tenant" }],
    ["no tenant", { iss: b, tenant_id: "b-north" }, { kind: "invalid_claim", claim: "org" }],
    ["an issuer that is not listed", { iss: "https://evil.test", org: "b-north" }, { kind: "wrong_issuer" }],
    ["an issuer with a slash less", { iss: a.slice(0, -1) }, { kind: "wrong_issuer" }],
    ["two issuers", { iss: [a] as never }, { kind: "wrong_issuer" }],
    ["the audience of the other issuer", { iss: a, aud: "ledger" }, { kind: "wrong_audience" }],
  ])("refuse %s", async (_, payload, reason) => {
    expect(await ask(settings, token(payload))).toMatchObject({ ok: false, error: { reason } });
  });
});

it("without an issuer every token is refused", async () => {
  expect(await ask({}, tokenOf("Auth0"))).toEqual({
    ok: false,
    error: {
      kind: "invalid_token",
      reason: { kind: "wrong_issuer" },
      explanation: "the service trusts no issuer and takes only API keys",
    },
  });
});

describe("claims", () => {
  const base = tokenOf("Keycloak");
  const settings = settingsOf("Keycloak");
  const asked = (payload: object, others: AuthSettings = {}) =>
    ask({ ...settings, ...others }, { ...base, payload: { ...base.payload, ...payload } });

  it.each([
    ["eu", "eu"],
    ["moon", "moon"],
    ["", ""],
    [["eu"], '["eu"]'],
    [null, null],
    [undefined, null],
  ])("keep the jurisdiction %j as %j: only writes depend on it", async (jurisdiction, kept) => {
    expect(await asked({ jurisdiction })).toMatchObject({ ok: true, value: { jurisdiction: kept } });
  });

  it("give scopes from every named claim, and with a prefix only those that begin with it", async () => {
    const claims = { scope: "api/a b", roles: ["api/c", "d"], permissions: "api/a" };
    const named = { AUTH_SCOPE_CLAIMS: "scope roles permissions", AUTH_SCOPE_PREFIX: "api/" };
    expect(await asked(claims, named)).toMatchObject({ ok: true, value: { scopes: new Set(["a", "c"]) } });
  });

  it("are own members of the token: an inherited one is missing", async () => {
    expect(await asked({}, { AUTH_TENANT_CLAIM: "toString" })).toMatchObject({
      ok: false,
      error: { reason: { kind: "invalid_claim", claim: "toString" } },
    });
  });

  it.each([
    [330, "expired 30 seconds ago"],
    [300 + 185, "expired 3 minutes ago"],
    [300 + 3_600, "expired 1 hour ago"],
    [300 + 86_400 * 40, "expired 40 days ago"],
  ])("explain their end: after %d s %s", async (after, explanation) => {
    const verdict = await ask(settings, base, base.payload.iat + after);
    expect(verdict).toMatchObject({ ok: false, error: { explanation } });
  });
});
