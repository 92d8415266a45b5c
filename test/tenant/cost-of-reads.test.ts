import { describe, expect, it } from "vitest";
import { disbursement } from "../ledger/post.ts";
import { Api } from "../support/api.ts";
import { individual, loan, operation, payment, purchase } from "../support/examples.ts";
import { type FaultyD1, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf, oneTo, settleWhole, submissionOf, writerContext } from "../support/gate.ts";

describe("the rows that an event reads", () => {
  const GROUP = 100;

  async function settleAll(tenant: string, category: string, events: readonly object[]): Promise<void> {
    for (let from = 0; from < events.length; from += GROUP) {
      const group = events.slice(from, from + GROUP).map((data) => submissionOf(category, data));
      await settleWhole(writerContext(tenant), await Promise.all(group));
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
      d1.resetCounts();
      await api.accept(category, data);
      reads[name] = d1.rowsRead;
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

  const expectNoGrowth = (young: Record<string, number>, old: Record<string, number>) => {
    for (const [name, rows] of Object.entries(young)) {
      // A search in an index also reads the entry after the last one, which may be another record's by now.
      expect(old[name], name).toBeLessThanOrEqual(rows + 2);
    }
  };

  it("do not grow with the tenant", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    // Once for nothing: the very first rows of a table are cheaper than those that find one there.
    await readsOfEach(api, d1, "first");
    const young = await readsOfEach(api, d1, "young");
    await grow(api.tenant);
    // The gate learns here that another writer was at work, and reads the client again that each round needs.
    await api.accept("client", { step: "update", client_id: "C-1", name: "Jane" });
    expectNoGrowth(young, await readsOfEach(api, d1, "old"));
  });

  it("do not grow with the tenant's ledger", async () => {
    const api = new Api();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const post = async (path: string, body: object) => {
      d1.resetCounts();
      const answer = await api.post(path, body);
      expect(answer.status, answer.text).toBe(201);
      return { rows: d1.rowsRead, id: String(answer.body.journal_entry_id) };
    };
    const disburse = (loan_id: string) => post("/v1/disbursements", { ...disbursement, loan_id });
    const reverse = (reverses_entry_id: string) =>
      post("/v1/reversals", { reverses_entry_id, reason_code: "returned" });
    const reads = async () => {
      const loan_id = crypto.randomUUID();
      const first = await disburse(loan_id);
      const second = await disburse(loan_id);
      return { first: first.rows, second: second.rows, reversal: (await reverse(second.id)).rows };
    };
    await reads();
    const young = await reads();
    for (const _ of oneTo(4)) {
      const posted = await Promise.all(oneTo(100).map(() => disburse(disbursement.loan_id)));
      await Promise.all(posted.map(({ id }) => reverse(id)));
    }
    expectNoGrowth(young, await reads());
  });
});
