import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { deliver, insertEvents, messageFor, tenantWithoutQueue } from "../fanout/queue.ts";
import { type Answer, Api, answerOf } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { FaultyD1, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { until } from "../support/until.ts";

const FEED = "/api/tables/events?sort_order=asc";
const STATUS = "/api/tables/disbursement_status";
const waits = (seconds: number) => ({ Prefer: `wait=${seconds}` });
const sequences = ({ body }: Answer): number[] => body.data.map((row: { sequence: number }) => row.sequence);

async function timed(work: Promise<Answer>): Promise<Answer & { readonly ms: number }> {
  const start = Date.now();
  return { ...(await work), ms: Date.now() - start };
}

/** Reads the feed from a cursor on. */
const next = (api: Api, { body }: Answer, headers = {}) =>
  timed(api.get(`${FEED}&cursor=${body.pagination.next_cursor}`, headers));

describe("the feed", () => {
  it("has a cursor on every page: of an empty tenant, of the last page, of a page without a match", async () => {
    const api = new Api();
    const empty = await api.get(FEED);
    expect(empty.body).toMatchObject({
      data: [],
      pagination: { has_more: false, next_cursor: expect.any(String) },
    });
    await api.accept("client", individual);
    const first = await next(api, empty);
    expect([sequences(first), first.body.pagination.has_more]).toEqual([[1], false]);
    const payments = await api.get(`${FEED}&category=payment`);
    expect(payments.body).toMatchObject({ data: [], pagination: { next_cursor: expect.any(String) } });
    await api.accept("disbursement", loan);
    await api.accept("payment", payment);
    expect(sequences(await next(api, first))).toEqual([2, 3]);
    const filtered = await api.get(`${FEED}&category=payment&cursor=${payments.body.pagination.next_cursor}`);
    expect(sequences(filtered)).toEqual([3]);
  });

  it("gives every event once and in order, page by page, while others write", async () => {
    const api = new Api();
    let page = await api.get(`${FEED}&limit=3`);
    const seen: number[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      if (turn < 8) {
        await Promise.all(
          [0, 1].map((n) => api.accept("client", { ...individual, client_id: `C-${turn}-${n}` })),
        );
      }
      page = await api.get(`${FEED}&limit=3&cursor=${page.body.pagination.next_cursor}`);
      seen.push(...sequences(page));
    }
    expect(seen).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
  });

  it("continues after the events that a filter excludes", async () => {
    const tenant = new Api();
    await insertEvents(tenant.tenant, 1, 300);
    const none = await tenant.get(`${FEED}&category=payment`);
    const d1 = new FaultyD1(env.DB);
    const answer = await app.request(
      `${FEED}&category=payment&cursor=${none.body.pagination.next_cursor}`,
      { headers: await tenant.headers() },
      { ...env, DB: d1.binding },
      createExecutionContext(),
    );
    expect(answer.status).toBe(200);
    expect(d1.rowsRead).toBeLessThan(10);
  });
});

describe("Prefer: wait", () => {
  it("answers at once with existing events, and confirms the preference", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const answer = await timed(api.get(FEED, waits(30)));
    expect(answer.ms).toBeLessThan(20_000);
    expect(answer.headers.get("Preference-Applied")).toBe("wait=30");
    expect(answer.headers.get("Vary")).toContain("Prefer");
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
  });

  it("answers with the next event when it comes", async () => {
    const api = new Api();
    const start = await api.get(FEED);
    const waiting = next(api, start, waits(30));
    await api.accept("client", individual);
    const answer = await waiting;
    expect([sequences(answer), answer.ms < 30_000]).toEqual([[1], true]);
  });

  it("answers an empty page with a cursor when no event comes in time", async () => {
    const api = new Api();
    const answer = await timed(api.get(FEED, waits(1)));
    expect(answer.body).toMatchObject({ data: [], pagination: { next_cursor: expect.any(String) } });
    expect(answer.ms).toBeGreaterThanOrEqual(1_000);
    expect(answer.headers.get("Preference-Applied")).toBe("wait=1");
  });

  it("keeps waiting through events that the filter does not match", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const none = await api.get(`${FEED}&category=payment`);
    const path = `${FEED}&category=payment&cursor=${none.body.pagination.next_cursor}`;
    const waiting = timed(api.get(path, waits(30)));
    await api.accept("disbursement", loan);
    await api.accept("payment", payment);
    expect(sequences(await waiting)).toEqual([3]);
  });

  it.each([
    ["0 seconds", FEED, "wait=0"],
    ["more than 30", FEED, "wait=31"],
    ["a malformed number", FEED, "wait=1.5"],
    ["no number", FEED, "wait"],
    ["another preference", FEED, "respond-async"],
    ["a first wait that is malformed", FEED, "wait=x, wait=20"],
    ["the feed backwards", "/api/tables/events", "wait=20"],
    ["the feed in another order", `${FEED}&sort_by=category`, "wait=20"],
    ["another table", "/api/tables/clients?sort_order=asc", "wait=20"],
    ["history without min_sequence", STATUS, "wait=20"],
  ])("is ignored for %s", async (_what, path, prefer) => {
    const answer = await timed(new Api().get(path, { Prefer: prefer }));
    expect([answer.status, answer.headers.get("Preference-Applied")]).toEqual([200, null]);
    expect(answer.ms).toBeLessThan(20_000);
  });

  it.each([
    ["wait=5, wait=20", "wait=5"],
    ["respond-async, WAIT=7", "wait=7"],
    ['foo="a, wait=3", wait="8"; x=1', "wait=8"],
  ])("%s: the first counts, in any spelling", async (prefer, applied) => {
    const api = new Api();
    await api.accept("client", individual);
    const answer = await api.get(FEED, { Prefer: prefer });
    expect(answer.headers.get("Preference-Applied")).toBe(applied);
  });

  it("costs no D1 call while nothing happens, for a hundred readers; one event wakes them all", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const headers = await api.headers(waits(30));
    const first = await api.get(FEED);
    const gate = await wrapDatabase(gateOf(api.tenant));
    const d1 = new FaultyD1(env.DB);
    const path = `${FEED}&cursor=${first.body.pagination.next_cursor}`;
    const readers = Array.from({ length: 100 }, async () => {
      const context = createExecutionContext();
      return answerOf(await app.request(path, { headers }, { ...env, DB: d1.binding }, context));
    });
    await until(() => d1.roundTrips === 100);
    const start = Date.now();
    await until(() => Date.now() - start > 1_000);
    expect([d1.roundTrips, gate.roundTrips]).toEqual([100, 0]);
    await api.accept("client", { ...individual, client_id: "C-2" });
    const answers = await Promise.all(readers);
    expect(answers.map(sequences)).toEqual(Array.from({ length: 100 }, () => [2]));
    expect(d1.roundTrips).toBe(200);
  });

  it("ends when the caller hangs up", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const first = await api.get(FEED);
    const abort = new AbortController();
    const request = new Request(`http://ledger.test${FEED}&cursor=${first.body.pagination.next_cursor}`, {
      headers: await api.headers(waits(30)),
      signal: abort.signal,
    });
    const start = Date.now();
    const answer = app.request(request, undefined, env, createExecutionContext());
    abort.abort();
    expect((await answer).status).toBe(200);
    expect(Date.now() - start).toBeLessThan(30_000);
  });
});

