import { describe, expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import { Api, newKey } from "../support/api.ts";
import { individual, loan, payment, purchase } from "../support/examples.ts";
import { bookedApi, journalOf, linesOf, opened, provedOn, switchTo } from "./tape.ts";

const change = { change_date: "2025-01-10", change_reason: "Agreed" };
const paid = { step: "update", payment_id: "PAY-1", status: "paid", payment_date: "2024-11-20" };
const DAYS = ["2024-10-19", "2024-10-20", "2024-11-20", "2024-12-01", "2025-01-10", "2030-01-01"];

async function lender(): Promise<Api> {
  const api = await bookedApi();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  return api;
}

const AGREED = "2024-10-20 disbursement: DR 1100 CR 2100 1000000, DR 1400 CR 2300 129300";
const TAKEN_BACK = "2024-10-20 reversal: DR 2100 CR 1100 1000000, DR 2300 CR 1400 129300";

describe("an event of a tenant whose books come from its records", () => {
  it("posts the entries of its record in the same commit, and the log names them", async () => {
    const api = await lender();
    await api.accept("payment", { ...payment, payment_fee: 100 });
    await api.accept("payment", paid);
    expect(linesOf(await journalOf(api.tenant))).toEqual([
      AGREED,
      "2024-11-20 payment_received: DR 1000 CR 1100 40000, DR 1000 CR 1400 10000, DR 2300 CR 4100 10000",
    ]);
    const { body } = await api.get("/api/tables/events?sort_order=asc");
    const named = body.data.map((event: { journal_entry_ids: string[] | null }) => event.journal_entry_ids);
    expect(named.map((ids: string[] | null) => ids?.length ?? 0)).toEqual([0, 0, 1, 0, 1]);
    const entry = await api.get(`/v1/journal-entries/${named[4][0]}`);
    expect(entry.body.lines[0]).toMatchObject({
      loan_id: ledgerLoanId(tenantNamespace(api.tenant), "L-1"),
      external_ref: "L-1",
    });
    expect(entry.body.bank_account_ref).toBe("main");
    expect(await provedOn(api, DAYS)).toEqual([]);
  });

  it("that corrects a booked record reverses its entry on its own day and posts the new one", async () => {
    const api = await lender();
    await api.accept("payment", { ...payment, status: "paid", payment_fee: 100 });
    await api.accept("payment", { ...paid, payment_date: "2024-12-01" });
    await api.accept("payment", { step: "update", payment_id: "PAY-1", status: "expected" });
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_date: "2024-11-01",
    });
    expect(linesOf(await journalOf(api.tenant))).toEqual([
      AGREED,
      "2024-11-20 payment_received: DR 1000 CR 1100 40000, DR 1000 CR 1400 10000, DR 2300 CR 4100 10000",
      "2024-11-20 reversal: DR 1100 CR 1000 40000, DR 1400 CR 1000 10000, DR 4100 CR 2300 10000",
      "2024-12-01 payment_received: DR 1000 CR 1100 40000, DR 1000 CR 1400 10000, DR 2300 CR 4100 10000",
      "2024-12-01 reversal: DR 1100 CR 1000 40000, DR 1400 CR 1000 10000, DR 4100 CR 2300 10000",
      TAKEN_BACK,
      "2024-11-01 disbursement: DR 1100 CR 2100 1000000, DR 1400 CR 2300 129300",
    ]);
    expect(await provedOn(api, [...DAYS, "2024-11-01"])).toEqual([]);
  });

  it("that changes terms posts the difference, which stays when the record starts on another day", async () => {
    const api = await lender();
    const terms = (amount: number, margin: number) =>
      api.accept("disbursement", {
        step: "update",
        disbursement_id: "L-1",
        disbursement_amount: amount,
        total_expected_margin: margin,
        ...change,
      });
    await terms(8000, 1293);
    await terms(11000, 1000);
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_date: "2024-11-01",
    });
    expect(linesOf(await journalOf(api.tenant))).toEqual([
      AGREED,
      "2025-01-10 terms_changed: DR 5100 CR 1100 200000",
      "2025-01-10 terms_changed: DR 1100 CR 5100 200000, DR 1100 CR 2100 100000, DR 2300 CR 1400 29300",
      TAKEN_BACK,
      "2024-11-01 disbursement: DR 1100 CR 2100 1000000, DR 1400 CR 2300 129300",
    ]);
    expect(await provedOn(api, [...DAYS, "2024-11-01"])).toEqual([]);
  });

  it("that deletes a disbursement reverses what its events posted; receipts stay", async () => {
    const api = await lender();
    await api.accept("payment", { ...payment, status: "paid" });
    const id = ledgerLoanId(tenantNamespace(api.tenant), "L-1");
    const statement = async (query: string) => (await api.get(`/v1/loans/${id}/statement${query}`)).body;
    const inFirstCurrency = (await statement("?page_size=1")).next_page_token;
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    const orphan = await api.get("/v1/bookkeeping/exceptions");
    expect(orphan.body.data).toEqual([
      {
        disbursement_id: "L-1",
        payment_id: "PAY-1",
        reason: "orphan_receipts",
        amount: 500,
        currency: "USD",
        sequence: 4,
      },
    ]);
    expect(await provedOn(api, DAYS)).toEqual([]);
    await api.accept("disbursement", { ...loan, currency: "EUR", total_expected_margin: 0 });
    expect(linesOf(await journalOf(api.tenant)).slice(2)).toEqual([
      TAKEN_BACK,
      "2024-10-20 disbursement: DR 1100 CR 2100 1000000",
    ]);
    expect(await provedOn(api, DAYS)).toEqual([]);
    const { body } = await api.get("/v1/bookkeeping/exceptions");
    expect(body.data).toMatchObject([{ reason: "currency_differs", payment_id: "PAY-1", currency: "USD" }]);
    const inUsd = await api.get(`/v1/loans/${id}/balance?currency=USD`);
    expect(inUsd.body).toMatchObject({ principal_outstanding_minor: "0", suspense_minor: "50000" });
    const latest = await api.get(`/v1/loans/${id}/balance`);
    expect(latest.body).toMatchObject({ currency: "EUR", principal_outstanding_minor: "1000000" });
    expect((await statement("")).items).toMatchObject([{ balance: { principal_minor: "1000000" } }]);
    const dollars = (await statement("?currency=USD")).items;
    expect(dollars.at(-1).balance).toMatchObject({ principal_minor: "0", suspense_minor: "50000" });
    const [first] = dollars;
    const { next_page_token } = await statement("?currency=USD&page_size=1");
    const rest = await statement(`?currency=USD&page_size=200&page_token=${next_page_token}`);
    expect([first, ...rest.items]).toEqual(dollars);
    expect(rest.opening).toEqual(first.balance);
    const continued = await statement(`?page_size=200&page_token=${inFirstCurrency}`);
    expect(continued.items).toEqual(rest.items);
    const received = dollars.filter((item: object) => "amount_minor" in item);
    expect(received).toMatchObject([{ amount_minor: "50000", recovery_minor: "0" }]);
    expect(dollars.at(-1).balance.total_minor).toBe("-50000");
  });

  it("books a purchase as its own borrower, and its upfront fee as fee income", async () => {
    const api = await bookedApi();
    await api.accept("client", individual);
    await api.accept("disbursement", purchase);
    await api.accept("payment", {
      ...payment,
      disbursement_id: "P-1",
      client_id: "C-1",
      installment_number: 0,
      status: "paid",
    });
    const journal = linesOf(await journalOf(api.tenant));
    expect(journal).toEqual([
      "2024-10-20 disbursement: DR 1100 CR 2100 1500000, DR 1400 CR 2300 200000",
      "2024-11-20 payment_received: DR 1000 CR 4200 50000",
    ]);
    const id = ledgerLoanId(tenantNamespace(api.tenant), "P-1");
    const { body } = await api.get(`/v1/loans/${id}/journal-entries`);
    expect(body.items[0].lines[0].borrower_id).toBe(id);
    expect(await provedOn(api, DAYS)).toEqual([]);
  });

  it("posts on the days of the tenant's time zone, a refund as the mirror image, and the zone stays from then on", async () => {
    const api = new Api();
    await api.send("PUT", "/v1/settings", { time_zone: "Asia/Tokyo" });
    await api.accept("client", individual);
    await api.accept("disbursement", { ...loan, disbursement_date: "2024-10-19T16:00:00Z" });
    await switchTo(api, "records");
    await opened(api);
    const received = { ...payment, status: "paid", payment_fee: 100, payment_date: "2024-11-19T23:00:00Z" };
    await api.accept("payment", received);
    const back = { payment_id: "PAY-2", refund: true, payment_date: "2024-11-30T15:00:00Z" };
    await api.accept("payment", { ...received, ...back });
    expect(linesOf(await journalOf(api.tenant))).toEqual([
      AGREED,
      "2024-11-20 payment_received: DR 1000 CR 1100 40000, DR 1000 CR 1400 10000, DR 2300 CR 4100 10000",
      "2024-12-01 payment_received: DR 1100 CR 1000 40000, DR 1400 CR 1000 10000, DR 4100 CR 2300 10000",
    ]);
    expect(await provedOn(api, [...DAYS, "2024-11-19", "2024-11-30"])).toEqual([]);
    expect((await api.get("/v1/bookkeeping/exceptions")).body.data).toEqual([]);
    const moved = await api.send("PUT", "/v1/settings", { time_zone: "UTC" });
    expect([moved.status, moved.body.code]).toEqual([409, "too_late"]);
  });

  it("posts nothing before bookkeeping is on or after it is off, and a replay posts nothing again", async () => {
    const api = new Api();
    await api.accept("client", individual);
    expect((await api.get("/v1/bookkeeping")).body).toEqual({
      mode: "off",
      settle: "by_hand",
      bank_account_ref: null,
      since_sequence: null,
      progress: { done: 0, total: 0 },
    });
    await switchTo(api, "records");
    const key = newKey();
    expect((await api.ingest("disbursement", loan, key)).status).toBe(201);
    expect((await api.ingest("disbursement", loan, key)).status).toBe(200);
    expect((await switchTo(api, "off")).status).toBe(200);
    await api.accept("payment", { ...payment, status: "paid" });
    expect(linesOf(await journalOf(api.tenant))).toEqual([AGREED]);
  });
});

