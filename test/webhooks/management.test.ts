import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { app } from "../../src/app.ts";
import { Api, newKey } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { answers, ENDPOINTS, Receiver, senderOf, URL_OF_RECEIVER, verify } from "./receiver.ts";

const UUID = /^[0-9a-f-]{36}$/;

describe("POST /v1/webhook-endpoints", () => {
  it("answers 201 with the endpoint and its secret, and every type that the token may read", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const answer = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER, description: "Accounting" });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      endpoint_id: expect.stringMatching(UUID),
      url: URL_OF_RECEIVER,
      event_types: [
        "recordChanged",
        "journalEntryPosted",
        "historyAdded",
        "settingsChanged",
        "facilityChanged",
        "booksChanged",
        "logRestored",
      ],
      description: "Accounting",
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      status: "enabled",
      cursor_sequence: 1,
      created_at: expect.stringMatching(/Z$/),
    });
    expect(answer.headers.get("Location")).toBe(`${ENDPOINTS}/${answer.body.endpoint_id}`);
  });

  it("never shows the secret again: not on a replay, not in a read, not in a list", async () => {
    const api = new Api();
    const key = newKey();
    const first = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER }, key);
    const { secret, ...rest } = first.body;
    const again = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER }, key);
    expect([again.status, again.headers.get("Idempotent-Replayed"), again.body]).toEqual([200, "true", rest]);
    const shown = await api.get(`${ENDPOINTS}/${rest.endpoint_id}`);
    expect(shown.body).toEqual({ ...rest, behind: 0, last_success_at: null, last_failure: null });
    expect((await api.get(ENDPOINTS)).body).toEqual({ data: [shown.body] });
    expect(shown.text).not.toContain(secret);
  });

  it("refuses a key of another request, and creates one endpoint for concurrent requests", async () => {
    const api = new Api();
    const key = newKey();
    const made = await Promise.all(
      Array.from({ length: 5 }, () => api.post(ENDPOINTS, { url: URL_OF_RECEIVER }, key)),
    );
    expect(made.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(made.map(({ body }) => body.endpoint_id)).size).toBe(1);
    const other = await api.post(ENDPOINTS, { url: `${URL_OF_RECEIVER}/2` }, key);
    expect([other.status, other.body.code]).toEqual([422, "idempotency_mismatch"]);
  });

  it("shares its keys with the tenant's other routes, and a refused request uses none", async () => {
    const api = new Api();
    const [used, free] = [newKey(), newKey()];
    const event = (await api.ingest("client", individual, used)).body.event_id;
    const refused = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER }, used);
    expect([refused.status, refused.body.code]).toEqual([422, "idempotency_mismatch"]);
    expect(event).toEqual(expect.any(String));
    expect((await api.post(ENDPOINTS, { url: "http://example.com" }, free)).status).toBe(400);
    expect((await api.post(ENDPOINTS, { url: URL_OF_RECEIVER }, free)).status).toBe(201);
    const mismatch = await api.ingest("client", { ...individual, client_id: "C-2" }, free);
    expect([mismatch.status, mismatch.body.code, mismatch.body.event_id]).toEqual([
      422,
      "idempotency_mismatch",
      undefined,
    ]);
    expect((await api.get(ENDPOINTS)).body.data).toHaveLength(1);
  });

  it("allows 20 endpoints per tenant", async () => {
    const api = new Api();
    for (let n = 0; n < 20; n += 1)
      expect((await api.post(ENDPOINTS, { url: URL_OF_RECEIVER })).status).toBe(201);
    const beyond = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER });
    expect([beyond.status, beyond.body.code]).toEqual([422, "too_many_endpoints"]);
    const { data } = (await api.get(ENDPOINTS)).body;
    expect((await api.delete(`${ENDPOINTS}/${data[7].endpoint_id}`)).status).toBe(204);
    expect((await api.post(ENDPOINTS, { url: URL_OF_RECEIVER })).status).toBe(201);
  });

  it.each([
    [{}, "url", "required"],
    [{ url: 5 }, "url", "invalid_type"],
    [{ url: "http://example.com" }, "url", "invalid_value"],
    [{ url: "https://ledger.test/ingest" }, "url", "invalid_value"],
    [{ url: URL_OF_RECEIVER, event_types: [] }, "event_types", "invalid_value"],
    [
      { url: URL_OF_RECEIVER, event_types: ["recordChanged", "recordChanged"] },
      "event_types",
      "invalid_value",
    ],
    [{ url: URL_OF_RECEIVER, event_types: ["ping"] }, "event_types.0", "invalid_value"],
    [{ url: URL_OF_RECEIVER, description: "" }, "description", "invalid_value"],
    [{ url: URL_OF_RECEIVER, from_sequence: 0 }, "from_sequence", "invalid_value"],
    [{ url: URL_OF_RECEIVER, from_sequence: 1.5 }, "from_sequence", "invalid_value"],
    [{ url: URL_OF_RECEIVER, from_sequence: "1" }, "from_sequence", "invalid_type"],
    [{ url: URL_OF_RECEIVER, from_sequence: 2 }, "from_sequence", "invalid_value"],
    [{ url: URL_OF_RECEIVER, secret: "x" }, "secret", "unknown_field"],
  ])("refuses %j at %s", async (body, field, code) => {
    const answer = await new Api().post(ENDPOINTS, body);
    expect([answer.status, answer.body.errors]).toMatchObject([400, [{ field, code }]]);
  });

  it.each([
    [
      "records:read",
      ["recordChanged", "historyAdded", "settingsChanged", "facilityChanged", "logRestored"],
      "journalEntryPosted",
      "hpts:ledger:read",
    ],
    [
      "records:read",
      ["recordChanged", "historyAdded", "settingsChanged", "facilityChanged", "logRestored"],
      "booksChanged",
      "hpts:ledger:read",
    ],
    [
      "hpts:ledger:read",
      ["journalEntryPosted", "booksChanged", "logRestored"],
      "recordChanged",
      "records:read",
    ],
    [
      "hpts:ledger:read",
      ["journalEntryPosted", "booksChanged", "logRestored"],
      "historyAdded",
      "records:read",
    ],
  ])("a token with %s chooses only what it may read", async (scope, readable, other, lacks) => {
    const api = new Api(undefined, `webhooks:manage ${scope}`);
    const made = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER });
    expect([made.status, made.body.event_types]).toEqual([201, readable]);
    const refused = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER, event_types: [other] });
    expect([refused.status, refused.body.code]).toEqual([403, "insufficient_scope"]);
    expect(refused.body.detail).toContain(lacks);
    const path = `${ENDPOINTS}/${made.body.endpoint_id}`;
    expect((await api.patch(path, { event_types: [other] })).status).toBe(403);
    expect((await api.patch(path, { event_types: readable })).status).toBe(200);
  });

  it("refuses a token without a read scope", async () => {
    const answer = await new Api(undefined, "webhooks:manage").post(ENDPOINTS, { url: URL_OF_RECEIVER });
    expect([answer.status, answer.body.code]).toEqual([403, "insufficient_scope"]);
  });

  it("is 503 without an endpoint when the database is unavailable, and a retry creates one", async () => {
    const { api } = await Receiver.of();
    const key = newKey();
    await runInDurableObject(senderOf(api.tenant), (sender) => {
      const holder = sender as unknown as { env: Cloudflare.Env };
      const real = holder.env;
      const DB = {
        withSession: () => ({ batch: () => Promise.reject(new Error("away")), prepare: real.DB.prepare }),
      };
      holder.env = { ...real, DB: DB as unknown as D1Database };
    });
    const refused = await api.post(ENDPOINTS, { url: URL_OF_RECEIVER }, key);
    expect([refused.status, refused.body.code]).toEqual([503, "unavailable"]);
    await runInDurableObject(senderOf(api.tenant), (sender) => {
      (sender as unknown as { env: Cloudflare.Env }).env = env;
    });
    expect((await api.post(ENDPOINTS, { url: URL_OF_RECEIVER }, key)).status).toBe(201);
  });
});

