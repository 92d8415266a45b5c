import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan, operation, payment } from "../support/examples.ts";
import { FaultyD1 } from "../support/faulty-d1.ts";
import { eventsOf } from "../support/gate.ts";
import { tamper } from "../support/tamper.ts";
import { until } from "../support/until.ts";
import {
  deliver,
  historyOf,
  insertEvents,
  messageFor,
  replaceQueue,
  revise,
  rowCount,
  runSweep,
  tenantWithoutQueue,
} from "./queue.ts";

describe("the queue's messages", () => {
  it("each serve many events while one is in flight", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const sent: { upto: number }[] = [];
    let released = false;
    await replaceQueue(api.tenant, async (body) => {
      sent.push(body as { upto: number });
      await until(() => released, 1);
    });
    const loans = Array.from({ length: 60 }, (_, index) => ({ ...loan, disbursement_id: `L-${index}` }));
    await Promise.all(loans.map((data) => api.accept("disbursement", data)));
    // One, and one more for every 5 s (the publisher's deadline) that a slow machine takes.
    expect(sent.length).toBeLessThan(6);
    released = true;
    const last = (await eventsOf(api.tenant)).length;
    await until(() => sent.at(-1)?.upto === last);
    expect(sent.length).toBeLessThan(7);
  });

  it("are not sent for clients, payments, and operations without a condition", async () => {
    const { api, sent } = await tenantWithoutQueue();
    await api.accept("disbursement", loan);
    await until(() => sent.length === 1);
    await api.accept("client", { step: "update", client_id: "C-1", name: "Jane Doe" });
    await api.accept("payment", payment);
    await api.accept("operation", operation);
    await api.accept("disbursement", { step: "update", disbursement_id: "L-1", bank_ref: "B-1" });
    await api.accept("payment", { step: "delete", payment_id: "PAY-1" });
    expect(sent).toEqual([expect.objectContaining({ tenant_id: api.tenant, upto: 2 })]);
  });

  it("carry the trace of the event that they are sent for", async () => {
    const { api, sent } = await tenantWithoutQueue();
    const trace = "0af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01` };
    await api.post("/ingest", { category: "disbursement", data: loan }, crypto.randomUUID(), headers);
    await until(() => sent.length === 1);
    expect(sent).toEqual([expect.objectContaining({ traceparent: expect.stringContaining(trace) })]);
  });
});

describe("the rows that D1 charges for", () => {
  it("are two writes for each history row, and one for the cursor of a batch", async () => {
    const { api } = await tenantWithoutQueue();
    await api.accept("disbursement", loan);
    await api.accept(
      "disbursement",
      revise({ maturity_date: "2026-01-31", total_expected_margin: 1000, disbursement_amount: 9000 }),
    );
    await api.accept("operation", { ...operation, asset_condition: "new" });
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    const d1 = new FaultyD1(env.DB);
    await deliver([messageFor(api.tenant)], { environment: { ...env, DB: d1.binding } });
    const rows = rowCount(await historyOf(api.tenant));
    expect([rows, d1.rowsWritten, d1.roundTrips]).toEqual([7, 2 * rows + 1, 2]);
  });

  it("are no writes for a message without remaining work", async () => {
    const tenant = `t-${crypto.randomUUID()}`;
    await insertEvents(tenant, 1, 3);
    await deliver([messageFor(tenant)]);
    const d1 = new FaultyD1(env.DB);
    await deliver([messageFor(tenant)], { environment: { ...env, DB: d1.binding } });
    expect([d1.rowsWritten, d1.roundTrips]).toEqual([0, 1]);
  });

  it("are one cursor row for each hundred events of a backlog", async () => {
    const tenant = `t-${crypto.randomUUID()}`;
    await insertEvents(tenant, 1, 250);
    const d1 = new FaultyD1(env.DB);
    await deliver([messageFor(tenant)], { environment: { ...env, DB: d1.binding } });
    expect(d1.rowsWritten).toBe(2 * 250 + 3);
  });

  it("are no writes for a sweep without work", async () => {
    // The sweep's budget of time is not this test's.
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now());
    await runSweep();
    const d1 = new FaultyD1(env.DB);
    await runSweep({ ...env, DB: d1.binding });
    clock.mockRestore();
    expect(d1.rowsWritten).toBe(0);
  });
});

it("a batch of the longest reasons fits into D1's parameters", async () => {
  const tenant = `t-${crypto.randomUUID()}`;
  const facts = JSON.stringify({
    currency: "USD",
    on_date: "2025-03-01",
    change_date: "2025-03-01",
    change_reason: "\u{1F4B6}".repeat(2000),
    terms: { maturity_date: "2026-01-01", total_expected_margin: "5", disbursement_amount: "5" },
    changes: {
      maturity_date: { from: "2025-01-01", to: "2026-01-01" },
      total_expected_margin: { from: "7", to: "5" },
      disbursement_amount: { from: "7", to: "5" },
    },
  });
  await insertEvents(tenant, 1, 100, () => facts);
  await tamper(env.DB.prepare("UPDATE events SET step = 'update' WHERE tenant_id = ?").bind(tenant));
  expect(await deliver([messageFor(tenant)])).toEqual(["acked"]);
  expect(rowCount(await historyOf(tenant))).toBe(400);
});
