import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { submit } from "../../src/tenant/client.ts";
import { Api, newKey, newTenant } from "../support/api.ts";
import { individual, loan, operation, payment, purchase } from "../support/examples.ts";
import { type FaultyD1, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf, submissionOf } from "../support/gate.ts";

/** What one event costs: D1 round trips, and rows as D1 bills them. */
async function costOf(api: Api, d1: FaultyD1, category: string, data: object) {
  d1.resetCounts();
  await api.accept(category, data);
  return { roundTrips: d1.roundTrips, rowsWritten: d1.rowsWritten, rowsRead: d1.rowsRead };
}

describe("the rows that an event writes", () => {
  const api = new Api();
  let d1: FaultyD1;
  beforeAll(async () => {
    // The first event of a gate has to find out where the log ends.
    await api.accept("client", { ...individual, client_id: "C-0" });
    d1 = await wrapDatabase(gateOf(api.tenant));
  });

  // In this order: each event needs the ones before it.
  it.each([
    ["create a client", "client", individual, 4],
    ["create a second client", "client", { ...individual, client_id: "C-2" }, 4],
    ["create a loan", "disbursement", loan, 7],
    [
      "create a purchase of two clients",
      "disbursement",
      { ...purchase, purchase_clients: [{ client_id: "C-1" }, { client_id: "C-2" }] },
      12,
    ],
    ["create a payment", "payment", payment, 5],
    ["create an operation", "operation", operation, 5],
    ["update a client", "client", { step: "update", client_id: "C-1", name: "Jane" }, 3],
    ["update a loan", "disbursement", { step: "update", disbursement_id: "L-1", bank_ref: "B-1" }, 4],
    [
      "change a term of a loan",
      "disbursement",
      {
        step: "update",
        disbursement_id: "L-1",
        total_expected_margin: 1000,
        change_date: "2025-01-01",
        change_reason: "Agreed",
      },
      6,
    ],
    ["update a payment", "payment", { step: "update", payment_id: "PAY-1", status: "paid" }, 3],
    [
      "update an operation",
      "operation",
      { step: "update", operation_id: "OP-1", operation_name: "Lease" },
      3,
    ],
    ["delete a payment", "payment", { step: "delete", payment_id: "PAY-1" }, 3],
    ["delete a client", "client", { step: "delete", client_id: "C-2" }, 3],
  ])("to %s", async (_, category, data, rows) => {
    const cost = await costOf(api, d1, category, data);
    expect(cost).toMatchObject({ roundTrips: 1, rowsWritten: rows });
  });
});

describe("the round trips of an event", () => {
  it("are one call to the gate and, for its very first event, two to D1", async () => {
    const tenant = newTenant();
    const d1 = await wrapDatabase(gateOf(tenant));
    let calls = 0;
    const getByName = (name: string) => {
      const stub = env.TENANT_GATE.getByName(name);
      return {
        submit: (...args: Parameters<typeof stub.submit>) => {
          calls += 1;
          return stub.submit(...args);
        },
      };
    };
    const counting = { ...env, TENANT_GATE: { getByName } as unknown as Cloudflare.Env["TENANT_GATE"] };
    const submission = await submissionOf("client", individual);
    const caller = { tenant, jurisdiction: null, trace_id: submission.trace_id };
    const reply = await submit(counting, caller, submission);
    expect(reply.kind).toBe("accepted");
    expect([calls, d1.roundTrips]).toEqual([1, 2]);
  });

  it("are none to D1 for a replay or a mismatch", async () => {
    const api = new Api();
    const key = newKey();
    await api.ingest("client", individual, key);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    expect((await api.ingest("client", individual, key)).status).toBe(200);
    expect((await api.ingest("client", { ...individual, name: "Jane" }, key)).status).toBe(422);
    expect(d1.roundTrips).toBe(0);
  });

  it("are one to D1 for a record that is created, and for one whose parent is remembered", async () => {
    const api = new Api();
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    await api.accept("client", { ...individual, client_id: "C-2" });
    await api.accept("payment", payment);
    expect(d1.calls.map((call) => isCommit(call))).toEqual([true, true]);
  });

  it("are at most two to D1 for a refusal, which is never decided only from memory", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    expect((await api.ingest("client", individual)).status).toBe(409);
    expect(d1.calls.map((call) => isCommit(call))).toEqual([false]);
    d1.resetCounts();
    await env.DB.prepare("UPDATE clients SET client_id = 'C-unseen' WHERE tenant_id = ?")
      .bind(api.tenant)
      .run();
    expect((await api.ingest("client", { ...individual, client_id: "C-unseen" })).status).toBe(409);
    expect(d1.calls.map((call) => isCommit(call))).toEqual([true, false]);
  });

  it("are one to D1 for a refusal", async () => {
    const api = new Api();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    expect((await api.ingest("payment", payment)).status).toBe(400);
    expect([d1.roundTrips, d1.rowsWritten]).toEqual([1, 0]);
  });
});
