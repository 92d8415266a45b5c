import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";

const cancel = { step: "update", payment_id: "PAY-1", status: "canceled", change_date: "2025-03-10" };

async function withPayment(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  const data = JSON.stringify(payment).replace(":500", ":90071992547409.93");
  expect((await api.post("/ingest", `{"category":"payment","data":${data}}`)).status).toBe(201);
  return api;
}

/** The rows that acting on the schedule of L-1 left. */
async function termsOf({ tenant }: Api) {
  const { results } = await env.DB.prepare(
    `SELECT payment_id, sequence, step, change_date, members FROM payment_terms
      WHERE tenant_id = ? AND disbursement_id = 'L-1' ORDER BY payment_id, sequence`,
  )
    .bind(tenant)
    .all<{ payment_id: string; sequence: number; step: string; change_date: string; members: string }>();
  return results.map(({ members, ...row }) => ({ ...row, members: JSON.parse(members) }));
}

const created = {
  payment_id: "PAY-1",
  sequence: 3,
  step: "create",
  change_date: null,
  members: {
    status: "expected",
    due_date: "2024-11-20",
    installment_number: null,
    payment_total: "9007199254740993",
    payment_principal: null,
    payment_fee: null,
  },
};
const canceled = {
  payment_id: "PAY-1",
  sequence: 5,
  step: "update",
  change_date: "2025-03-10",
  members: { status: "canceled" },
};

it("keeps the dated events of a payment, exactly, with what it said before, also when it is deleted", async () => {
  const api = await withPayment();
  await api.accept("payment", { step: "update", payment_id: "PAY-1", bank_ref: "B-1" });
  expect(await termsOf(api)).toEqual([]);
  await api.accept("payment", cancel);
  expect(await termsOf(api)).toEqual([created, canceled]);
  const remove = { step: "delete", payment_id: "PAY-1", change_date: "2025-04-01" };
  await api.accept("payment", remove);
  expect(await termsOf(api)).toEqual([
    created,
    canceled,
    { payment_id: "PAY-1", sequence: 6, step: "delete", change_date: "2025-04-01", members: {} },
  ]);
});

it("keeps them for events that come in one request", async () => {
  const api = await withPayment();
  const lines = [
    { ...payment, payment_id: "PAY-2", change_date: "2025-01-01" },
    { ...cancel, payment_id: "PAY-2" },
  ].map((data, line) => JSON.stringify({ idempotency_key: `line-${line}-key`, category: "payment", data }));
  const headers = { "Content-Type": "application/x-ndjson" };
  const answer = await api.post("/ingest/batch", lines.join("\n"), newKey(), headers);
  expect(answer.status).toBe(200);
  const rows = await termsOf(api);
  expect(rows.map(({ sequence, change_date }) => [sequence, change_date])).toEqual([
    [4, "2025-01-01"],
    [5, "2025-03-10"],
  ]);
});

it("reads back what it needs for the next event, after the gate has forgotten it", async () => {
  const api = await withPayment();
  const update = (change: object) => ({ step: "update", payment_id: "PAY-1", ...change });
  await api.accept("payment", update({ status: "paid", payment_total: 300 }));
  await evictDurableObject(gateOf(api.tenant));
  const d1 = await wrapDatabase(gateOf(api.tenant));
  await api.accept("payment", update({ status: "expected" }));
  await api.accept("payment", cancel);
  d1.resetCounts();
  await api.accept("payment", update({ payment_total: 200 }));
  // The event with its key, the record, and its terms.
  expect(d1.rowsWritten).toBe(4);
  expect((await termsOf(api)).map(({ sequence }) => sequence)).toEqual([3, 6, 7]);
});

it("a lookup shows the marks, and what is due again", async () => {
  const api = await withPayment();
  await api.accept("payment", { ...payment, payment_id: "PAY-2", status: "paid", refund: true });
  const row = await api.get("/api/tables/payments/PAY-2");
  expect(row.body.data).toMatchObject({ refund: true, recovery: false, expected_total: null });
  await api.accept("payment", cancel);
  await api.accept("payment", { step: "update", payment_id: "PAY-1", status: "expected" });
  const again = await api.get("/api/tables/payments/PAY-1");
  expect(again.body.data).toMatchObject({
    status: "expected",
    refund: false,
    expected_due_date: "2024-11-20",
  });
});

it("the database refuses a marked payment that is expected", async () => {
  const api = await withPayment();
  for (const mark of ["refund = 1", "recovery = 1"]) {
    const update = env.DB.prepare(`UPDATE payments SET ${mark} WHERE tenant_id = ?`).bind(api.tenant);
    await expect(update.run()).rejects.toThrow("a_refund_or_a_recovery_is_not_due");
  }
});