describe("an endpoint", () => {
  it("of another tenant does not exist", async () => {
    const made = await (await Receiver.of()).create();
    const other = new Api();
    const path = `${ENDPOINTS}/${made.endpoint_id}`;
    const all = [
      await other.get(path),
      await other.patch(path, { status: "disabled" }),
      await other.delete(path),
      await other.post(`${path}/test`, {}),
      await other.post(`${path}/rotate-secret`, {}),
      await other.post(`${path}/replay`, { from_sequence: 1 }),
    ];
    expect(all.map(({ status, body }) => [status, body.code])).toEqual(all.map(() => [404, "not_found"]));
  });

  it("is changed member by member", async () => {
    const receiver = await Receiver.of();
    const { endpoint_id } = await receiver.create({ description: "one" });
    const path = `${ENDPOINTS}/${endpoint_id}`;
    const url = "https://other.example.com/";
    expect((await receiver.api.patch(path, { url })).body).toMatchObject({ url, description: "one" });
    const types = ["historyAdded"];
    expect((await receiver.api.patch(path, { event_types: types })).body).toMatchObject({
      url,
      event_types: types,
    });
    expect((await receiver.api.patch(path, { description: null })).body).toMatchObject({ description: null });
    expect((await receiver.api.patch(path, { status: "disabled" })).body).toMatchObject({
      status: "disabled",
    });
    expect((await receiver.api.patch(path, {})).body).toMatchObject({ url, status: "disabled" });
    expect((await receiver.api.patch(path, { status: "failing" })).status).toBe(400);
    expect((await receiver.api.patch(path, { url: "https://127.0.0.1" })).status).toBe(400);
    expect((await receiver.show(endpoint_id)).body).toMatchObject({ url, status: "disabled" });
  });

  it("does not exist after DELETE", async () => {
    const receiver = await Receiver.of();
    const { endpoint_id } = await receiver.create();
    const removed = await receiver.api.delete(`${ENDPOINTS}/${endpoint_id}`);
    expect([removed.status, removed.text]).toEqual([204, ""]);
    expect((await receiver.show(endpoint_id)).status).toBe(404);
    expect((await receiver.api.delete(`${ENDPOINTS}/${endpoint_id}`)).status).toBe(404);
    const rows = await env.DB.prepare("SELECT * FROM webhook_endpoints WHERE tenant_id = ?")
      .bind(receiver.api.tenant)
      .all();
    expect(rows.results).toEqual([]);
  });

  it.each([
    ["GET", ENDPOINTS],
    ["POST", ENDPOINTS],
    ["PATCH", `${ENDPOINTS}/x`],
    ["DELETE", `${ENDPOINTS}/x`],
    ["POST", `${ENDPOINTS}/x/test`],
    ["POST", `${ENDPOINTS}/x/rotate-secret`],
    ["POST", `${ENDPOINTS}/x/replay`],
  ])("%s %s needs the scope webhooks:manage", async (method, path) => {
    const api = new Api(undefined, "records:read hpts:ledger:read");
    const answer = await api.send(method, path, method === "GET" ? undefined : {});
    expect([answer.status, answer.body.code]).toEqual([403, "insufficient_scope"]);
  });

  it.each([
    ["PUT", ENDPOINTS, "GET, HEAD, POST"],
    ["POST", `${ENDPOINTS}/x`, "GET, HEAD, PATCH, DELETE"],
    ["GET", `${ENDPOINTS}/x/replay`, "POST"],
  ])("%s %s is 405", async (method, path, allow) => {
    const answer = await new Api().send(method, path);
    expect([answer.status, answer.headers.get("Allow")]).toEqual([405, allow]);
  });
});

