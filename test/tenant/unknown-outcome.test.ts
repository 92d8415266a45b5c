import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CALL_VERSION } from "../../src/tenant/submission.ts";
import { Api, newKey } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import {
  CONNECTION_LOST,
  type Fault,
  FaultyD1,
  failAfter,
  failBefore,
  HeldCalls,
  isCommit,
  isLoad,
  wrapDatabase,
} from "../support/faulty-d1.ts";
import {
  eventsOf,
  gateOf,
  oneTo,
  sequencesOf,
  settleWhole,
  submissionOf,
  writerContext,
} from "../support/gate.ts";
import { until } from "../support/until.ts";

async function apiWithFaults() {
  const api = new Api();
  return { api, d1: await wrapDatabase(gateOf(api.tenant)) };
}

describe("a write with an unknown outcome in D1", () => {
  it("answers 201 once when the commit landed and its answer was lost", async () => {
    const { api, d1 } = await apiWithFaults();
    d1.meet(isCommit, failAfter(), 1);
    const answer = await api.ingest("client", individual);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("Idempotent-Replayed")).toBeNull();
    expect(await eventsOf(api.tenant)).toMatchObject([{ sequence: 1, event_id: answer.body.event_id }]);
  });

  it("is written again when the commit was lost on its way", async () => {
    const { api, d1 } = await apiWithFaults();
    d1.meet(isCommit, failBefore(), 2);
    const answer = await api.ingest("client", individual);
    expect(answer.status).toBe(201);
    expect(await eventsOf(api.tenant)).toMatchObject([{ sequence: 1, event_id: answer.body.event_id }]);
  });

  it("survives a load that fails once", async () => {
    const { api, d1 } = await apiWithFaults();
    d1.meet(isLoad, failBefore(), 1);
    expect((await api.ingest("client", individual)).status).toBe(201);
    expect(await eventsOf(api.tenant)).toHaveLength(1);
  });

  it("answers 503 with Retry-After while D1 is unavailable, and a retry stores the one event", async () => {
    const { api, d1 } = await apiWithFaults();
    const key = newKey();
    d1.meet(isCommit, failBefore());
    const failed = await api.ingest("client", individual, key);
    expect([failed.status, failed.body.code]).toEqual([503, "unavailable"]);
    expect(Number(failed.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await eventsOf(api.tenant)).toEqual([]);
    d1.heal();
    expect((await api.ingest("client", individual, key)).status).toBe(201);
    expect(sequencesOf(await eventsOf(api.tenant))).toEqual([1]);
  });

  it("answers 503 when no read back is possible, and a retry finds the stored event", async () => {
    const { api, d1 } = await apiWithFaults();
    const key = newKey();
    let landed = false;
    d1.meet(isCommit, async (send) => {
      await send();
      landed = true;
      throw new Error("Network connection lost.");
    });
    d1.meet(() => landed, failBefore());
    const failed = await api.ingest("client", individual, key);
    expect([failed.status, failed.body.code]).toEqual([503, "unavailable"]);
    expect(failed.headers.has("Retry-After")).toBe(true);
    d1.heal();
    const [event, ...others] = await eventsOf(api.tenant);
    expect(others).toEqual([]);
    const retried = await api.ingest("client", individual, key);
    expect([retried.status, retried.body.status]).toEqual([200, "duplicate"]);
    expect(retried.body.event_id).toBe(event?.event_id);
    const other = await api.ingest("client", { ...individual, name: "Jane Doe" }, key);
    expect([other.status, other.body.code]).toEqual([422, "idempotency_mismatch"]);
    expect(await eventsOf(api.tenant)).toHaveLength(1);
  });

  it("is found by a reader who waits for it, although no gate knows that it is there", async () => {
    const { api, d1 } = await apiWithFaults();
    await api.accept("client", individual);
    let landed = false;
    d1.meet(isCommit, async (send) => {
      await send();
      landed = true;
      throw new Error(CONNECTION_LOST);
    });
    d1.meet(() => landed, failBefore());
    expect((await api.ingest("client", { ...individual, client_id: "C-2" })).status).toBe(503);
    d1.heal();
    const wait = { version: CALL_VERSION, id: "w-1", for: "event", sequence: 1, ms: 10_000 } as const;
    expect(await gateOf(api.tenant).wait(api.tenant, wait)).toMatchObject({ happened: true });
  });

  it("is not retried when D1 says that it is overloaded", async () => {
    const { api, d1 } = await apiWithFaults();
    d1.meet(isLoad, failBefore("D1_ERROR: D1 DB is overloaded. Too many requests queued."));
    const answer = await api.ingest("client", individual);
    expect(answer.status).toBe(503);
    expect(answer.headers.has("Retry-After")).toBe(true);
    expect(d1.roundTrips).toBe(1);
  });

  it("fences a commit that lands late, after the same key was settled by another path", async () => {
    const { api, d1 } = await apiWithFaults();
    const key = newKey();
    const late = new HeldCalls();
    d1.meet(isCommit, late.fault, 1);
    const slow = api.ingest("client", individual, key);
    await late.reached();
    const submission = await submissionOf("client", individual, key, api.tenant);
    const [settled] = await settleWhole(writerContext(api.tenant), [submission]);
    const verdict = settled?.verdicts.get(submission.key);
    if (verdict?.kind !== "accepted") throw new Error("the other path must settle the key");
    late.release();
    const answer = await slow;
    expect([answer.status, answer.body.event_id]).toEqual([200, verdict.answer.event_id]);
    expect(await eventsOf(api.tenant)).toMatchObject([
      { sequence: 1, event_id: verdict.answer.event_id, key_hash: submission.key },
    ]);
  });

  it("fences a commit that lands late, after another event took its sequence", async () => {
    const { api, d1 } = await apiWithFaults();
    const late = new HeldCalls();
    d1.meet(isCommit, late.fault, 1);
    const slow = api.ingest("client", individual);
    await late.reached();
    const other = await submissionOf("client", { ...individual, client_id: "C-2" });
    await settleWhole(writerContext(api.tenant), [other]);
    late.release();
    expect(await slow).toMatchObject({ status: 201, body: { sequence: 2 } });
    expect(await eventsOf(api.tenant)).toMatchObject([{ record_id: "C-2" }, { record_id: "C-1" }]);
  });

  it("stores one event per key of the whole group when its answer is lost", async () => {
    const { api, d1 } = await apiWithFaults();
    const first = new HeldCalls();
    d1.meet(isCommit, first.fault, 1).meet(isCommit, failAfter(), 1);
    const clients = oneTo(9).map((number) => ({ ...individual, client_id: `C-${number}` }));
    const running = clients.map((client) => api.ingest("client", client));
    await first.reached();
    first.release();
    const answers = await Promise.all(running);
    expect(answers.map(({ status }) => status)).toEqual(clients.map(() => 201));
    const events = await eventsOf(api.tenant);
    expect(sequencesOf(events)).toEqual(oneTo(9));
    expect(new Set(events.map(({ event_id }) => event_id))).toEqual(
      new Set(answers.map(({ body }) => body.event_id)),
    );
  });
});

