import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { deliver, messageFor, runSweep } from "../fanout/queue.ts";
import { Api, newKey } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { failAfter, failBefore, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { eventsOf, gateOf, keysSaved, sequencesOf } from "../support/gate.ts";
import { restore, snapshotOf } from "../support/time-travel.ts";
import { ENDPOINTS, Receiver, senderOf } from "../webhooks/receiver.ts";

const client = (name: string) => ({ ...individual, client_id: `C-${name}` });
const records = { event_types: ["recordChanged", "logRestored"] };

afterEach(() => {
  vi.useRealTimers();
});

/** The tenant's events over the API, in order. */
async function logOf(api: Api) {
  const { body } = await api.get("/api/tables/events?sort_order=asc&limit=200");
  return body.data;
}

/** A tenant that has lost three of its four events. */
async function lost() {
  const api = new Api();
  await api.accept("client", client("1"));
  const before = await snapshotOf(api.tenant);
  const keys = [newKey(), newKey(), newKey()];
  for (const [index, key] of keys.entries()) await api.ingest("client", client(`lost-${index}`), key);
  const events = await eventsOf(api.tenant);
  await keysSaved(gateOf(api.tenant), 4);
  await restore(api.tenant, before);
  return { api, keys, events };
}

describe("the event of a restore", () => {
  it("comes before anything else, names what is lost, and is chained to what the log ends with", async () => {
    const { api, events } = await lost();
    const next = await api.accept("client", client("next"));
    const log = await logOf(api);
    expect(log.map(({ sequence }: { sequence: number }) => sequence)).toEqual([1, 1_001, 1_002]);
    expect(next.body.sequence).toBe(1_002);
    const [, restored] = log;
    expect(restored).toMatchObject({
      category: "log",
      step: "restored",
      id: restored.event_id,
      actor: null,
      data: { restored_to: 1, lost_from: 2, lost_to: 1_000, last_known: 4, last_known_hash: events[3]?.hash },
    });
  });

  it("comes also where the log is empty by now", async () => {
    const api = new Api();
    const empty = await snapshotOf(api.tenant);
    await api.accept("client", client("1"));
    await restore(api.tenant, empty);
    await api.accept("client", client("1"));
    const [restored, created] = await logOf(api);
    expect(restored).toMatchObject({
      sequence: 1_001,
      data: { restored_to: 0, lost_from: 1, lost_to: 1_000, last_known: 1 },
    });
    expect(created).toMatchObject({ sequence: 1_002, category: "client" });
  });

  it("is written once, however often D1 fails at it, and also by an object that was evicted", async () => {
    const { api } = await lost();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    // The first is decided from memory, and void.
    d1.meet(isCommit, failAfter(), 2);
    await api.accept("client", client("next"));
    await evictDurableObject(gateOf(api.tenant));
    await api.accept("client", client("other"));
    expect(sequencesOf(await eventsOf(api.tenant))).toEqual([1, 1_001, 1_002, 1_003]);
  });

  it("uses no sequence again after a commit that never came to D1", async () => {
    const { api } = await lost();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    d1.meet(isCommit, failBefore(), 2);
    await api.accept("client", client("next"));
    expect(sequencesOf(await eventsOf(api.tenant))).toEqual([1, 2_001, 2_002]);
  });

  it("comes again after the restore is undone: what is back stays, and what came after it is named as lost", async () => {
    const api = new Api();
    await api.accept("client", client("1"));
    const earlier = await snapshotOf(api.tenant);
    const key = newKey();
    await api.ingest("client", client("2"), key);
    const later = await snapshotOf(api.tenant);
    await keysSaved(gateOf(api.tenant), 2);
    await restore(api.tenant, earlier);
    await api.accept("client", client("3"));
    await restore(api.tenant, later);
    await api.accept("client", client("4"));
    const log = await logOf(api);
    expect(log.map(({ id }: { id: string }) => id)).toMatchObject(["C-1", "C-2", expect.any(String), "C-4"]);
    expect(log[2].data).toMatchObject({ restored_to: 2, lost_from: 3, last_known: 1_002 });
    const again = await api.ingest("client", client("2"), key);
    expect([again.status, again.body.sequence]).toEqual([200, 2]);
  });

  it("does not come where another writer has only gone on, nor where D1 is as it was", async () => {
    const api = new Api();
    await api.accept("client", client("1"));
    await restore(api.tenant, await snapshotOf(api.tenant));
    await evictDurableObject(gateOf(api.tenant));
    await api.accept("client", client("2"));
    expect(sequencesOf(await eventsOf(api.tenant))).toEqual([1, 2]);
  });
});

describe("keys after a restore", () => {
  it("of lost events can be used again, and those of events that stayed cannot", async () => {
    const { api, keys, events } = await lost();
    await api.accept("client", client("next"));
    const again = await api.ingest("client", client("lost-0"), keys[0]);
    expect([again.status, again.body.sequence]).toEqual([201, 1_003]);
    expect((await api.ingest("client", client("lost-0"), keys[0])).body.status).toBe("duplicate");
    expect(events[0]).toMatchObject({ sequence: 1 });
  });

  it("of lost events are unknown to a gate that hears of the restore by a replay", async () => {
    const { api, keys } = await lost();
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(Date.now() + 61_000);
    const again = await api.ingest("client", client("lost-1"), keys[1]);
    expect([again.status, again.body.sequence]).toEqual([201, 1_002]);
  });

  it("of webhook endpoints stay, and their requests are no events", async () => {
    const api = new Api();
    await api.accept("client", client("1"));
    const before = await snapshotOf(api.tenant);
    const key = newKey();
    await api.post(ENDPOINTS, { url: "https://receiver.example.com/1" }, key);
    await api.accept("client", client("2"));
    await restore(api.tenant, before);
    await api.accept("client", client("3"));
    expect((await api.ingest("client", client("4"), key)).status).toBe(422);
  });
});

describe("webhooks after a restore", () => {
  const sequences = ({ received }: Receiver) => received.map(({ data }) => data.sequence);

  it("report every event of the new time, once and with ids of their own", async () => {
    const receiver = await Receiver.of();
    const { api } = receiver;
    await receiver.create(records);
    await api.accept("client", client("1"));
    await receiver.turn();
    const before = await snapshotOf(api.tenant);
    for (const name of ["a", "b", "c"]) await api.accept("client", client(name));
    await receiver.turn();
    await keysSaved(gateOf(api.tenant), 4);
    await restore(api.tenant, before);
    for (const name of ["x", "y"]) await api.accept("client", client(name));
    await deliver([messageFor(api.tenant, 1_003)]);
    await receiver.turn();
    expect(sequences(receiver)).toEqual([1, 2, 3, 4, 1_001, 1_002, 1_003]);
    expect(receiver.received.map(({ type }) => type)[4]).toBe("logRestored");
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(7);
    const [endpoint] = (await api.get(ENDPOINTS)).body.data;
    expect(endpoint).toMatchObject({ cursor_sequence: 1_003, behind: 0 });
  });

  it("go to an endpoint that D1 does not know any more", async () => {
    const receiver = await Receiver.of();
    const { api } = receiver;
    await api.accept("client", client("1"));
    const before = await snapshotOf(api.tenant);
    await receiver.create(records);
    await restore(api.tenant, before);
    await api.accept("client", client("2"));
    await api.accept("client", client("3"));
    await deliver([{ ...messageFor(api.tenant, 3), followed: true }]);
    await runDurableObjectAlarm(senderOf(api.tenant));
    expect(sequences(receiver)).toEqual([2, 3]);
  });

  it("leave operators no row of an endpoint that was deleted, and give back the row of one that was made", async () => {
    const receiver = await Receiver.of();
    const { api } = receiver;
    const deleted = await receiver.create(records);
    await api.accept("client", client("1"));
    await receiver.turn();
    const before = await snapshotOf(api.tenant);
    const made = await receiver.create(records);
    await api.delete(`${ENDPOINTS}/${deleted.endpoint_id}`);
    await api.accept("client", client("2"));
    await keysSaved(gateOf(api.tenant), 2);
    await restore(api.tenant, before);
    await api.accept("client", client("3"));
    await runDurableObjectAlarm(gateOf(api.tenant));
    await receiver.turn();
    const query = "SELECT endpoint_id, cursor_sequence FROM webhook_endpoints WHERE tenant_id = ?";
    const { results } = await env.DB.prepare(query).bind(api.tenant).all();
    expect(results).toEqual([{ endpoint_id: made.endpoint_id, cursor_sequence: 1_002 }]);
  });
});

it("a cursor of the feed from before a restore misses no event of the new time, and repeats none", async () => {
  const api = new Api();
  await api.accept("client", client("1"));
  const before = await snapshotOf(api.tenant);
  for (const name of ["a", "b", "c"]) await api.accept("client", client(name));
  await keysSaved(gateOf(api.tenant), 4);
  const seen: string[] = [];
  let cursor = "";
  const read = async () => {
    const at = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await api.get(`/api/tables/events?sort_order=asc&limit=2${at}`);
    seen.push(
      ...body.data.map(({ id, category }: { id: string; category: string }) =>
        category === "log" ? "log" : id,
      ),
    );
    cursor = body.pagination.next_cursor;
  };
  for (let page = 0; page < 3; page += 1) await read();
  await restore(api.tenant, before);
  await read();
  for (const name of ["x", "y", "z"]) await api.accept("client", client(name));
  for (let page = 0; page < 3; page += 1) await read();
  expect(seen).toEqual(["C-1", "C-a", "C-b", "C-c", "log", "C-x", "C-y", "C-z"]);
  await runSweep();
});
