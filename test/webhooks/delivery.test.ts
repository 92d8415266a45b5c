import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sweep } from "../../src/fanout/sweep.ts";
import { deliver, historyOf, insertEvents, messageFor, rowCount } from "../fanout/queue.ts";
import { disbursed } from "../ledger/post.ts";
import { Api, newTenant } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { until } from "../support/until.ts";
import {
  answers,
  type Behaviour,
  ENDPOINTS,
  ok,
  type Received,
  Receiver,
  senderOf,
  URL_OF_RECEIVER,
  verify,
} from "./receiver.ts";

const records = { event_types: ["recordChanged"] };
const reset: Behaviour = () => Promise.reject(new Error("Network connection lost."));

/** Sequences of the requests, in order. */
const sequencesOf = (received: readonly Received[]): number[] => received.map(({ data }) => data.sequence);

async function mirrorOf(tenant: string): Promise<readonly Record<string, unknown>[]> {
  const query = "SELECT * FROM webhook_endpoints WHERE tenant_id = ? ORDER BY endpoint_id";
  return (await env.DB.prepare(query).bind(tenant).all()).results;
}

/** A tenant with so many events and an endpoint that has received none of them. */
async function behind(events: number, body: object = records) {
  const receiver = await Receiver.of();
  await insertEvents(receiver.api.tenant, 1, events);
  const endpoint = await receiver.create({ from_sequence: 1, ...body });
  return { receiver, endpoint, tenant: receiver.api.tenant };
}

describe("a delivery", () => {
  it("reports records, journal entries and history in order, and each is verified by the library", async () => {
    const receiver = await Receiver.of();
    const { api } = receiver;
    const { endpoint_id, secret } = await receiver.create();
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    await disbursed(api);
    await api.accept("payment", payment);
    await deliver([messageFor(api.tenant, 4)]);
    await receiver.turn();
    expect(receiver.story).toEqual([
      "recordChanged 1",
      "recordChanged 2",
      "historyAdded 2",
      "journalEntryPosted 3",
      "recordChanged 4",
    ]);
    const log = (await api.get("/api/tables/events?sort_order=asc")).body.data;
    for (const request of receiver.received) {
      expect(request.url).toBe(URL_OF_RECEIVER);
      expect(verify(secret, request)).toEqual({
        type: request.type,
        timestamp: request.timestamp,
        data: request.data,
      });
    }
    const [record, loanCreated, status, entry] = receiver.received;
    expect(record?.data).toEqual({
      event_id: log[0].event_id,
      sequence: 1,
      tenant_id: api.tenant,
      category: "client",
      step: "create",
      id: "C-1",
      occurred_at: log[0].created_at,
    });
    expect(record?.headers.get("traceparent")).toMatch(new RegExp(`^00-${log[0].trace_id}-[0-9a-f]{16}-01$`));
    expect(record?.headers.has("tracestate")).toBe(false);
    expect(loanCreated?.id).not.toBe(record?.id);
    expect(status?.data).toEqual({
      id: log[1].event_id,
      table: "disbursement_status",
      sequence: 2,
      tenant_id: api.tenant,
      disbursement_id: "L-1",
      occurred_at: log[1].created_at,
    });
    expect(entry?.data).toEqual({
      journal_entry_id: expect.any(String),
      tenant_id: api.tenant,
      event_type: "disbursement",
      value_date: "2023-12-25",
      occurred_at: log[2].created_at,
      correlation_id: expect.any(String),
    });
    expect((await receiver.show(endpoint_id)).body).toMatchObject({
      cursor_sequence: 4,
      behind: 0,
      last_success_at: expect.any(String),
      last_failure: null,
    });
  });

  it("carries ids, types and dates, never a name or an amount", async () => {
    const receiver = await Receiver.of();
    await receiver.create();
    await receiver.api.accept("client", { ...individual, name: "Zebulon Quist", email: "zq@example.com" });
    await receiver.turn();
    expect(receiver.received[0]?.body).not.toMatch(/Zebulon|zq@example|\+\d{6}/);
  });

  it("skips types that an endpoint does not take, without a request", async () => {
    const { receiver, endpoint } = await behind(250, { event_types: ["journalEntryPosted"] });
    await receiver.turn();
    expect(receiver.received).toEqual([]);
    expect((await receiver.show(endpoint.endpoint_id)).body).toMatchObject({
      cursor_sequence: 250,
      behind: 0,
    });
  });

  it("starts after the last event, or at the requested sequence", async () => {
    const receiver = await Receiver.of();
    await insertEvents(receiver.api.tenant, 1, 5);
    await receiver.create(records);
    await receiver.create({ ...records, from_sequence: 4 });
    await receiver.create({ ...records, from_sequence: 6 });
    await receiver.turn();
    expect(sequencesOf(receiver.received)).toEqual([4, 5]);
  });

  it("waits for history if an endpoint takes it, and so do later messages", async () => {
    const receiver = await Receiver.of();
    const { api } = receiver;
    await insertEvents(api.tenant, 1, 2);
    await receiver.create({ event_types: ["recordChanged", "historyAdded"], from_sequence: 1 });
    await receiver.create({
      event_types: ["recordChanged"],
      from_sequence: 1,
      url: "https://b.example.com/",
    });
    await receiver.turn();
    const to = (host: string) =>
      receiver.received.filter(({ url }) => url.includes(host)).map(({ type }) => type);
    expect(to("receiver.example.com")).toEqual(["recordChanged"]);
    expect(to("b.example.com")).toEqual(["recordChanged", "recordChanged"]);
    expect(await receiver.alarmAt()).toBeNull();
    await deliver([messageFor(api.tenant, 2)]);
    await until(() => receiver.received.length === 6);
    expect(to("receiver.example.com")).toEqual([
      "recordChanged",
      "historyAdded",
      "recordChanged",
      "historyAdded",
    ]);
  });
});

