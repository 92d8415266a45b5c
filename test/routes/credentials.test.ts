import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { ALL_SCOPES, Api, answerOf } from "../support/api.ts";
import { TEST_ISSUER } from "../support/auth-settings.ts";
import { individual } from "../support/examples.ts";
import { FaultyD1, failBefore } from "../support/faulty-d1.ts";
import { apiIn, DATABASES, manyDatabases, migrateAll } from "../support/many-databases.ts";
import { mintToken } from "../support/tokens.ts";
import { apiWithKey } from "../support/with-key.ts";

const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };

/** A request under other settings or bindings than those of the worker under test. */
async function ask(settings: object, path: string, token: string, init: RequestInit = {}) {
  const headers = { Authorization: `Bearer ${token}` };
  const request = new Request(`http://ledger.test${path}`, { ...init, headers });
  return answerOf(await app.fetch(request, { ...env, ...settings } as Cloudflare.Env, context as never));
}

beforeAll(migrateAll);

const NO_ISSUER = { AUTH_ISSUER: "", AUTH_AUDIENCE: "", AUTH_JWKS: "" };

describe("GET /v1/whoami", () => {
  it("names a token's tenant, subject, scopes, end and issuer", async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await mintToken({
      tenant: "acme",
      claims: { exp, scp: ["records:read", "odd"], jurisdiction: "us" },
    });
    expect((await ask({}, "/v1/whoami", token)).body).toEqual({
      tenant_id: "acme",
      subject: "test-client",
      actor: "test-client",
      scopes: ["records:read", "odd"],
      expires_at: new Date(exp * 1000).toISOString(),
      issuer: TEST_ISSUER,
      jurisdiction: "us",
    });
  });

  it.each([1e12, 1e300])("answers a token that ends after the last timestamp: exp %d", async (exp) => {
    const token = await mintToken({ claims: { exp } });
    expect((await ask({}, "/v1/whoami", token)).body.expires_at).toBe("9999-12-31T23:59:59.999Z");
  });
});

describe("a jurisdiction that the service does not know", () => {
  it("does not matter to reads; a write is 500 misconfigured", async () => {
    const api = apiIn("moon");
    expect((await api.get("/api/tables/clients")).status).toBe(200);
    expect((await api.get("/v1/whoami")).body.jurisdiction).toBe("moon");
    expect((await api.get("/v1/webhook-endpoints")).body).toEqual({ data: [] });
    expect((await api.get("/v1/webhook-endpoints/none")).status).toBe(404);
    const writes = [
      await api.ingest("client", individual),
      await api.post("/v1/api-keys", { name: "n", scopes: ["records:read"] }),
    ];
    for (const { status, body } of writes) expect([status, body.code]).toEqual([500, "misconfigured"]);
  });
});

describe("AUTH_EXPLAIN", () => {
  const detail = async (token: string, AUTH_EXPLAIN = "true") =>
    (await ask({ AUTH_EXPLAIN }, "/v1/settings", token)).body.detail;

  it("makes a 401 say why, and only then", async () => {
    const expired = await mintToken({ expiresInS: -185 });
    expect(await detail(expired)).toBe("The bearer token is not valid: expired 3 minutes ago.");
    expect(await detail(expired, "false")).toBe("The bearer token is not valid. Get a new one.");
    expect(await detail(await mintToken({ claims: { aud: "other" } }))).toBe(
      'The bearer token is not valid: audience is "other", expected "loan-ledger-test".',
    );
    const { body } = await new Api().post("/v1/api-keys", { name: "n", scopes: ["records:read"] });
    expect(await detail(`${body.key.slice(0, -6)}AAAAAA`)).toContain("mistyped");
  });
});

describe("API keys only", () => {
  it("let keys in, and no token", async () => {
    const { body } = await new Api().post("/v1/api-keys", { name: "n", scopes: ["records:read"] });
    expect((await ask(NO_ISSUER, "/v1/whoami", body.key)).status).toBe(200);
    const token = await ask(NO_ISSUER, "/v1/whoami", await mintToken({ scope: ALL_SCOPES }));
    expect([token.status, token.body.code]).toEqual([401, "invalid_token"]);
  });

  it("without their secret are 500 misconfigured, and tokens are as before", async () => {
    const { body } = await new Api().post("/v1/api-keys", { name: "n", scopes: ["records:read"] });
    const withoutSecret = { API_KEY_SECRET: "" };
    const asked = await ask(withoutSecret, "/v1/whoami", body.key);
    expect([asked.status, asked.body.code]).toEqual([500, "misconfigured"]);
    expect((await ask(withoutSecret, "/v1/whoami", await mintToken())).status).toBe(200);
  });
});

describe("while D1 is away", () => {
  it("a key that the isolate remembers still lets in, to be answered 503 by what reads D1; another is 503", async () => {
    const api = new Api();
    const make = async () =>
      (await api.post("/v1/api-keys", { name: "n", scopes: ["keys:manage", "records:read"] })).body.key;
    const [known, unseen] = [await make(), await make()];
    expect((await apiWithKey(known).get("/v1/whoami")).status).toBe(200);
    const away = { DB: new FaultyD1(env.DB).meet(() => true, failBefore()).binding };
    expect((await ask(away, "/v1/whoami", known)).status).toBe(200);
    for (const [path, key] of [
      ["/v1/api-keys", known],
      ["/api/tables/clients", known],
      ["/v1/whoami", unseen],
    ] as const) {
      const answer = await ask(away, path, key);
      expect([path, answer.status, answer.body.code]).toEqual([path, 503, "unavailable"]);
      expect(answer.headers.get("Retry-After")).not.toBeNull();
    }
    expect((await ask(away, "/v1/api-keys/x", known, { method: "DELETE" })).status).toBe(503);
  });
});

describe("with several databases", () => {
  const many = (request: RequestInfo) => app.fetch(request as Request, manyDatabases, context as never);

  it("keys are in the first one, and have their maker's jurisdiction: their first event places the tenant", async () => {
    const maker = apiIn("eu");
    const { status, body } = await maker.post("/v1/api-keys", {
      name: "n",
      scopes: ["ingest:write", "records:read"],
    });
    expect(status).toBe(201);
    const back = apiWithKey(body.key, maker.tenant, many as never);
    expect((await back.get("/v1/whoami")).body).toMatchObject({ jurisdiction: "eu", key_id: body.id });
    await back.accept("client", individual);
    const placement = "SELECT jurisdiction FROM placements WHERE tenant_id = ?";
    expect(await env.DB.prepare(placement).bind(maker.tenant).first("jurisdiction")).toBe("eu");
    const count = "SELECT count(*) AS n FROM api_keys WHERE tenant_id = ?";
    const counts = await Promise.all(
      Object.values(DATABASES).map((database) => database.prepare(count).bind(maker.tenant).first("n")),
    );
    expect(counts).toEqual([1, 0, 0]);
  });
});