describe("settleGroup", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("answers a replay even when this writer's own commit stored the event", async () => {
    const { tenant } = new Api();
    const d1 = new FaultyD1(env.DB).meet(isCommit, failAfter(), 1);
    const submission = await submissionOf("client", individual);
    const [first] = await settleWhole(writerContext(tenant, d1.binding), [submission]);
    const [second] = await settleWhole(writerContext(tenant, d1.binding), [submission]);
    expect(first?.verdicts.get(submission.key)).toMatchObject({ kind: "accepted", replayed: false });
    expect(second?.verdicts.get(submission.key)).toMatchObject({ kind: "accepted", replayed: true });
  });

  it("times out a load that does not answer, and retries", async () => {
    const { tenant } = new Api();
    const d1 = new FaultyD1(env.DB).meet(isLoad, () => new Promise(() => {}), 1);
    const submission = await submissionOf("client", individual);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const settling = settleWhole(writerContext(tenant, d1.binding), [submission]);
    await until(() => d1.roundTrips === 1);
    vi.advanceTimersByTime(10_000);
    const [settled] = await settling;
    expect(settled?.verdicts.get(submission.key)).toMatchObject({ kind: "accepted", replayed: false });
  });

  it("times out a commit that does not answer, and fences it when it lands after the retry", async () => {
    const { tenant } = new Api();
    const submission = await submissionOf("client", individual);
    const hold = new HeldCalls();
    let late: Promise<unknown> = Promise.resolve();
    const slow: Fault = (send) => {
      late = hold.fault(send);
      return late;
    };
    const d1 = new FaultyD1(env.DB).meet(isCommit, slow, 1);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const settling = settleWhole(writerContext(tenant, d1.binding), [submission]);
    await hold.reached();
    vi.advanceTimersByTime(10_000);
    const [settled] = await settling;
    const verdict = settled?.verdicts.get(submission.key);
    expect(verdict).toMatchObject({ kind: "accepted", replayed: false, answer: { sequence: 1 } });
    vi.useRealTimers();
    hold.release();
    await expect(late).rejects.toThrow("NOT NULL constraint failed: events.tenant_id");
    expect(await eventsOf(tenant)).toMatchObject([{ sequence: 1, key_hash: submission.key }]);
  });
});
