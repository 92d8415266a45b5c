import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import { bookedApi, journalOf, linesOf, opened, provedOn, switchTo } from "../bookkeeping/tape.ts";
import { disburse, disbursed, postTo, reverse } from "../ledger/post.ts";
import { Api, newKey } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";

const OCTOBER = "2025-10-31";
const DAYS = ["2025-09-20", "2025-10-15", OCTOBER, "2025-11-01", "2025-11-20", "2030-01-01"];
const september = { ...loan, disbursement_date: "2025-09-20", maturity_date: "2026-09-20" };
const received = {
  ...payment,
  status: "paid",
  due_date: "2025-10-15",
  payment_date: "2025-10-15",
  payment_principal: 400,
  payment_fee: 100,
} as const;

const close = (api: Api, closed_through: string | null, others: object = {}) =>
  api.send("PUT", "/v1/closing", { closed_through, ...others });
const october = async (api: Api) =>
  (await api.get(`/v1/trial-balance?currency=USD&as_of_date=${OCTOBER}`)).text;
const hashes = async (api: Api) =>
  (await api.get("/v1/closing")).body.closings.map(
    ({ trial_balance_hash }: { trial_balance_hash: string }) => trial_balance_hash,
  );

it("October is closed: a payment of 15 October that comes later is posted on 1 November, and October stays", async () => {
  const api = await bookedApi();
  await api.accept("client", individual);
  await api.accept("disbursement", september);
  await close(api, OCTOBER);
  const before = await october(api);
  await api.accept("payment", received);
  expect(linesOf(await journalOf(api.tenant)).at(-1)).toBe(
    "2025-11-01 payment_received: DR 1000 CR 1100 40000, DR 1000 CR 1400 10000, DR 2300 CR 4100 10000",
  );
  const { body } = await api.get("/v1/journal-entries?page_size=1");
  expect(body.items).toMatchObject([{ effective_at: "2025-11-01", value_date: "2025-10-15" }]);
  const late = await api.get("/v1/bookkeeping/late?period=2025-10");
  expect(late.body).toMatchObject({
    data: [
      {
        ...{ disbursement_id: "L-1", category: "payment", record_id: "PAY-1", currency: "USD" },
        ...{ value_date: "2025-10-15", effective_at: "2025-11-01", sequence: 5 },
        journal_entry_id: body.items[0].journal_entry_id,
      },
    ],
    pagination: { has_more: false },
  });
  expect((await api.get("/v1/bookkeeping/late?period=2025-11")).body.data).toEqual([]);
  expect(await october(api)).toBe(before);
  expect(await provedOn(api, DAYS)).toEqual([]);
  const express = { reopen: true, note: "Once more" };
  await close(api, "2025-09-30", express);
  await close(api, OCTOBER);
  const [again, , first] = await hashes(api);
  expect(again).toBe(first);
  await api.accept("payment", { step: "delete", payment_id: "PAY-1" });
  await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
  expect(await october(api)).toBe(before);
  expect(await provedOn(api, DAYS)).toEqual([]);
});

it("records that are opened after a closing are posted on the first open day, and a closing waits for them", async () => {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", september);
  await api.accept("payment", received);
  await close(api, OCTOBER);
  await switchTo(api, "records");
  const early = await close(api, "2025-11-30");
  expect([early.status, early.body.code]).toEqual([409, "opening_unfinished"]);
  await opened(api);
  expect(linesOf(await journalOf(api.tenant)).map((line) => line.split(":")[0])).toEqual([
    "2025-11-01 disbursement",
    "2025-11-01 payment_received",
  ]);
  expect(await provedOn(api, DAYS)).toEqual([]);
  const records = async (query: string) => (await api.get(`/v1/bookkeeping/late?${query}`)).body;
  const first = await records("period=2025-09&limit=1");
  expect(first.data).toMatchObject([{ category: "disbursement", record_id: "L-1", disbursement_id: "L-1" }]);
  expect((await records("period=2025-10")).data).toMatchObject([{ category: "payment", record_id: "PAY-1" }]);
  expect((await close(api, "2025-11-30")).status).toBe(200);
  await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
  const again = await records("period=2025-09&limit=1");
  const rest = await records(`period=2025-09&cursor=${again.pagination.next_cursor}`);
  expect([...again.data, ...rest.data]).toMatchObject([
    { effective_at: "2025-11-01", category: "disbursement" },
    { effective_at: "2025-12-01", value_date: "2025-09-20", category: "disbursement" },
  ]);
});

it("a settlement of a closed period is reversed with its origination on the first open day", async () => {
  const api = await bookedApi();
  await api.accept("client", individual);
  await api.accept("disbursement", september);
  const loan_id = ledgerLoanId(tenantNamespace(api.tenant), "L-1");
  const { body } = await api.get(`/v1/loans/${loan_id}/journal-entries`);
  const settled = await api.post("/v1/disbursement-settlements", {
    disbursement_entry_id: body.items[0].journal_entry_id,
    effective_at: "2025-09-21",
  });
  expect(settled.status, settled.text).toBe(201);
  await close(api, OCTOBER);
  const before = await october(api);
  await api.accept("disbursement", {
    step: "update",
    disbursement_id: "L-1",
    disbursement_date: "2025-09-25",
  });
  const { items } = (await api.get(`/v1/loans/${loan_id}/journal-entries?page_size=3`)).body;
  expect(
    items.map((one: Record<string, string>) => [one.event_type, one.effective_at, one.value_date]),
  ).toEqual([
    ["disbursement", "2025-11-01", "2025-09-25"],
    ["reversal", "2025-11-01", "2025-09-20"],
    ["reversal", "2025-11-01", "2025-09-21"],
  ]);
  expect(await october(api)).toBe(before);
  expect(await provedOn(api, DAYS)).toEqual([]);
});

it("a posting in a closed period is refused after the closing, and a replay is its first answer", async () => {
  const api = new Api();
  const key = newKey();
  const first = await disburse(api, { effective_at: "2025-10-15" }, key);
  await close(api, OCTOBER);
  expect((await disburse(api, { effective_at: "2025-10-15" }, key)).body).toEqual(first.body);
  const refused = await disburse(api, { effective_at: OCTOBER });
  expect([refused.status, refused.body.code]).toEqual([409, "period_closed"]);
  expect(refused.body.detail).toContain("2025-11-01");
  expect((await disburse(api, { effective_at: "2025-11-01" })).status).toBe(201);
  const entry = await reverse(api, first.body.journal_entry_id);
  expect(entry.status, entry.text).toBe(201);
  const stated = { as_of_date: "2025-10-15", currency: "USD", closing_balance_minor: "0" };
  expect((await api.send("PUT", "/v1/bank-balances/main", stated)).status).toBe(200);
});

it("a posting costs no further call for the closing, which a gate that starts anew knows", async () => {
  const api = new Api();
  await disbursed(api, { effective_at: "2025-11-02" });
  await close(api, OCTOBER);
  await disbursed(api, { effective_at: "2025-11-02" });
  const d1 = await wrapDatabase(gateOf(api.tenant));
  d1.resetCounts();
  await disbursed(api, { effective_at: "2025-11-02" });
  expect(d1.roundTrips).toBe(1);
  const late = () => postTo(api, "fees", { effective_at: "2025-10-15" });
  expect((await late()).body.code).toBe("period_closed");
  await runDurableObjectAlarm(gateOf(api.tenant));
  await evictDurableObject(gateOf(api.tenant));
  expect((await late()).body.code).toBe("period_closed");
});