describe("the trigger of a delivery", () => {
  it("is the queue: an event that makes no history is delivered within seconds", async () => {
    const receiver = await Receiver.of();
    await receiver.create();
    await receiver.api.accept("client", individual);
    await until(() => receiver.received.length === 1);
  });

  it("is the sweep, when every message is lost", async () => {
    const { receiver, tenant } = await behind(3);
    await runInDurableObject(senderOf(tenant), (_, state) => state.storage.deleteAlarm());
    await sweep(env);
    await until(() => receiver.received.length === 3);
  });

  it("is the sweep only for a sender without an alarm of its own", async () => {
    const { receiver, tenant } = await behind(3);
    receiver.behave = answers(500);
    await receiver.turn();
    await sweep(env);
    await receiver.alarm();
    expect(receiver.received).toHaveLength(2);
    const [row] = await mirrorOf(tenant);
    expect(row).toMatchObject({ status: "enabled", cursor_sequence: 0, last_error: "status 500" });
  });

  it("does not exist after the last endpoint is removed: the queue then gets only events with history", async () => {
    const receiver = await Receiver.of();
    const { endpoint_id } = await receiver.create();
    const sent: unknown[] = [];
    await runInDurableObject(env.TENANT_GATE.getByName(receiver.api.tenant), (gate) => {
      const holder = gate as unknown as { env: Cloudflare.Env };
      const send = async (body: unknown) => void sent.push(body);
      holder.env = { ...holder.env, HISTORY_QUEUE: { send } as unknown as Queue<unknown> };
    });
    await receiver.api.accept("client", individual);
    expect(sent).toMatchObject([{ upto: 1 }]);
    await receiver.api.delete(`${ENDPOINTS}/${endpoint_id}`);
    await receiver.api.accept("client", { ...individual, client_id: "C-2" });
    expect(sent).toHaveLength(1);
  });
});

