import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { keyHash } from "../../src/domain/log/hash.ts";
import { fingerprint } from "../../src/http/idempotency.ts";
import { Api, newKey, newTenant } from "../support/api.ts";
import { individual, payment } from "../support/examples.ts";
import { HeldCalls, isLoad, wrapDatabase } from "../support/faulty-d1.ts";
import {
  arrivals,
  eventsOf,
  gateOf,
  keysSaved,
  loseKeys,
  oneTo,
  sequencesOf,
  submissionOf,
} from "../support/gate.ts";

const other = { ...individual, client_id: "C-2" };

describe("one idempotency key", () => {
  it("stores one event for any number of concurrent senders", async () => {
    const api = new Api();
    const key = newKey();
    const answers = await Promise.all(oneTo(40).map(() => api.ingest("client", individual, key)));
    const [event, ...others] = await eventsOf(api.tenant);
    expect(others).toEqual([]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const duplicates = answers.filter(({ status }) => status === 200);
    expect(duplicates).toHaveLength(39);
    for (const { body, headers } of duplicates) {
      expect(body).toMatchObject({ status: "duplicate", message: "Event already processed" });
      expect(headers.get("Idempotent-Replayed")).toBe("true");
    }
    expect(new Set(answers.map(({ body }) => body.event_id))).toEqual(new Set([event?.event_id]));
  });

  it("answers every replay with the first event", async () => {
    const api = new Api();
    const key = newKey();
    const first = await api.ingest("client", individual, key);
    await api.accept("client", { step: "update", client_id: "C-1", name: "Johnny" });
    const again = await api.ingest("client", individual, key);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toMatchObject({ event_id: first.body.event_id, sequence: 1 });
    expect(sequencesOf(await eventsOf(api.tenant))).toEqual([1, 2]);
  });

  it("answers 422 for another body, and nothing changes", async () => {
    const api = new Api();
    const key = newKey();
    await api.ingest("client", individual, key);
    const answer = await api.ingest("client", other, key);
    expect([answer.status, answer.body.code]).toEqual([422, "idempotency_mismatch"]);
    expect(await eventsOf(api.tenant)).toMatchObject([{ record_id: "C-1" }]);
  });

  it("names the event that holds it, from the gate's memory and from D1", async () => {
    const api = new Api();
    const key = newKey();
    const { event_id } = (await api.ingest("client", individual, key)).body;
    expect((await api.ingest("client", other, key)).body).toMatchObject({ event_id });
    await loseKeys(gateOf(api.tenant));
    expect((await api.ingest("client", other, key)).body).toMatchObject({ event_id });
  });

  it("answers 422 for another body while the first is still running", async () => {
    const tenant = newTenant();
    const gate = gateOf(tenant);
    const hold = new HeldCalls();
    (await wrapDatabase(gate)).meet(isLoad, hold.fault, 1);
    const key = newKey();
    const first = gate.submit(tenant, await submissionOf("client", individual, key));
    await hold.reached();
    const second = gate.submit(tenant, await submissionOf("client", other, key));
    await arrivals(gate);
    hold.release();
    expect(await first).toMatchObject({ kind: "accepted", replayed: false });
    expect(await second).toMatchObject({ kind: "rejected", problem: { code: "idempotency_mismatch" } });
    expect(await eventsOf(tenant)).toMatchObject([{ record_id: "C-1" }]);
  });

  it("answers 422 for the same body on another route", async () => {
    const api = new Api();
    const key = newKey();
    await api.ingest("client", individual, key);
    const submission = await submissionOf("client", individual, key, api.tenant);
    const elsewhere = fingerprint("POST", "/v1/disbursements", {
      category: "client",
      data: individual,
    });
    const reply = await gateOf(api.tenant).submit(api.tenant, { ...submission, fingerprint: elsewhere });
    expect(reply).toMatchObject({ kind: "rejected", problem: { code: "idempotency_mismatch" } });
  });

  it("belongs to one tenant", async () => {
    const key = newKey();
    const [one, two] = [new Api(), new Api()];
    const answers = [
      await one.ingest("client", individual, key),
      await two.ingest("client", individual, key),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[0]?.body.event_id).not.toBe(answers[1]?.body.event_id);
    expect((await two.ingest("client", other, key)).status).toBe(422);
    expect((await one.ingest("client", individual, key)).status).toBe(200);
  });
});

describe("a refused event", () => {
  it("does not use up its key", async () => {
    const api = new Api();
    const key = newKey();
    const refused = await api.ingest("payment", payment, key);
    expect([refused.status, refused.body.code]).toEqual([400, "validation_error"]);
    expect((await api.ingest("client", individual, key)).status).toBe(201);
    expect((await api.ingest("payment", payment, key)).status).toBe(422);
  });

  it("accepts the same request after the state has changed", async () => {
    const api = new Api();
    const key = newKey();
    const rename = { step: "update", client_id: "C-1", name: "Jane" };
    expect((await api.ingest("client", rename, key)).status).toBe(404);
    await api.accept("client", individual);
    expect((await api.ingest("client", rename, key)).status).toBe(200);
  });

  it("accepts another request with the same key that waited for it", async () => {
    const tenant = newTenant();
    const gate = gateOf(tenant);
    const hold = new HeldCalls();
    (await wrapDatabase(gate)).meet(isLoad, hold.fault, 1);
    const key = newKey();
    const refused = gate.submit(tenant, await submissionOf("payment", payment, key));
    await hold.reached();
    const corrected = oneTo(3).map(async () =>
      gate.submit(tenant, await submissionOf("client", individual, key)),
    );
    const same = gate.submit(tenant, await submissionOf("payment", payment, key));
    await arrivals(gate);
    hold.release();
    expect(await refused).toMatchObject({ kind: "rejected", problem: { code: "validation_error" } });
    expect((await same).kind).toBe("rejected");
    const replies = await Promise.all(corrected);
    expect(replies.map(({ kind }) => kind)).toEqual(["accepted", "accepted", "accepted"]);
    expect(replies.filter((reply) => reply.kind === "accepted" && !reply.replayed)).toHaveLength(1);
    expect(await eventsOf(tenant)).toMatchObject([{ record_id: "C-1", key_hash: keyHash("", key) }]);
  });
});

describe("the same request", () => {
  const body = (info: string) =>
    JSON.stringify({ category: "client", data: individual }).replace(/\}\}$/, `,"info":${info}}}`);
  const first = body('{"n":1,"list":[1,2],"text":"é","a":{"x":0,"y":null}}');

  it.each([
    ["other white space", first.replaceAll('","', '" ,\n  "').replaceAll('":', '"\t: ')],
    ["members in another order", body('{"a":{"y":null,"x":0},"text":"é","list":[1,2],"n":1}')],
    [
      "the envelope in another order",
      `{"data":${first.slice(first.indexOf('"data":') + 7, -1)},"category":"client"}`,
    ],
    ["1.0 for 1", body('{"n":1.0,"list":[1,2],"text":"é","a":{"x":0,"y":null}}')],
    ["10e-1 for 1", body('{"n":10e-1,"list":[1,2],"text":"é","a":{"x":0,"y":null}}')],
    ["-0.00 for 0", body('{"n":1,"list":[1,2],"text":"é","a":{"x":-0.00,"y":null}}')],
    ["an escape for its character", body('{"n":1,"list":[1,2],"text":"\\u00e9","a":{"x":0,"y":null}}')],
  ])("may be written with %s", async (_, again) => {
    const api = new Api();
    const key = newKey();
    expect((await api.post("/ingest", first, key)).status).toBe(201);
    const answer = await api.post("/ingest", again, key);
    expect([answer.status, answer.body.status]).toEqual([200, "duplicate"]);
  });

  it.each([
    ['"1" for 1', body('{"n":"1","list":[1,2],"text":"é","a":{"x":0,"y":null}}')],
    ['"n1e0" for 1', body('{"n":"n1e0","list":[1,2],"text":"é","a":{"x":0,"y":null}}')],
    ["another order in a list", body('{"n":1,"list":[2,1],"text":"é","a":{"x":0,"y":null}}')],
    [
      "a member that is null and was absent",
      body('{"n":1,"list":[1,2],"text":"é","a":{"x":0,"y":null,"z":null}}'),
    ],
    [
      "a number that a binary float could not tell",
      body('{"n":1.00000000000000000001,"list":[1,2],"text":"é","a":{"x":0,"y":null}}'),
    ],
    ["a decomposed character", body('{"n":1,"list":[1,2],"text":"e\u0301","a":{"x":0,"y":null}}')],
  ])("is another one with %s", async (_, changed) => {
    const api = new Api();
    const key = newKey();
    expect((await api.post("/ingest", first, key)).status).toBe(201);
    expect((await api.post("/ingest", changed, key)).body.code).toBe("idempotency_mismatch");
  });
});

