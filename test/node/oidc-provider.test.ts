import { once } from "node:events";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiKeys } from "../../src/auth/api-keys.ts";
import { authenticate } from "../../src/auth/authenticate.ts";
import { SCOPES } from "../../src/contract/scopes.ts";

/** How a token is shaped by each provider of docs/issuers.md, and the settings that read it. */
const SHAPES = {
  "an Auth0": {
    claims: (own: Claims) => ({ ...own, "https://ledger.example.com/tenant_id": "acme", permissions: ["x"] }),
    settings: {
      AUTH_TENANT_CLAIM: "https://ledger.example.com/tenant_id",
      AUTH_SCOPE_CLAIMS: "scope permissions",
    },
    scopes: ["ingest:write", "records:read", "x"],
  },
  "an Entra ID": {
    claims: ({ scope, ...own }: Claims) => ({
      ...own,
      azp: "acme",
      roles: String(scope).split(" "),
      ver: "2.0",
    }),
    settings: { AUTH_TENANT_CLAIM: "azp", AUTH_SCOPE_CLAIMS: "roles scp" },
    scopes: ["ingest:write", "records:read"],
  },
  "a Cognito": {
    // This issuer makes no token without aud; what counts is that another claim stands for it.
    claims: ({ scope, ...own }: Claims) => ({
      ...own,
      aud: "none",
      token_use: "access",
      scope: String(scope).replace(/(^| )/g, "$1loan-ledger/"),
    }),
    settings: {
      AUTH_AUDIENCE: "acme",
      AUTH_AUDIENCE_CLAIM: "client_id",
      AUTH_TENANT_CLAIM: "client_id",
      AUTH_SCOPE_PREFIX: "loan-ledger/",
    },
    scopes: ["ingest:write", "records:read"],
  },
  "a Keycloak": {
    claims: (own: Claims) => ({ ...own, aud: [own.aud, "account"], typ: "Bearer", tenant_id: "acme" }),
    settings: {},
    scopes: ["ingest:write", "records:read"],
  },
  "an Okta": {
    claims: ({ scope, ...own }: Claims) => ({ ...own, cid: "acme", scp: String(scope).split(" ") }),
    settings: { AUTH_TENANT_CLAIM: "cid" },
    scopes: ["ingest:write", "records:read"],
  },
} as const;

type Claims = Readonly<Record<string, unknown>>;
type Shape = keyof typeof SHAPES;

const AUDIENCE = "https://ledger.example.com";
const server = createServer();
let issuer = "";
let shape: Shape = "an Auth0";

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: "k1", use: "sig", alg: "RS256" };
  const resource = {
    scope: SCOPES.join(" "),
    audience: AUDIENCE,
    accessTokenFormat: "jwt",
    jwt: { sign: { alg: "RS256" } },
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "acme",
        client_secret: "a secret of this test",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [key] },
    ttl: { ClientCredentials: 600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: () => resource },
    },
    formats: {
      customizers: {
        jwt: (_context: unknown, _token: unknown, parts: { payload: Claims }) => {
          parts.payload = SHAPES[shape].claims(parts.payload);
        },
      },
    },
  });
  server.on("request", provider.callback());
});
afterAll(() => void server.close());

/** What a back end does with its client's secret. */
async function newToken(): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa("acme:a+secret+of+this+test")}` },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      scope: "ingest:write records:read",
      resource: AUDIENCE,
    }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  return access_token;
}

/** Verifies as the worker does, with the keys that the issuer publishes. */
function verify(token: string, settings: object) {
  const keys = new ApiKeys({
    find: () => Promise.reject(new Error("no key was sent")),
    noteUse: () => Promise.reject(new Error("no key was sent")),
  });
  const env = { AUTH_ISSUER: issuer, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URL: `${issuer}/jwks`, ...settings };
  const request = { header: `Bearer ${token}`, now: new Date(), waitUntil: () => {} };
  return authenticate(env as unknown as Cloudflare.Env, request, keys);
}

test.each(Object.keys(SHAPES) as Shape[])(
  "a real issuer's token in %s shape lets its tenant in, and no other audience",
  async (name) => {
    shape = name;
    const token = await newToken();
    const { settings, scopes } = SHAPES[name];
    expect(await verify(token, settings)).toMatchObject({
      ok: true,
      value: { tenant_id: "acme", scopes: new Set(scopes), by: { issuer } },
    });
    expect(await verify(token, { ...settings, AUTH_AUDIENCE: "other" })).toMatchObject({
      ok: false,
      error: { reason: { kind: "wrong_audience" } },
    });
  },
);