describe("POST …/test", () => {
  it("sends a signed ping, also to a disabled endpoint, and reports its outcome", async () => {
    const receiver = await Receiver.of();
    const { endpoint_id, secret } = await receiver.create();
    await receiver.api.patch(`${ENDPOINTS}/${endpoint_id}`, { status: "disabled" });
    const answer = await receiver.api.send("POST", `${ENDPOINTS}/${endpoint_id}/test`, {}, null);
    expect([answer.status, answer.body]).toEqual([
      200,
      { delivered: true, status: 200, duration_ms: expect.any(Number) },
    ]);
    const [ping] = receiver.received;
    if (!ping) throw new Error("nothing came");
    expect([ping.type, ping.data, verify(secret, ping)]).toMatchObject(["ping", {}, { type: "ping" }]);
  });

  it.each([
    ["a refusal", answers(500), { status: 500, error: "status" }],
    [
      "a redirect",
      answers(302, { Location: "https://elsewhere.example.com" }),
      { status: 302, error: "redirect" },
    ],
    [
      "a reset",
      () => Promise.reject(new Error("Network connection lost.")),
      { status: null, error: "connection" },
    ],
    [
      "a bad certificate",
      () => Promise.reject(new Error("TLS handshake failed")),
      { status: null, error: "tls" },
    ],
  ])("says %s", async (_what, behave, expected) => {
    const receiver = await Receiver.of();
    const { endpoint_id } = await receiver.create();
    receiver.behave = behave;
    const answer = await receiver.api.post(`${ENDPOINTS}/${endpoint_id}/test`, {});
    expect(answer.body).toEqual({ delivered: false, duration_ms: expect.any(Number), ...expected });
    expect(receiver.received).toHaveLength(1);
    expect((await receiver.show(endpoint_id)).body.last_failure).toBeNull();
  });

  it("is limited to ten per minute", async () => {
    const receiver = await Receiver.of();
    const { endpoint_id } = await receiver.create();
    const test = async () => (await receiver.api.post(`${ENDPOINTS}/${endpoint_id}/test`, {})).status;
    const statuses = [];
    for (let n = 0; n < 11; n += 1) statuses.push(await test());
    expect(statuses).toEqual([...Array(10).fill(200), 429]);
    receiver.ahead = 60_001;
    expect(await test()).toBe(200);
  });
});

