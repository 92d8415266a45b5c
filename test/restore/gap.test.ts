import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { TENANTS_SQL } from "../../src/cli/operate/tenant-figures.ts";
import { deliver, messageFor } from "../fanout/queue.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { gateOf, keysSaved } from "../support/gate.ts";
import { restore, snapshotOf } from "../support/time-travel.ts";
import { Receiver } from "../webhooks/receiver.ts";

const paid = (id: string) => ({ ...payment, payment_id: id, status: "paid", payment_fee: 100 });
const extended = {
  step: "update",
  disbursement_id: "L-1",
  maturity_date: "2030-01-01",
  change_date: "2025-01-01",
  change_reason: "Agreed",
};

/** A tenant whose log has a gap of a thousand sequences, and the moment of the restore that made it. */
async function withGap() {
  const receiver = await Receiver.of();
  const { api } = receiver;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  await api.accept("payment", paid("PAY-1"));
  vi.setSystemTime(Date.now() + 60_000);
  const before = await snapshotOf(api.tenant);
  await api.accept("payment", paid("PAY-lost"));
  await keysSaved(gateOf(api.tenant), 4);
  const moment = new Date().toISOString();
  await restore(api.tenant, before);
  vi.setSystemTime(Date.now() + 60_000);
  await api.accept("disbursement", extended);
  await api.accept("payment", paid("PAY-2"));
  vi.useRealTimers();
  const { body } = await api.get("/api/tables/events?sort_order=asc");
  return {
    receiver,
    api,
    moment,
    sequences: body.data.map(({ sequence }: { sequence: number }) => sequence),
  };
}

describe("with a gap of a thousand sequences in the log", () => {
  let tenant: Awaited<ReturnType<typeof withGap>>;
  beforeAll(async () => {
    tenant = await withGap();
  });

  it("the log has it", () => {
    expect(tenant.sequences).toEqual([1, 2, 3, 1_001, 1_002, 1_003]);
  });

  it.each(["1", "3", "700", "1001", "moment"])(
    "a row known at %s is that after the last event before",
    async (at) => {
      const { api, moment } = tenant;
      const known_at = at === "moment" ? moment : at;
      const known = await api.get(`/api/tables/disbursements/L-1?known_at=${known_at}`);
      if (at === "1") return expect(known.status).toBe(404);
      expect([known.status, known.body.data.maturity_date]).toEqual([200, loan.maturity_date]);
      const position = await api.get(`/api/positions/L-1?as_of_date=2024-12-01&known_at=${known_at}`);
      const [asked, exact] = [
        position,
        await api.get("/api/positions/L-1?as_of_date=2024-12-01&known_at=1001"),
      ];
      if (at !== "3") expect(asked.text).toBe(exact.text);
      expect(asked.status).toBe(200);
    },
  );

  it("lists of positions, the portfolio and its quality answer for a moment in it, and again from their memos", async () => {
    const { api, moment } = tenant;
    for (const path of ["/api/positions", "/api/portfolio", "/api/quality"]) {
      const at = async (known_at: string) =>
        (await api.get(`${path}?as_of_date=2024-12-01&known_at=${encodeURIComponent(known_at)}`)).body;
      const answer = await at("700");
      expect(answer.pagination ?? answer).toMatchObject({ from_sequence: 3, to_sequence: 3 });
      expect([await at("700"), await at(moment), await at("3")]).toEqual([answer, answer, answer]);
      const now = (await api.get(`${path}?as_of_date=2024-12-01`)).body;
      expect(now.pagination ?? now).toMatchObject({ from_sequence: 1_003, to_sequence: 1_003 });
      expect((await api.get(`${path}?as_of_date=2024-12-01`)).body).toEqual(now);
    }
  });

  it("the feed, its pages and its waiting readers go over it", async () => {
    const { api } = tenant;
    const seen: number[] = [];
    for (let at = "", page = 0; page < 4; page += 1) {
      const { body } = await api.get(`/api/tables/events?sort_order=asc&limit=2${at}`);
      seen.push(...body.data.map(({ sequence }: { sequence: number }) => sequence));
      at = `&cursor=${encodeURIComponent(body.pagination.next_cursor)}`;
    }
    expect(seen).toEqual(tenant.sequences);
    const wait = { version: 1, id: "w-1", for: "event", sequence: 500, ms: 5_000 } as const;
    expect(await gateOf(api.tenant).wait(api.tenant, wait)).toMatchObject({ happened: true });
  });

  it("history is derived over it, and a reader who waits for a sequence in it is answered", async () => {
    const { api } = tenant;
    await deliver([messageFor(api.tenant, 1_003)]);
    const { body } = await api.get("/api/tables/extensions?min_sequence=700", { Prefer: "wait=5" });
    expect(body.data).toHaveLength(1);
    expect(body.pagination.history_sequence).toBe(1_003);
  });

  it("webhooks deliver over it, entries included, and count events", async () => {
    const { api, receiver } = tenant;
    const { endpoint_id } = await receiver.create({
      from_sequence: 3,
      event_types: ["recordChanged", "logRestored"],
    });
    const waiting = await receiver.create({ from_sequence: 700, url: "https://other.example.com/hooks" });
    expect((await receiver.show(endpoint_id)).body).toMatchObject({ cursor_sequence: 2, behind: 4 });
    expect((await receiver.show(waiting.endpoint_id)).body).toMatchObject({
      cursor_sequence: 699,
      behind: 3,
    });
    receiver.received.length = 0;
    await receiver.turn();
    const told = receiver.received
      .filter(({ url }) => !url.includes("other"))
      .map(({ data }) => data.sequence);
    expect(told).toEqual([3, 1_001, 1_002, 1_003]);
    for (const one of (await api.get("/v1/webhook-endpoints")).body.data) expect(one.behind).toBe(0);
  });

  it("operators see the number of events", async () => {
    const { results } = await env.DB.prepare(TENANTS_SQL).all<{ tenant_id: string; events: number }>();
    expect(results.find(({ tenant_id }) => tenant_id === tenant.api.tenant)?.events).toBe(6);
  });
});

it("the entries of a page of webhooks are those of its events, on both sides of a gap", async () => {
  const receiver = await Receiver.of();
  const { api } = receiver;
  await api.send("PUT", "/v1/bookkeeping", { mode: "records" }, null);
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  const before = await snapshotOf(api.tenant);
  await api.accept("payment", paid("PAY-lost"));
  await restore(api.tenant, before);
  for (const id of ["PAY-1", "PAY-2"]) await api.accept("payment", paid(id));
  await receiver.create({ from_sequence: 1, event_types: ["journalEntryPosted"] });
  await receiver.turn();
  expect(receiver.received.map(({ data }) => data.event_type)).toEqual([
    "disbursement",
    "payment_received",
    "payment_received",
  ]);
});
