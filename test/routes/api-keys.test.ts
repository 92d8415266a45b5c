import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createKeySql, listKeysSql, revokeKeySql } from "../../src/cli/operate/key-statements.ts";
import { API_KEY_RANDOM_BYTES, hashOfSecret, newApiKey } from "../../src/domain/core/api-key.ts";
import { insertApiKey, revokeApiKey } from "../../src/store/api-keys/api-keys.ts";
import { sessionOf } from "../../src/store/d1/session.ts";
import { type Answer, Api, newKey, newTenant } from "../support/api.ts";
import { TEST_API_KEY_SECRET } from "../support/auth-settings.ts";
import { individual } from "../support/examples.ts";
import { oneTo } from "../support/gate.ts";
import { send } from "../support/requests.ts";
import { apiWithKey } from "../support/with-key.ts";

const KEYS = "/v1/api-keys";
const DAY = 86_400_000;
const wanted = { name: "Importer", scopes: ["ingest:write", "records:read"] };
const manager = { name: "Manager", scopes: ["keys:manage", "ingest:write", "records:read"] };
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const outcome = ({ status, body }: Answer) => [status, body?.code];

const rowsOf = async (tenant: string) =>
  (await env.DB.prepare("SELECT * FROM api_keys WHERE tenant_id = ?").bind(tenant).all()).results;

/** Makes a key and answers the API as its holder sees it. */
async function holder(api: Api, body: object = wanted) {
  const made = await api.post(KEYS, body);
  if (made.status !== 201) throw new Error(made.text);
  return { made: made.body, api: apiWithKey(made.body.key, api.tenant) };
}

describe("a key", () => {
  it("is shown once, lets its holder in as its tenant, and is the actor of what it sends", async () => {
    const api = new Api();
    const { made, api: back } = await holder(api, { ...wanted, expires_at: inMs(DAY) });
    expect(made).toEqual({
      id: expect.stringMatching(/^[a-z0-9]{12}$/),
      key: expect.stringMatching(/^ll_[a-z0-9]{12}_[\w-]{49}$/),
      ...wanted,
      created_at: expect.any(String),
      created_by: "test-client",
      expires_at: expect.any(String),
    });
    const { expires_at } = made;
    expect((await back.get("/v1/whoami")).body).toEqual({
      tenant_id: api.tenant,
      subject: null,
      actor: `key:${made.id}`,
      scopes: wanted.scopes,
      expires_at,
      key_id: made.id,
      jurisdiction: null,
    });
    await back.accept("client", individual);
    const [event] = (await api.get("/api/tables/events")).body.data;
    expect(event.actor).toBe(`key:${made.id}`);
    expect(outcome(await back.get(KEYS))).toEqual([403, "insufficient_scope"]);
    expect(JSON.stringify(await rowsOf(api.tenant))).not.toContain(made.key.slice(16, 59));
  });

  it("is listed without its text, the newest first, with the day of its last use", async () => {
    const api = new Api();
    const first = await holder(api);
    const second = await holder(api, { ...wanted, name: "Second" });
    await second.api.get("/v1/whoami");
    const today = new Date().toISOString().slice(0, 10);
    await vi.waitFor(async () => {
      const { data } = (await api.get(KEYS)).body;
      const { key: _, ...shown } = second.made;
      expect(data[0]).toEqual({ ...shown, last_used_on: today, revoked_at: null });
      expect(data[1]).toMatchObject({ id: first.made.id, last_used_on: null });
      expect(data).toHaveLength(2);
    });
  });

  it("ends when it is revoked, and can be revoked again, but not by another tenant", async () => {
    const api = new Api();
    const { made, api: back } = await holder(api);
    const other = new Api();
    expect(outcome(await other.delete(`${KEYS}/${made.id}`))).toEqual([404, "not_found"]);
    expect((await other.get(KEYS)).body.data).toEqual([]);
    expect((await back.get("/v1/whoami")).status).toBe(200);
    expect((await api.delete(`${KEYS}/${made.id}`)).status).toBe(204);
    expect(outcome(await back.get("/v1/whoami"))).toEqual([401, "invalid_token"]);
    const [{ revoked_at }] = (await api.get(KEYS)).body.data;
    expect((await api.delete(`${KEYS}/${made.id}`)).status).toBe(204);
    expect((await api.get(KEYS)).body.data).toMatchObject([{ id: made.id, revoked_at }]);
    expect(outcome(await api.delete(`${KEYS}/nosuchkey000`))).toEqual([404, "not_found"]);
  });

  it("gets the same answer as an invalid token, for every reason", async () => {
    const api = new Api();
    const { made, api: back } = await holder(api);
    const forged = apiWithKey(`${made.key.slice(0, -6)}AAAAAA`);
    await api.delete(`${KEYS}/${made.id}`);
    const token = { headers: { Authorization: "Bearer not.a.token" } };
    const answers = [
      await back.get("/v1/settings"),
      await forged.get("/v1/settings"),
      await send("/v1/settings", token),
    ];
    const bodies = answers.map(({ body: { trace_id: _, ...lasting } }) => lasting);
    expect(bodies).toEqual(Array(3).fill(bodies[0]));
    for (const { headers } of answers) {
      expect(headers.get("WWW-Authenticate")).toBe('Bearer error="invalid_token"');
    }
    for (const text of ["garbage", made.key.slice(0, -1), `${made.key}A`, "a.b.c.d.e"]) {
      const { status, body } = await send("/v1/settings", { headers: { Authorization: `Bearer ${text}` } });
      expect([status, body.code, body.detail]).toEqual([
        401,
        "invalid_token",
        "This is neither a JWT nor an API key of this service.",
      ]);
    }
  });
});

