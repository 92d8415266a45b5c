import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import type { Api } from "../support/api.ts";
import { expectSoundLog } from "../support/chain.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { bookedApi, journalOf, linesOf, provedOn } from "./tape.ts";

const DAYS = ["2024-10-20", "2025-01-09", "2025-01-10", "2025-05-01", "2025-06-01", "2030-01-01"];
const given = { disbursement_amount: 1000, total_expected_margin: 0 };
const writtenOff = {
  ...{ step: "update", disbursement_id: "L-1", disbursement_amount: 0 },
  ...{ change_date: "2025-01-10", change_reason: "Lost" },
};
const received = { ...payment, status: "paid", payment_date: "2025-05-01", payment_total: 300 } as const;
const marked = { step: "update", payment_id: "PAY-1", status: "paid", recovery: true } as const;

async function lost(): Promise<Api> {
  const api = await bookedApi();
  await api.accept("client", individual);
  await api.accept("disbursement", { ...loan, ...given });
  await api.accept("disbursement", writtenOff);
  return api;
}

const idOf = ({ tenant }: Api) => ledgerLoanId(tenantNamespace(tenant), "L-1");

/** The recoveries of the loan that the ledger holds as not reversed. */
const recoveries = async ({ tenant }: Api) =>
  (
    await env.DB.prepare("SELECT event_type, effective_at FROM loan_losses WHERE tenant_id = ?")
      .bind(tenant)
      .all<Record<string, string>>()
  ).results;

it("a marked payment on a loan that was written off is recovery income, on its day, as long as the mark stands", async () => {
  const api = await lost();
  await api.accept("payment", { ...received, recovery: true });
  const income = "2025-05-01 payment_received: DR 1000 CR 4300 30000";
  const back = "2025-05-01 reversal: DR 4300 CR 1000 30000";
  expect(linesOf(await journalOf(api.tenant)).slice(1)).toEqual([
    "2025-01-10 terms_changed: DR 5100 CR 1100 100000",
    income,
  ]);
  const { items } = (await api.get(`/v1/loans/${idOf(api)}/statement`)).body;
  expect(items.at(-1)).toMatchObject({ amount_minor: "30000", recovery_minor: "30000" });
  expect(items.at(-1).balance).toMatchObject({ principal_minor: "0", suspense_minor: "0", total_minor: "0" });
  expect(await recoveries(api)).toEqual([{ event_type: "recovery", effective_at: "2025-05-01" }]);
  await api.accept("payment", { ...marked, payment_date: "2025-06-01" });
  expect(await recoveries(api)).toEqual([{ event_type: "recovery", effective_at: "2025-06-01" }]);
  await api.accept("payment", { ...marked, recovery: false });
  expect(await recoveries(api)).toEqual([]);
  await api.accept("payment", marked);
  await api.accept("payment", { step: "delete", payment_id: "PAY-1" });
  expect(await recoveries(api)).toEqual([]);
  const on = (line: string) => line.replace("2025-05-01", "2025-06-01");
  expect(linesOf(await journalOf(api.tenant)).slice(3)).toEqual([
    ...[back, on(income)],
    ...[on(back), "2025-06-01 payment_received: DR 1000 CR 1100 30000"],
    ...["2025-06-01 reversal: DR 1100 CR 1000 30000", on(income), on(back)],
  ]);
  expect(await provedOn(api, DAYS)).toEqual([]);
  await expectSoundLog(api.tenant);
});

it("a payment without the mark is a credit of the loan, shown as suspense, until an update marks it", async () => {
  const api = await lost();
  await api.accept("payment", received);
  const balance = async () => (await api.get(`/v1/loans/${idOf(api)}/balance`)).body;
  expect(await balance()).toMatchObject({ principal_outstanding_minor: "0", suspense_minor: "30000" });
  expect(await provedOn(api, DAYS)).toEqual([]);
  await api.accept("payment", marked);
  expect(await balance()).toMatchObject({ principal_outstanding_minor: "0", suspense_minor: "0" });
  expect((await api.get("/v1/bookkeeping/exceptions")).body.data).toEqual([]);
  expect(await provedOn(api, DAYS)).toEqual([]);
});

it("recoveries beyond the loss are facts and stay: only what 64 bits do not hold is refused, with the undone write-offs", async () => {
  const api = await bookedApi();
  await api.accept("client", individual);
  const half = 50_000_000_000_000_000;
  await api.accept("disbursement", { ...loan, total_expected_margin: 0, disbursement_amount: half });
  const recovery = (id: string, payment_total: number) =>
    api.ingest("payment", { ...received, payment_id: id, payment_total, recovery: true });
  expect((await recovery("PAY-1", half)).status).toBe(201);
  const refused = await recovery("PAY-2", half);
  expect([refused.status, refused.body.code]).toEqual([422, "amount_overflow"]);
  await api.accept("disbursement", { ...writtenOff, change_date: "2025-01-11" });
  const raise = { ...writtenOff, disbursement_amount: half, change_date: "2025-01-10" };
  const undone = await api.ingest("disbursement", raise);
  expect([undone.status, undone.body.code]).toEqual([422, "amount_overflow"]);
  expect((await recovery("PAY-2", 0.07)).status).toBe(201);
  expect(await provedOn(api, DAYS)).toEqual([]);
});