describe("a receiver that fails", () => {
  const delays = [5, 15, 60, 300, 900, 1_800, 3_600, 3_600];

  it("is retried after 5 s, 15 s, 1, 5, 15, 30 minutes, then each hour, within a tenth", async () => {
    const { receiver, endpoint } = await behind(2);
    receiver.behave = answers(503);
    await receiver.turn();
    for (const [index, seconds] of delays.entries()) {
      const wait = ((await receiver.alarmAt()) ?? 0) - receiver.now;
      expect(wait / 1000).toBeGreaterThan(seconds * 0.9 - 2);
      expect(wait / 1000).toBeLessThanOrEqual(seconds * 1.1);
      const { last_failure } = (await receiver.show(endpoint.endpoint_id)).body;
      expect(last_failure).toMatchObject({ status: 503, error: "status", attempts: index + 1 });
      await receiver.alarm();
    }
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers.get("webhook-timestamp"))).size).toBe(9);
  });

  it("is not retried before its Retry-After, up to an hour", async () => {
    const { receiver } = await behind(1);
    receiver.behave = answers(429, { "Retry-After": "120" });
    await receiver.turn();
    const wait = async () => ((await receiver.alarmAt()) ?? 0) - receiver.now;
    expect(await wait()).toBeGreaterThan(115_000);
    receiver.behave = answers(429, { "Retry-After": new Date(receiver.now + 9 * 86_400_000).toUTCString() });
    await receiver.alarm();
    expect(await wait()).toBeGreaterThan(3_590_000);
    expect(await wait()).toBeLessThanOrEqual(3_600_000);
  });

  it("is retried for 72 hours: then deliveries stop, no message is lost, and enabling continues at once", async () => {
    const { receiver, endpoint, tenant } = await behind(3);
    receiver.behave = ({ data }) => (data.sequence === 2 ? answers(500)({} as Received) : new Response());
    await receiver.turn();
    const start = receiver.now;
    while (await receiver.alarm());
    expect((receiver.now - start) / 3_600_000).toBeGreaterThan(72);
    expect((receiver.now - start) / 3_600_000).toBeLessThan(74);
    const path = `${ENDPOINTS}/${endpoint.endpoint_id}`;
    expect((await receiver.api.get(path)).body).toMatchObject({
      status: "failing",
      cursor_sequence: 1,
      behind: 2,
    });
    expect(await mirrorOf(tenant)).toMatchObject([{ status: "failing", last_error: "status 500" }]);
    const attempts = receiver.received.length;
    await receiver.turn();
    expect(receiver.received).toHaveLength(attempts);
    receiver.behave = ok;
    const enabled = await receiver.api.patch(path, { status: "enabled" });
    expect(enabled.body).toMatchObject({ status: "enabled", last_failure: { attempts: 0 } });
    await receiver.turn();
    expect(sequencesOf(receiver.received.slice(attempts))).toEqual([2, 3]);
  });

  it("that answers 410 is disabled at once", async () => {
    const { receiver, endpoint, tenant } = await behind(2);
    receiver.behave = answers(410);
    await receiver.turn();
    expect((await receiver.show(endpoint.endpoint_id)).body).toMatchObject({
      status: "disabled",
      last_failure: { status: 410, attempts: 1 },
    });
    expect([await receiver.alarmAt(), await mirrorOf(tenant)]).toMatchObject([
      null,
      [{ status: "disabled" }],
    ]);
  });

  it.each([
    ["redirects", answers(307, { Location: "https://elsewhere.example.com/" }), "redirect"],
    ["resets", reset, "connection"],
    [
      "breaks off in the middle of its answer",
      () => {
        const pull = (controller: ReadableStreamDefaultController) => controller.error(new Error("reset"));
        return new Response(new ReadableStream({ pull }), { status: 200 });
      },
      "connection",
    ],
  ] as const)("and %s has not taken the message", async (_what, behave, error) => {
    const { receiver, endpoint } = await behind(1);
    receiver.behave = behave;
    await receiver.turn();
    expect((await receiver.show(endpoint.endpoint_id)).body).toMatchObject({
      cursor_sequence: 0,
      last_failure: { error },
    });
    expect(receiver.received.map(({ url }) => url)).toEqual([URL_OF_RECEIVER]);
  });

  it("for an hour, and recovers, gets every message once and in order", async () => {
    const { receiver, endpoint } = await behind(40);
    const comesBack = receiver.now + 3_600_000;
    const taken: number[] = [];
    receiver.behave = ({ data }) => {
      if (data.sequence > 7 && receiver.now < comesBack) return reset({} as Received);
      taken.push(data.sequence);
      return new Response();
    };
    await receiver.turn();
    while (await receiver.alarm());
    expect(taken).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect((await receiver.show(endpoint.endpoint_id)).body).toMatchObject({ behind: 0, last_failure: null });
  });

  it("in each way by turns loses no message and gets none out of order", async () => {
    const { receiver, endpoint } = await behind(60, { event_types: ["recordChanged", "historyAdded"] });
    await deliver([messageFor(receiver.api.tenant, 60)]);
    const taken: string[] = [];
    let turn = 0;
    receiver.behave = async (request) => {
      turn += 1;
      const how = (turn * 7_919) % 11;
      if (how === 0) return reset(request);
      if (how === 1) return answers(500)(request);
      if (how === 2) return answers(301, { Location: "https://elsewhere.example.com/" })(request);
      // Taken, and the answer is lost: it comes again.
      taken.push(request.id);
      return how === 3 ? reset(request) : new Response();
    };
    await receiver.turn();
    while (await receiver.alarm());
    const once = taken.filter((id, index) => taken[index - 1] !== id);
    expect(once).toHaveLength(120);
    expect(new Set(once).size).toBe(120);
    const places = once.map((id) => [Number(id.split("_").at(-3)), id.includes("history") ? 1 : 0]);
    expect(places).toEqual([...places].sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d));
    expect((await receiver.show(endpoint.endpoint_id)).body.behind).toBe(0);
  });

  it("does not delay another endpoint, its tenant's history, or another tenant's webhooks", async () => {
    const receiver = await Receiver.of();
    const other = await Receiver.of();
    const dead = "https://dead.example.com/";
    await receiver.create({ url: dead });
    await receiver.create();
    await other.create();
    receiver.behave = ({ url }) => (url === dead ? new Promise(() => {}) : new Response());
    for (const { api } of [receiver, other]) {
      await api.accept("client", individual);
      await api.accept("disbursement", loan);
    }
    const alive = () => receiver.received.filter(({ url }) => url !== dead).length;
    await until(() => alive() === 3 && other.received.length === 3);
    expect(rowCount(await historyOf(receiver.api.tenant))).toBe(1);
  });
});