describe("secrets", () => {
  it("of a rotation both sign for 24 hours, then only the new one", async () => {
    const receiver = await Receiver.of();
    const { endpoint_id, secret } = await receiver.create();
    const key = newKey();
    const rotated = await receiver.api.post(`${ENDPOINTS}/${endpoint_id}/rotate-secret`, {}, key);
    expect([rotated.status, rotated.body.endpoint_id]).toEqual([200, endpoint_id]);
    const ping = async () => {
      await receiver.api.post(`${ENDPOINTS}/${endpoint_id}/test`, {});
      const last = receiver.received.at(-1);
      if (!last) throw new Error("nothing came");
      return last;
    };
    const both = await ping();
    expect(both.headers.get("webhook-signature")).toMatch(/^v1,\S+ v1,\S+$/);
    for (const one of [secret, rotated.body.secret])
      expect(verify(one, both)).toMatchObject({ type: "ping" });
    const replayed = await receiver.api.post(`${ENDPOINTS}/${endpoint_id}/rotate-secret`, {}, key);
    expect([replayed.headers.get("Idempotent-Replayed"), replayed.body.secret]).toEqual(["true", undefined]);
    receiver.ahead = 24 * 3_600_000 + 1_000;
    const later = await ping();
    expect(later.headers.get("webhook-signature")).toMatch(/^v1,\S+$/);
    vi.spyOn(Date, "now").mockReturnValue(receiver.now);
    try {
      expect(verify(rotated.body.secret, later)).toMatchObject({ type: "ping" });
      expect(() => verify(secret, later)).toThrow();
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("are never more than two, and the previous one can be ended at once", async () => {
    const receiver = await Receiver.of();
    const { endpoint_id } = await receiver.create();
    const rotate = (body: object) => receiver.api.post(`${ENDPOINTS}/${endpoint_id}/rotate-secret`, body);
    const signatures = async () => {
      await receiver.api.post(`${ENDPOINTS}/${endpoint_id}/test`, {});
      return receiver.received.at(-1)?.headers.get("webhook-signature")?.split(" ").length;
    };
    await rotate({});
    await rotate({});
    expect(await signatures()).toBe(2);
    await rotate({ expire_previous: true });
    expect(await signatures()).toBe(1);
    expect((await rotate({ expire_previous: "yes" })).status).toBe(400);
  });

  it("are nowhere in plain text: not in the sender's storage, the gate's, D1 or the log", async () => {
    const lines: string[] = [];
    const spies = (["log", "warn", "error"] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation((...args) => void lines.push(args.join(" "))),
    );
    try {
      const receiver = await Receiver.of();
      const { endpoint_id, secret } = await receiver.create();
      const rotated = await receiver.api.post(`${ENDPOINTS}/${endpoint_id}/rotate-secret`, {});
      receiver.behave = answers(500);
      await receiver.api.accept("client", individual);
      await receiver.turn();
      const dumps = [lines.join("\n"), await dumpOfD1(receiver.api.tenant)];
      for (const stub of [senderOf(receiver.api.tenant), env.TENANT_GATE.getByName(receiver.api.tenant)]) {
        dumps.push(await runInDurableObject(stub as DurableObjectStub, (_, { storage }) => dumpOf(storage)));
      }
      expect(dumps.every((dump) => dump.length > 20)).toBe(true);
      for (const one of [secret, rotated.body.secret]) {
        const bytes = one.slice("whsec_".length);
        for (const dump of dumps)
          expect([dump.includes(bytes), dump.includes("whsec_")]).toEqual([false, false]);
      }
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  it.each([undefined, "", "not base64", "c2hvcnQ="])(
    "need a key: with WEBHOOK_KEY %j only webhooks are 500",
    async (WEBHOOK_KEY) => {
      const api = new Api();
      await runInDurableObject(senderOf(api.tenant), (sender) => {
        const holder = sender as unknown as { env: Cloudflare.Env };
        const { WEBHOOK_KEY: _, ...others } = holder.env;
        holder.env = WEBHOOK_KEY === undefined ? others : { ...others, WEBHOOK_KEY };
      });
      for (const answer of [await api.get(ENDPOINTS), await api.post(ENDPOINTS, { url: URL_OF_RECEIVER })]) {
        expect([answer.status, answer.body.code]).toEqual([500, "misconfigured"]);
      }
      await api.accept("client", individual);
      const headers = await api.headers();
      const table = await app.request("/api/tables/clients", { headers }, env, createExecutionContext());
      expect(table.status).toBe(200);
    },
  );
});

function dumpOf(storage: DurableObjectStorage): string {
  const tables = storage.sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    )
    .toArray();
  return JSON.stringify(tables.map(({ name }) => storage.sql.exec(`SELECT * FROM ${name}`).toArray()));
}

async function dumpOfD1(tenant: string): Promise<string> {
  const tables = ["webhook_endpoints", "events", "projection_cursors"];
  const found = await env.DB.batch(
    tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} WHERE tenant_id = ?`).bind(tenant)),
  );
  return JSON.stringify(found.map(({ results }) => results));
}