describe("POST /v1/api-keys", () => {
  it.each([
    ["no scopes", { name: "n", scopes: [] }, "scopes"],
    ["no list of scopes", { name: "n" }, "scopes"],
    ["an unknown scope", { name: "n", scopes: ["records:read", "all"] }, "scopes.1"],
    ["no name", { scopes: ["records:read"] }, "name"],
    ["an empty name", { name: " ", scopes: ["records:read"] }, "name"],
    ["a long name", { name: "n".repeat(65), scopes: ["records:read"] }, "name"],
    ["an end in the past", { ...wanted, expires_at: "2020-01-01T00:00:00Z" }, "expires_at"],
    ["an end that is a day", { ...wanted, expires_at: "2099-01-01" }, "expires_at"],
    ["an end that does not exist", { ...wanted, expires_at: "2099-02-30T25:00:00Z" }, "expires_at"],
    ["an unknown member", { ...wanted, tenant_id: "other" }, "tenant_id"],
  ])("refuses %s", async (_, body, field) => {
    const api = new Api();
    const answer = await api.post(KEYS, body);
    expect(outcome(answer)).toEqual([400, "validation_error"]);
    expect(answer.body.errors).toMatchObject([{ field }]);
    expect(await rowsOf(api.tenant)).toEqual([]);
  });

  it("grants no scope that the caller lacks", async () => {
    const api = new Api(newTenant(), "keys:manage records:read");
    const answer = await api.post(KEYS, wanted);
    expect(outcome(answer)).toEqual([403, "insufficient_scope"]);
    expect(answer.headers.get("WWW-Authenticate")).toContain('scope="ingest:write"');
    expect((await api.post(KEYS, { ...wanted, scopes: ["records:read"] })).status).toBe(201);
  });

  it("makes one key for an idempotency key, and shows it only the first time", async () => {
    const api = new Api();
    const key = newKey();
    const first = await api.post(KEYS, wanted, key);
    const again = await api.post(KEYS, wanted, key);
    const { key: _, ...shown } = first.body;
    expect([again.status, again.headers.get("Idempotent-Replayed")]).toEqual([200, "true"]);
    expect(again.body).toEqual({ ...shown, message: expect.stringContaining("not shown again") });
    const other = await api.post(KEYS, { ...wanted, name: "Other" }, key);
    expect(outcome(other)).toEqual([422, "idempotency_mismatch"]);
    expect(outcome(await api.ingest("client", individual, key))).toEqual([422, "idempotency_mismatch"]);
    const used = newKey();
    await api.ingest("client", individual, used);
    expect(outcome(await api.post(KEYS, wanted, used))).toEqual([422, "idempotency_mismatch"]);
    expect(await rowsOf(api.tenant)).toHaveLength(1);
  });

  it("makes one key for many senders at once, and one of them gets it", async () => {
    const api = new Api();
    const key = newKey();
    const answers = await Promise.all(oneTo(10).map(() => api.post(KEYS, wanted, key)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
    expect(answers.filter(({ body }) => body.key !== undefined)).toHaveLength(1);
    expect(await rowsOf(api.tenant)).toHaveLength(1);
  });

  it("leaves a tenant with 50 live keys at most, also when they come at once; ended ones do not count", async () => {
    const api = new Api();
    const answers = await Promise.all(oneTo(55).map(() => api.post(KEYS, wanted)));
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(outcome)).toEqual(Array(5).fill([422, "too_many_keys"]));
    const [one, two] = answers.flatMap(({ status, body }) => (status === 201 ? [body.id] : []));
    await api.delete(`${KEYS}/${one}`);
    await env.DB.prepare("UPDATE api_keys SET expires_at = 1 WHERE id = ?").bind(two).run();
    const next = await Promise.all(oneTo(3).map(() => api.post(KEYS, wanted)));
    expect(next.map(({ status }) => status).sort()).toEqual([201, 201, 422]);
  });
});

describe("a key that a key has made", () => {
  it("grants no more than its parent, and ends with it", async () => {
    const api = new Api();
    const parent = await holder(api, { ...manager, expires_at: inMs(DAY) });
    const late = await parent.api.post(KEYS, { ...wanted, expires_at: inMs(2 * DAY) });
    expect(late.body.errors).toMatchObject([{ field: "expires_at" }]);
    const wider = await parent.api.post(KEYS, { name: "n", scopes: ["settings:write"] });
    expect(outcome(wider)).toEqual([403, "insufficient_scope"]);
    const child = await holder(parent.api);
    expect(child.made).toMatchObject({
      created_by: `key:${parent.made.id}`,
      expires_at: parent.made.expires_at,
    });
  });

  it("is revoked with it, through any number of generations; other keys stay", async () => {
    const api = new Api();
    const parent = await holder(api, manager);
    const child = await holder(parent.api, manager);
    const grandchild = await holder(child.api);
    const sibling = await holder(api);
    const all = [parent, child, grandchild, sibling];
    for (const one of all) expect((await one.api.get("/v1/whoami")).status).toBe(200);
    await api.delete(`${KEYS}/${parent.made.id}`);
    const statuses = await Promise.all(all.map(async (one) => (await one.api.get("/v1/whoami")).status));
    expect(statuses).toEqual([401, 401, 401, 200]);
    const listed = (await api.get(KEYS)).body.data;
    expect(listed.filter((one: { revoked_at: unknown }) => one.revoked_at !== null)).toHaveLength(3);
  });

  it("is not stored once its parent is revoked, although an isolate still remembers the parent", async () => {
    const api = new Api();
    const parent = await holder(api, manager);
    await parent.api.get("/v1/whoami");
    const { db } = sessionOf(env.DB, "first-primary");
    await revokeApiKey(db, api.tenant, parent.made.id, Date.now());
    expect(outcome(await parent.api.post(KEYS, wanted))).toEqual([401, "invalid_token"]);
    expect(await rowsOf(api.tenant)).toHaveLength(1);
  });
});

it("keys that ended 90 days ago are listed no more, and the next new key deletes them", async () => {
  const api = new Api();
  const { db } = sessionOf(env.DB, "first-primary");
  const ended = async (id: string, expires_at: number | null) => {
    const row = {
      ...{ id: id.padEnd(12, "0"), tenant_id: api.tenant, hash: "h", name: id, scopes: ["records:read"] },
      ...{ jurisdiction: null, parent_id: null, created_at: 1, created_by: null, expires_at },
      ...{ request_key_hash: newKey(), fingerprint: "f" },
    };
    await insertApiKey(db, row, 0);
    return row.id;
  };
  const now = Date.now();
  await revokeApiKey(db, api.tenant, await ended("revoked", null), now - 91 * DAY);
  await revokeApiKey(db, api.tenant, await ended("lately", null), now - 89 * DAY);
  await ended("expired", now - 91 * DAY);
  await revokeApiKey(db, api.tenant, await ended("both", now - 91 * DAY), now - DAY);
  const names = async () => (await api.get(KEYS)).body.data.map(({ name }: { name: string }) => name);
  expect(await names()).toEqual(["lately"]);
  expect(await rowsOf(api.tenant)).toHaveLength(4);
  await holder(api);
  expect(await names()).toEqual(["Importer", "lately"]);
  expect(await rowsOf(api.tenant)).toHaveLength(2);
});

describe("the statements of loan-ledger keys", () => {
  const run = async (sql: string) => (await env.DB.prepare(sql).all<Record<string, unknown>>()).results;
  const operatorKey = async (tenant: string, expires_at: number | null = null) => {
    const random = crypto.getRandomValues(new Uint8Array(API_KEY_RANDOM_BYTES));
    const { id, secret, text } = await newApiKey(random, TEST_API_KEY_SECRET);
    const hash = await hashOfSecret(secret);
    const row = { ...{ id, tenant, hash, name: "o'clock", scopes: manager.scopes }, expires_at };
    return { id, text, sql: createKeySql({ ...row, jurisdiction: "eu", created_at: Date.now() }) };
  };

  it("make a tenant's first key, list it, and revoke it with the keys that it has made", async () => {
    const tenant = newTenant();
    const { id, text, sql } = await operatorKey(tenant);
    expect(await run(sql)).toEqual([{ id }]);
    const first = apiWithKey(text, tenant);
    expect((await first.get("/v1/whoami")).body).toMatchObject({
      tenant_id: tenant,
      jurisdiction: "eu",
      expires_at: null,
      scopes: manager.scopes,
    });
    expect((await first.get(KEYS)).body.data).toMatchObject([
      { id, name: "o'clock", created_by: "operator" },
    ]);
    expect(await run(listKeysSql(tenant))).toMatchObject([{ id, revoked_at: null, expires_at: null }]);
    expect((await run(listKeysSql(null))).length).toBeGreaterThan(0);
    const { db } = sessionOf(env.DB, "first-primary");
    const child = {
      ...{ id: "child0000000", tenant_id: tenant, hash: "h", name: "child", scopes: ["records:read"] },
      ...{ jurisdiction: null, parent_id: id, created_at: Date.now(), created_by: null, expires_at: null },
      ...{ request_key_hash: newKey(), fingerprint: "f" },
    };
    expect(await insertApiKey(db, child, Date.now())).toBe(true);
    const revoked = await run(revokeKeySql(id, Date.now()));
    expect(revoked.map((row) => row.id).sort()).toEqual([child.id, id].sort());
    expect(await run(revokeKeySql("nosuchkey000", Date.now()))).toEqual([]);
    expect(await insertApiKey(db, { ...child, id: "child1111111" }, Date.now())).toBe(false);
  });

  it("make no 51st live key", async () => {
    const tenant = newTenant();
    for (const _ of oneTo(50)) expect(await run((await operatorKey(tenant)).sql)).toHaveLength(1);
    expect(await run((await operatorKey(tenant)).sql)).toEqual([]);
  });
});