describe("an endpoint", () => {
  it("has one request in flight at a time, and four endpoints of a tenant are served at once", async () => {
    const receiver = await Receiver.of();
    await insertEvents(receiver.api.tenant, 1, 8);
    for (let n = 0; n < 7; n += 1) {
      await receiver.create({ ...records, from_sequence: 1, url: `https://r${n}.example.com/` });
    }
    const open = new Map<string, number>();
    let most = 0;
    receiver.behave = async ({ url }) => {
      open.set(url, (open.get(url) ?? 0) + 1);
      expect(open.get(url)).toBe(1);
      most = Math.max(most, open.size);
      await new Promise((resolve) => setTimeout(resolve, 1));
      open.delete(url);
      return new Response();
    };
    await receiver.turn();
    expect([receiver.received.length, most]).toEqual([56, 4]);
  });

  it("is served by turns when several have many deliveries", async () => {
    const receiver = await Receiver.of();
    await insertEvents(receiver.api.tenant, 1, 150);
    for (let n = 0; n < 6; n += 1) {
      await receiver.create({ ...records, from_sequence: 1, url: `https://r${n}.example.com/` });
    }
    await receiver.turn();
    while (await receiver.alarm());
    expect(receiver.received).toHaveLength(900);
    for (let n = 0; n < 6; n += 1) {
      const own = receiver.received.filter(({ url }) => url === `https://r${n}.example.com/`);
      expect(sequencesOf(own)).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
    }
  });

  it("continues where it stopped after its sender was evicted", async () => {
    const { receiver, tenant } = await behind(6);
    receiver.behave = ({ data }) => (data.sequence === 4 ? answers(500)({} as Received) : new Response());
    await receiver.turn();
    await evictDurableObject(senderOf(tenant));
    await receiver.plug();
    receiver.behave = ok;
    await receiver.alarm();
    expect(sequencesOf(receiver.received)).toEqual([1, 2, 3, 4, 4, 5, 6]);
  });

  it("that is disabled gets nothing, and continues where it stopped when it is enabled", async () => {
    const { receiver, endpoint, tenant } = await behind(2);
    await receiver.turn();
    const path = `${ENDPOINTS}/${endpoint.endpoint_id}`;
    await receiver.api.patch(path, { status: "disabled" });
    await insertEvents(tenant, 3, 4);
    await receiver.turn();
    expect(receiver.received).toHaveLength(2);
    await receiver.api.patch(path, { status: "enabled" });
    await receiver.turn();
    expect(sequencesOf(receiver.received)).toEqual([1, 2, 3, 4]);
  });

  it("with a new URL continues there at the same place, at once", async () => {
    const { receiver, endpoint } = await behind(3);
    receiver.behave = ({ url, data }) =>
      url === URL_OF_RECEIVER && data.sequence === 2 ? answers(500)({} as Received) : new Response();
    await receiver.turn();
    const url = "https://new.example.com/";
    await receiver.api.patch(`${ENDPOINTS}/${endpoint.endpoint_id}`, { url });
    await receiver.turn();
    expect(receiver.received.map((request) => [request.url, request.data.sequence])).toEqual([
      [URL_OF_RECEIVER, 1],
      [URL_OF_RECEIVER, 2],
      [url, 2],
      [url, 3],
    ]);
  });

  it("replays from the requested sequence, with the same ids", async () => {
    const { receiver, endpoint } = await behind(5);
    await receiver.turn();
    const path = `${ENDPOINTS}/${endpoint.endpoint_id}/replay`;
    const answer = await receiver.api.post(path, { from_sequence: 3 });
    expect([answer.status, answer.body]).toMatchObject([200, { cursor_sequence: 2, behind: 3 }]);
    await receiver.turn();
    expect(sequencesOf(receiver.received)).toEqual([1, 2, 3, 4, 5, 3, 4, 5]);
    expect(receiver.received.at(-1)?.id).toBe(receiver.received.at(4)?.id);
    for (const from_sequence of [0, 7]) {
      expect((await receiver.api.post(path, { from_sequence })).status).toBe(400);
    }
    expect((await receiver.api.post(path, { from_sequence: 6 })).status).toBe(200);
  });

  it.each([
    ["replay", (api: Api, path: string) => api.post(`${path}/replay`, { from_sequence: 1 }), 0],
    ["another URL", (api: Api, path: string) => api.patch(path, { url: "https://new.example.com/" }), 2],
    ["disabling", (api: Api, path: string) => api.patch(path, { status: "disabled" }), 2],
    ["deletion", (api: Api, path: string) => api.delete(path), null],
  ] as const)("an answer that comes after %s does not count", async (_what, change, cursor) => {
    const { receiver, endpoint } = await behind(3);
    const path = `${ENDPOINTS}/${endpoint.endpoint_id}`;
    let changed = false;
    let [isOver, isRead] = [false, false];
    receiver.behave = async ({ data }) => {
      if (data.sequence === 3 && !changed) {
        changed = true;
        await change(receiver.api, path);
        // What happens next is not this test's.
        receiver.behave = async () => {
          isOver = true;
          await until(() => isRead);
          return new Response();
        };
        const shown = await receiver.api.get(path);
        expect(shown.body.cursor_sequence ?? null).toBe(cursor);
      }
      return new Response();
    };
    const turn = receiver.turn().then(() => {
      isOver = true;
    });
    await until(() => isOver);
    expect(changed).toBe(true);
    const shown = await receiver.api.get(path);
    expect(shown.body.cursor_sequence ?? null).toBe(cursor);
    isRead = true;
    await turn;
  });
});