describe("a loan that is in credit", () => {
  it("is accepted, shown as suspense with no principal, and listed", async () => {
    const api = await lender();
    await api.accept("payment", {
      ...payment,
      status: "paid",
      payment_total: 12000,
      payment_fee: 1500,
      payment_date: "2024-10-01",
    });
    const id = ledgerLoanId(tenantNamespace(api.tenant), "L-1");
    const { body } = await api.get(`/v1/loans/${id}/balance`);
    expect(body).toMatchObject({
      principal_outstanding_minor: "0",
      suspense_minor: "50000",
      margin_receivable_minor: "-20700",
      total_exposure_minor: "0",
    });
    const early = await api.get(`/v1/loans/${id}/balance?as_of_date=2024-10-10`);
    expect(early.body).toMatchObject({ principal_outstanding_minor: "0", suspense_minor: "1050000" });
    const first = await api.get("/v1/bookkeeping/exceptions?limit=1");
    const rest = await api.get(
      `/v1/bookkeeping/exceptions?limit=2&cursor=${first.body.pagination.next_cursor}`,
    );
    // The cursor is bound to its query, which the size of a page is no part of.
    const all = [...first.body.data, ...rest.body.data];
    expect(all.map(({ reason, amount }) => [reason, amount])).toEqual([
      ["over_earned", 207],
      ["overpaid", 500],
      ["paid_before_disbursement", 12000],
    ]);
    expect(await provedOn(api, DAYS)).toEqual([]);
  });
});

