import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";

/** Each event of a tenant's log: its record, and the event of the same record before it. */
async function chainOf(tenant: string) {
  const { results } = await env.DB.prepare(
    "SELECT record_id, previous_sequence FROM events WHERE tenant_id = ? ORDER BY sequence",
  )
    .bind(tenant)
    .all<{ record_id: string; previous_sequence: number | null }>();
  return results.map(({ record_id, previous_sequence }) => [record_id, previous_sequence]);
}

async function formerPaymentsOf(tenant: string) {
  const sql = "SELECT disbursement_id, payment_id FROM former_payments WHERE tenant_id = ?";
  return (await env.DB.prepare(sql).bind(tenant).all()).results;
}

const paid = { step: "update", payment_id: "PAY-1", status: "paid" };
const gone = { step: "delete", payment_id: "PAY-1" };

describe("each event names the event of its record before it", () => {
  it("through updates, deletion and a new life, and null for the first", async () => {
    const api = new Api();
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    await api.accept("payment", payment);
    await api.accept("payment", paid);
    await api.accept("disbursement", { step: "update", disbursement_id: "L-1", bank_ref: "B" });
    await api.accept("payment", gone);
    await api.accept("payment", payment);
    expect(await chainOf(api.tenant)).toEqual([
      ["C-1", null],
      ["L-1", null],
      ["PAY-1", null],
      ["PAY-1", 3],
      ["L-1", 2],
      ["PAY-1", 4],
      ["PAY-1", 6],
    ]);
    expect(await formerPaymentsOf(api.tenant)).toEqual([]);
  });

  it("also where the loan has given the payment another client meanwhile", async () => {
    const api = new Api();
    await api.accept("client", individual);
    await api.accept("client", { ...individual, client_id: "C-2" });
    await api.accept("disbursement", loan);
    await api.accept("payment", payment);
    await api.accept("disbursement", { step: "update", disbursement_id: "L-1", client_id: "C-2" });
    await api.accept("payment", paid);
    expect((await chainOf(api.tenant)).slice(4)).toEqual([
      ["L-1", 3],
      ["PAY-1", 4],
    ]);
  });

  it("and a payment that is created anew under another disbursement leaves a link behind", async () => {
    const api = new Api();
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    await api.accept("disbursement", { ...loan, disbursement_id: "L-2" });
    await api.accept("payment", payment);
    for (const disbursement_id of ["L-2", "L-1", "L-2"]) {
      await api.accept("payment", gone);
      await api.accept("payment", { ...payment, disbursement_id });
    }
    expect((await chainOf(api.tenant)).at(-1)).toEqual(["PAY-1", 9]);
    expect(await formerPaymentsOf(api.tenant)).toEqual([
      { disbursement_id: "L-1", payment_id: "PAY-1" },
      { disbursement_id: "L-2", payment_id: "PAY-1" },
    ]);
  });
});