describe("operators", () => {
  it("see each endpoint that lags or fails, with its last error and no secret", async () => {
    const { receiver, endpoint, tenant } = await behind(5);
    receiver.behave = ({ data }) => (data.sequence === 3 ? answers(502)({} as Received) : new Response());
    await receiver.turn();
    expect(await mirrorOf(tenant)).toEqual([
      {
        tenant_id: tenant,
        endpoint_id: endpoint.endpoint_id,
        status: "enabled",
        cursor_sequence: 2,
        next_attempt_at: expect.any(Number),
        failed_since: expect.any(Number),
        last_error: "status 502",
        updated_at: expect.any(Number),
      },
    ]);
    receiver.behave = ok;
    while (await receiver.alarm());
    expect(await mirrorOf(tenant)).toMatchObject([
      { cursor_sequence: 5, next_attempt_at: null, failed_since: null, last_error: null },
    ]);
  });

  it("need not repair a copy that D1 did not store: it is written later", async () => {
    const receiver = await Receiver.of(new Api(newTenant()));
    const { tenant } = receiver.api;
    const real = env.DB;
    const withEnv = (change: Partial<Cloudflare.Env>) =>
      runInDurableObject(senderOf(tenant), (sender) => {
        const holder = sender as unknown as { env: Cloudflare.Env };
        holder.env = { ...holder.env, ...change };
      });
    await insertEvents(tenant, 1, 1);
    const { FaultyD1, failBefore } = await import("../support/faulty-d1.ts");
    const d1 = new FaultyD1(real).meet(
      ({ statements }) => statements.some(({ sql }) => /insert into "webhook_endpoints"/i.test(sql)),
      failBefore(),
    );
    await withEnv({ DB: d1.binding });
    await receiver.create({ ...records, from_sequence: 1 });
    expect(await mirrorOf(tenant)).toEqual([]);
    await receiver.turn();
    expect([receiver.received.length, await mirrorOf(tenant)]).toEqual([1, []]);
    d1.heal();
    expect(await receiver.alarm()).toBe(true);
    expect(await mirrorOf(tenant)).toMatchObject([{ cursor_sequence: 1 }]);
  });
});
