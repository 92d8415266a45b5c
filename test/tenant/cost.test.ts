import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { submit } from "../../src/tenant/client.ts";
import { settleGroup } from "../../src/tenant/group.ts";
import { Api, newKey, newTenant } from "../support/api.ts";
import { individual, loan, operation, payment, purchase } from "../support/examples.ts";
import { type FaultyD1, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf, oneTo, submissionOf, writerContext } from "../support/gate.ts";

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
    d1 = await wrapDatabase(gateOf(api.tenant));
  });

  // In this order: each event needs the ones before it.
  it.each([
    ["create a client", "client", individual, 4],
    ["create a second client", "client", { ...individual, client_id: "C-2" }, 4],
    ["create a loan", "disbursement", loan, 6],
    [
      "create a purchase of two clients",
      "disbursement",
      { ...purchase, purchase_clients: [{ client_id: "C-1" }, { client_id: "C-2" }] },
      11,
    ],
    ["create a payment", "payment", payment, 5],
    ["create an operation", "operation", operation, 5],
    ["update a client", "client", { step: "update", client_id: "C-1", name: "Jane" }, 4],
    ["update a loan", "disbursement", { step: "update", disbursement_id: "L-1", bank_ref: "B-1" }, 5],
    ["update a payment", "payment", { step: "update", payment_id: "PAY-1", status: "paid" }, 5],
    [
      "update an operation",
      "operation",
      { step: "update", operation_id: "OP-1", operation_name: "Lease" },
      5,
    ],
    ["delete a payment", "payment", { step: "delete", payment_id: "PAY-1" }, 3],
    ["delete a client", "client", { step: "delete", client_id: "C-2" }, 3],
  ])("to %s", async (_, category, data, rows) => {
    const cost = await costOf(api, d1, category, data);
    expect(cost).toMatchObject({ roundTrips: 2, rowsWritten: rows });
  });
});

describe("the round trips of an event", () => {
  it("are one call to the gate and two to D1", async () => {
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
    const reply = await submit(counting, tenant, await submissionOf("client", individual));
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

  it("are one to D1 for a refusal", async () => {
    const api = new Api();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    expect((await api.ingest("payment", payment)).status).toBe(400);
    expect([d1.roundTrips, d1.rowsWritten]).toEqual([1, 0]);
  });
});

describe("the rows that an event reads", () => {
  const GROUP = 100;

  async function settleAll(tenant: string, category: string, events: readonly object[]): Promise<void> {
    for (let from = 0; from < events.length; from += GROUP) {
      const group = events.slice(from, from + GROUP).map((data) => submissionOf(category, data));
      await settleGroup(writerContext(tenant), await Promise.all(group));
    }
  }

  /** Thousands of events beside the records of the test: each kind of row that a careless query would walk over. */
  async function grow(tenant: string): Promise<void> {
    const clients = oneTo(2_000).map((number) => ({ ...individual, client_id: `G-${number}` }));
    await settleAll(tenant, "client", clients);
    const ids = oneTo(500).map((number) => `G-${number}`);
    const bought = { purchase_clients: [{ client_id: "G-1" }, { client_id: "G-2" }] };
    await settleAll(tenant, "disbursement", [
      { ...loan, disbursement_id: "L-many", client_id: "G-1" },
      ...ids.map((disbursement_id) => ({ ...purchase, ...bought, disbursement_id })),
    ]);
    const owed = { ...payment, disbursement_id: "L-many" };
    await settleAll(
      tenant,
      "payment",
      ids.map((payment_id) => ({ ...owed, payment_id })),
    );
    const done = { ...operation, disbursement_id: "L-many" };
    await settleAll(
      tenant,
      "operation",
      ids.map((operation_id) => ({ ...done, operation_id })),
    );
  }

  /** What each kind of event reads, on records of its own. */
  async function readsOfEach(api: Api, d1: FaultyD1, age: string): Promise<Record<string, number>> {
    const reads: Record<string, number> = {};
    const read = async (name: string, category: string, data: object) => {
      reads[name] = (await costOf(api, d1, category, data)).rowsRead;
    };
    const [client_id, disbursement_id, payment_id] = [`C-${age}`, `L-${age}`, `PAY-${age}`];
    const purchase_clients = [{ client_id: "C-1" }, { client_id }];
    await read("create client", "client", { ...individual, client_id });
    await read("create loan", "disbursement", { ...loan, disbursement_id });
    await read("create payment", "payment", { ...payment, payment_id, disbursement_id });
    await read("create operation", "operation", { ...operation, operation_id: age, disbursement_id });
    await read("update payment", "payment", { step: "update", payment_id, status: "paid" });
    await read("change borrower", "disbursement", { step: "update", disbursement_id, client_id });
    const bought = { disbursement_id: `P-${age}`, purchase_clients };
    await read("create purchase", "disbursement", { ...purchase, ...bought });
    const fewer = { disbursement_id: `P-${age}`, purchase_clients: [{ client_id }] };
    await read("change purchase clients", "disbursement", { step: "update", ...fewer });
    await read("delete client", "client", { step: "delete", client_id });
    return reads;
  }

  it("do not grow with the tenant", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    // Once for nothing: the very first rows of a table are cheaper than those that find one there.
    await readsOfEach(api, d1, "first");
    const young = await readsOfEach(api, d1, "young");
    await grow(api.tenant);
    const old = await readsOfEach(api, d1, "old");
    for (const [name, rows] of Object.entries(young)) {
      // A search in an index also reads the entry after the last one, which may be another record's by now.
      expect(old[name], name).toBeLessThanOrEqual(rows + 2);
    }
  });
});