describe("the memory of keys", () => {
  it("survives an eviction of the object, and needs no D1", async () => {
    const api = new Api();
    const key = newKey();
    const first = await api.ingest("client", individual, key);
    await keysSaved(gateOf(api.tenant));
    await evictDurableObject(gateOf(api.tenant));
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const again = await api.ingest("client", individual, key);
    expect([again.status, again.body.event_id]).toEqual([200, first.body.event_id]);
    expect((await api.ingest("client", other, key)).status).toBe(422);
    expect(again.headers.get("x-d1-bookmark")).not.toBeNull();
    expect(d1.roundTrips).toBe(0);
  });

  it("has a second copy in D1: a gate that lost its own still stores no second event", async () => {
    const api = new Api();
    const key = newKey();
    const first = await api.ingest("client", individual, key);
    const gate = gateOf(api.tenant);
    await loseKeys(gate);
    const again = await api.ingest("client", individual, key);
    expect([again.status, again.body.event_id]).toEqual([200, first.body.event_id]);
    expect(again.headers.get("Idempotent-Replayed")).toBe("true");
    await loseKeys(gate);
    expect((await api.ingest("client", other, key)).body.code).toBe("idempotency_mismatch");
    expect(await eventsOf(api.tenant)).toMatchObject([{ sequence: 1, event_id: first.body.event_id }]);
  });

  it("is restored from D1, so that the next replay needs no D1", async () => {
    const api = new Api();
    const key = newKey();
    await api.ingest("client", individual, key);
    const gate = gateOf(api.tenant);
    await loseKeys(gate);
    await api.ingest("client", individual, key);
    const d1 = await wrapDatabase(gate);
    expect((await api.ingest("client", individual, key)).status).toBe(200);
    expect(d1.roundTrips).toBe(0);
  });
});