describe("min_sequence", () => {
  it("waits until the consumer has derived the history of that event", async () => {
    const { api } = await tenantWithoutQueue();
    const { sequence } = (await api.accept("disbursement", loan)).body;
    const before = await api.get(`${STATUS}?min_sequence=${sequence}`);
    expect(before.body).toMatchObject({ data: [], pagination: { history_sequence: 1 } });
    const gate = await wrapDatabase(gateOf(api.tenant));
    const waiting = timed(api.get(`${STATUS}?min_sequence=${sequence}`, waits(30)));
    // The gate has read once, so the reader waits there.
    await until(() => gate.roundTrips === 1);
    await deliver([messageFor(api.tenant, sequence)]);
    const answer = await waiting;
    expect(answer.body).toMatchObject({
      data: [{ disbursement_id: "L-1" }],
      pagination: { history_sequence: 2 },
    });
    expect([answer.ms < 30_000, answer.headers.get("Preference-Applied")]).toEqual([true, "wait=30"]);
  });

  it("is reached by an event without history when no earlier history is due", async () => {
    const { api } = await tenantWithoutQueue();
    const { sequence } = (await api.accept("client", { step: "update", client_id: "C-1", name: "J" })).body;
    const answer = await timed(api.get(`${STATUS}?min_sequence=${sequence}`, waits(30)));
    expect([answer.body.pagination.history_sequence, answer.ms < 30_000]).toEqual([sequence, true]);
  });

  it("answers with the existing rows when history does not reach it in time", async () => {
    const { api } = await tenantWithoutQueue();
    const answer = await timed(api.get(`${STATUS}?min_sequence=99`, waits(1)));
    expect([answer.status, answer.body.pagination.history_sequence]).toEqual([200, 1]);
    expect(answer.ms).toBeGreaterThanOrEqual(1_000);
  });

  it("recovers from a lost notice of the consumer before its wait ends", async () => {
    const { api } = await tenantWithoutQueue();
    const { sequence } = (await api.accept("disbursement", loan)).body;
    const gate = await wrapDatabase(gateOf(api.tenant));
    const waiting = timed(api.get(`${STATUS}?min_sequence=${sequence}`, waits(30)));
    // The gate has read once, so the reader waits there.
    await until(() => gate.roundTrips === 1);
    const deaf = { getByName: () => ({ historyReached: () => Promise.reject(new Error("lost")) }) };
    const environment = { ...env, TENANT_GATE: deaf as unknown as typeof env.TENANT_GATE };
    expect(await deliver([messageFor(api.tenant, sequence)], { environment })).toEqual(["acked"]);
    const answer = await waiting;
    expect([answer.body.data.length, answer.ms < 30_000]).toEqual([1, true]);
  });

  it("is not part of the cursor's query", async () => {
    const { api } = await tenantWithoutQueue();
    await api.accept("disbursement", loan);
    await api.accept("disbursement", { ...loan, disbursement_id: "L-2" });
    await deliver([messageFor(api.tenant, 3)]);
    const first = await api.get(`${STATUS}?limit=1&min_sequence=2`);
    const second = await api.get(`${STATUS}?limit=1&cursor=${first.body.pagination.next_cursor}`);
    expect([second.status, second.body.data.length]).toEqual([200, 1]);
  });

  it.each(["-1", "1.5", "x", "", "01", "1e3"])("%j is refused", async (text) => {
    const answer = await new Api().get(`${STATUS}?min_sequence=${text}`);
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_query"]);
  });

  it.each(["events", "clients"])("is no parameter of %s", async (table) => {
    const answer = await new Api().get(`/api/tables/${table}?min_sequence=1`);
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_query"]);
  });

  it("is 0 for a tenant without events", async () => {
    const answer = await timed(new Api().get(`${STATUS}?min_sequence=0`, waits(30)));
    expect([answer.body.pagination.history_sequence, answer.ms < 30_000]).toEqual([0, true]);
  });
});