describe("the ledger's routes on a loan that follows its records", () => {
  it("are refused before every other rule, except for the settlement, which is reversed with its disbursement", async () => {
    const api = await lender();
    const loan_id = ledgerLoanId(tenantNamespace(api.tenant), "L-1");
    const fee = {
      loan_id,
      borrower_id: loan_id,
      currency: "EUR",
      amount_minor: "5",
      effective_at: "2024-11-01",
      fee_type: "late",
    };
    expect((await api.post("/v1/fees", fee)).body.code).toBe("kept_by_records");
    const { body } = await api.get(`/v1/loans/${loan_id}/journal-entries`);
    const [entry] = body.items;
    const reversal = { reverses_entry_id: entry.journal_entry_id, reason_code: "returned" };
    expect((await api.post("/v1/reversals", reversal)).body.code).toBe("kept_by_records");
    const settled = await api.post("/v1/disbursement-settlements", {
      disbursement_entry_id: entry.journal_entry_id,
      effective_at: "2024-10-22",
      bank_account_ref: "payouts",
    });
    expect(settled.status).toBe(201);
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_date: "2024-10-25",
    });
    expect(linesOf(await journalOf(api.tenant))).toEqual([
      AGREED,
      "2024-10-22 disbursement_settled: DR 2100 CR 1000 1000000",
      "2024-10-22 reversal: DR 1000 CR 2100 1000000",
      TAKEN_BACK,
      "2024-10-25 disbursement: DR 1100 CR 2100 1000000, DR 1400 CR 2300 129300",
    ]);
    expect(await provedOn(api, DAYS)).toEqual([]);
    await switchTo(api, "off");
    expect((await api.post("/v1/fees", fee)).body.code).toBe("kept_by_records");
  });

  it("settle a raise by the amount that it adds; the settlement is reversed by a route, or with the raise", async () => {
    const api = await lender();
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_amount: 12_000,
      ...change,
    });
    const loan_id = ledgerLoanId(tenantNamespace(api.tenant), "L-1");
    const [raise] = (await api.get(`/v1/loans/${loan_id}/journal-entries`)).body.items;
    expect(raise.event_type).toBe("terms_changed");
    const settle = (effective_at: string) =>
      api.post("/v1/disbursement-settlements", {
        disbursement_entry_id: raise.journal_entry_id,
        effective_at,
      });
    expect((await settle("2025-01-09")).body.errors[0].code).toBe("inconsistent_dates");
    const settled = await settle("2025-01-10");
    expect(settled.status, settled.text).toBe(201);
    const entry = (await api.get(settled.headers.get("Location") ?? "")).body;
    expect(entry.lines[0]).toMatchObject({ amount_minor: "200000", external_ref: "L-1" });
    const reversal = { reverses_entry_id: entry.journal_entry_id, reason_code: "returned" };
    expect((await api.post("/v1/reversals", reversal)).status).toBe(201);
    expect((await settle("2025-01-11")).status).toBe(201);
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    expect(
      linesOf(await journalOf(api.tenant))
        .slice(-4)
        .sort(),
    ).toEqual(
      [
        TAKEN_BACK,
        "2025-01-10 reversal: DR 2100 CR 1100 200000",
        "2025-01-11 disbursement_settled: DR 2100 CR 1000 200000",
        "2025-01-11 reversal: DR 1000 CR 2100 200000",
      ].sort(),
    );
    expect(await provedOn(api, DAYS)).toEqual([]);
  });

  it("stay open if a route used the loan first: the loan does not follow its records, and they are not booked", async () => {
    const api = await bookedApi();
    await api.accept("client", individual);
    const loan_id = ledgerLoanId(tenantNamespace(api.tenant), "L-1");
    const disbursement = {
      loan_id,
      borrower_id: loan_id,
      amount_minor: "700",
      currency: "USD",
      effective_at: "2024-01-01",
      method: "ach",
    };
    expect((await api.post("/v1/disbursements", disbursement)).status).toBe(201);
    await api.accept("disbursement", loan);
    await api.accept("payment", { ...payment, status: "paid" });
    expect(linesOf(await journalOf(api.tenant))).toEqual(["2024-01-01 disbursement: DR 1100 CR 2100 700"]);
    const { body } = await api.get("/v1/bookkeeping/exceptions");
    expect(body.data).toMatchObject([{ reason: "kept_by_ledger", disbursement_id: "L-1", amount: 10000 }]);
    expect(await provedOn(api, DAYS)).toEqual([]);
    expect((await api.post("/v1/disbursements", disbursement)).status).toBe(201);
  });
});

it("refuse a record only for a sum that the books cannot hold, and then store nothing", async () => {
  const api = await lender();
  const most = "92233720368547758.07";
  const huge = (id: string) =>
    api.post(
      "/ingest",
      `{"category":"payment","data":{"step":"create","payment_id":"${id}","disbursement_id":"L-1","status":"paid","due_date":"2024-11-20","payment_total":${most},"currency":"USD"}}`,
    );
  expect((await huge("P-1")).status).toBe(201);
  const refused = await huge("P-2");
  expect([refused.status, refused.body.code]).toEqual([422, "amount_overflow"]);
  expect((await api.get("/api/tables/payments/P-2")).status).toBe(404);
  expect(await provedOn(api, DAYS)).toEqual([]);
});
