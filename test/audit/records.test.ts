import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkTenants } from "../../src/fanout/integrity.ts";
import { openEverySession } from "../../src/store/session.ts";
import { Api } from "../support/api.ts";
import { differingRecords } from "../support/chain.ts";
import { individual, loan, operation, payment, purchase } from "../support/examples.ts";

afterEach(() => void vi.restoreAllMocks());

/** Lets the integrity check turn to the tenant until it has no more work, and answers the records that it logs. */
async function logged({ tenant }: Api): Promise<readonly unknown[]> {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  for (const { db } of openEverySession(env)) {
    await checkTenants(db, [tenant], { calls: 200, until: Number.POSITIVE_INFINITY });
  }
  const lines = errors.mock.calls.map(([line]) => JSON.parse(String(line)));
  errors.mockRestore();
  const own = lines.filter((line) => line.tenant === tenant);
  expect(own.every(({ message }) => message === "record mismatch")).toBe(true);
  return own.flatMap(({ records }) => records);
}

/** Records of each category, updated, deleted, created anew and moved from one client to another. */
async function withRecords(): Promise<Api> {
  const api = new Api();
  for (const client_id of ["C-1", "C-2", "C-3"]) await api.accept("client", { ...individual, client_id });
  await api.accept("client", { step: "update", client_id: "C-2", name: "Ünal", info: { n: 1.5 } });
  await api.accept("client", { step: "delete", client_id: "C-3" });
  await api.accept("disbursement", { ...loan, bank_ref: "B-1", credit_score: 7.25 });
  await api.accept("disbursement", {
    ...purchase,
    purchase_clients: [{ client_id: "C-1" }, { client_id: "C-2" }],
  });
  await api.accept("payment", payment);
  const change = { change_date: "2025-01-10", change_reason: "Agreed" };
  await api.accept("payment", { step: "update", payment_id: "PAY-1", due_date: "2024-12-01", ...change });
  await api.accept("disbursement", { step: "update", disbursement_id: "L-1", client_id: "C-2" });
  const reduced = { disbursement_amount: 9_000, maturity_date: "2026-01-01", ...change };
  await api.accept("disbursement", { step: "update", disbursement_id: "L-1", ...reduced });
  await api.accept("payment", { step: "update", payment_id: "PAY-1", status: "paid", payment_total: 400 });
  await api.accept("payment", { ...payment, payment_id: "PAY-2", disbursement_id: "P-1", client_id: "C-2" });
  await api.accept("payment", { step: "delete", payment_id: "PAY-2" });
  await api.accept("payment", { ...payment, payment_id: "PAY-2", refund: true, status: "paid" });
  await api.accept("operation", { ...operation, operation_cost: 12.5 });
  return api;
}

describe("the integrity check of records", () => {
  it("finds each row as its events say, and each that was changed by hand", async () => {
    const api = await withRecords();
    expect(await logged(api)).toEqual([]);
    const change = (sql: string) => env.DB.prepare(sql).bind(api.tenant).run();
    await change("UPDATE clients SET name = 'Another' WHERE tenant_id = ? AND client_id = 'C-2'");
    await change("UPDATE clients SET deleted_at = NULL WHERE tenant_id = ? AND client_id = 'C-3'");
    await change(
      "UPDATE disbursements SET disbursement_amount = disbursement_amount + 1 WHERE tenant_id = ?",
    );
    await change("UPDATE payments SET client_id = 'C-1' WHERE tenant_id = ? AND payment_id = 'PAY-1'");
    // The walk over all records is over; the next one is not due yet.
    expect(await logged(api)).toEqual([]);
    await api.post("/v1/reconciliation/checks", {});
    expect(await logged(api)).toEqual([
      { category: "client", id: "C-2" },
      { category: "client", id: "C-3" },
      { category: "disbursement", id: "L-1" },
      { category: "disbursement", id: "P-1" },
      { category: "payment", id: "PAY-1" },
    ]);
  });

  it("compares a payment with the events of its own loan, whatever other loans there are", async () => {
    const api = new Api();
    await api.accept("client", individual);
    await api.accept("disbursement", { ...loan, disbursement_id: "L-0" });
    await api.accept("disbursement", loan);
    await api.accept("payment", payment);
    await api.accept("disbursement", { step: "update", disbursement_id: "L-0", reason: "roof" });
    expect(await differingRecords(api.tenant)).toEqual([]);
  });

  it("goes on in the next turn where there are many records, and finds one whose events are missing", async () => {
    const api = new Api();
    const lines = Array.from({ length: 130 }, (_, n) =>
      JSON.stringify({
        idempotency_key: `key-${1_000 + n}`,
        category: "client",
        data: { ...individual, client_id: `C-${n}` },
      }),
    );
    await api.post("/ingest/batch", lines.join("\n"), undefined, { "Content-Type": "application/x-ndjson" });
    await api.accept("disbursement", loan);
    expect(await logged(api)).toEqual([]);
    const copy = `INSERT INTO clients SELECT tenant_id, 'C-invented', name, email, phone, address, country, is_company,
      registration_number, gender, contact_person, info, search_text, NULL, created_seq, 9000, created_at, updated_at, deleted_at
      FROM clients WHERE tenant_id = ? AND client_id = 'C-77'`;
    await env.DB.prepare(copy).bind(api.tenant).run();
    expect(await differingRecords(api.tenant)).toEqual([{ category: "client", id: "C-invented" }]);
  });
});
