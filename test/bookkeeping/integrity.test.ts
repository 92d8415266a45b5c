import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { checkTenants } from "../../src/fanout/integrity.ts";
import { openEverySession } from "../../src/store/session.ts";
import type { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { bookedApi, provedOn } from "./tape.ts";

afterEach(() => void vi.restoreAllMocks());

async function check({ tenant }: Api): Promise<void> {
  for (const { db } of openEverySession(env)) {
    await checkTenants(db, [tenant], { calls: 1_000, until: Number.POSITIVE_INFINITY });
  }
}

async function integrityOf(api: Api) {
  const { status, body, text } = await api.get("/v1/reconciliation/status");
  expect(status, text).toBe(200);
  return body.ledger_integrity;
}

/** Kept loans of every kind: in credit, written off and recovered, deleted, booked anew in another currency, settled. */
async function keeper(): Promise<Api> {
  const api = await bookedApi();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  const paid = { ...payment, status: "paid", payment_principal: 400, payment_fee: 100 } as const;
  const over = { ...paid, payment_id: "P-2", payment_total: 20_000, payment_principal: 18_000 };
  await api.accept("payment", paid);
  await api.accept("payment", { ...over, payment_fee: 2_000 });
  const change = { change_date: "2025-01-10", change_reason: "Agreed" };
  const reduced = { step: "update", disbursement_id: "L-1", disbursement_amount: 9_000 };
  await api.accept("disbursement", { ...reduced, ...change });
  await api.accept("payment", { step: "update", payment_id: "PAY-1", payment_date: "2024-12-01" });
  await api.accept("disbursement", { ...loan, disbursement_id: "L-2" });
  await api.accept("payment", { ...paid, payment_id: "P-3", disbursement_id: "L-2" });
  await api.accept("disbursement", { step: "delete", disbursement_id: "L-2" });
  await api.accept("disbursement", { ...loan, disbursement_id: "L-2", currency: "EUR" });
  await api.send("PUT", "/v1/bookkeeping", { mode: "records", settle: "on_disbursement" });
  const recovered = { ...paid, payment_id: "P-4", recovery: true };
  await api.accept("payment", recovered);
  await api.accept("payment", { ...recovered, payment_id: "P-5" });
  await api.accept("payment", { step: "delete", payment_id: "P-5" });
  await api.accept("disbursement", { ...loan, disbursement_id: "L-3" });
  const moved = { step: "update", disbursement_id: "L-3", disbursement_date: "2024-10-25" };
  await api.accept("disbursement", moved);
  return api;
}

const spoil = (sql: string, { tenant }: Api) => env.DB.prepare(sql).bind(tenant).run();

it("the integrity check finds loans that follow their records sound, below zero and in two currencies too", async () => {
  const api = await keeper();
  for (let turn = 0; turn < 3; turn += 1) await check(api);
  const expected = { status: "ok", mismatched_account_count: 0 };
  expect(await integrityOf(api)).toMatchObject(expected);
  await api.post("/v1/reconciliation/checks", {});
  await check(api);
  expect(await integrityOf(api)).toMatchObject(expected);
});

it.each([
  ["loan_balances", "margin_minor", "USD"],
  ["loan_balances", "loss_minor", "USD"],
  ["loan_balances", "principal_minor", "EUR"],
  ["loan_days", "margin_minor", "EUR"],
  ["loan_days", "loss_minor", "EUR"],
])(
  "the integrity check finds a loan that follows its records spoiled in %s.%s (%s), which no proof sees",
  async (table, column, currency) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const api = await keeper();
    await check(api);
    const one = `tenant_id = ?1 AND currency = '${currency}'`;
    const change = (sign: string) =>
      spoil(
        `UPDATE ${table} SET ${column} = ${column} ${sign} 1 WHERE ${one}
         AND loan_id = (SELECT min(loan_id) FROM ${table} WHERE ${one})
         ${table === "loan_days" ? `AND day = (SELECT min(day) FROM ${table} WHERE ${one})` : ""}`,
        api,
      );
    const { meta } = await change("+");
    expect(meta.rows_written).toBe(1);
    expect(await provedOn(api, ["2030-01-01"])).toEqual([]);
    await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "mismatch", mismatched_account_count: 1 });
    await change("-");
    await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "ok", mismatched_account_count: 0 });
  },
);
