import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { bookedApi } from "../bookkeeping/tape.ts";
import { disbursed, LOAN, posted } from "../ledger/post.ts";
import { Api, newKey } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";

const PATH = "/v1/closing";
const OCTOBER = "2024-10-31";
const NOVEMBER = "2024-11-30";
const close = (api: Api, body: object, key = newKey()) => api.send("PUT", PATH, body, key);

it("a month is closed by an event of the log, and a replay answers as the first time", async () => {
  const api = new Api();
  expect((await api.get(PATH)).body).toEqual({ closed_through: null, closings: [] });
  const key = newKey();
  const first = await close(api, { closed_through: OCTOBER, note: "October" }, key);
  expect(first.status, first.text).toBe(200);
  expect(first.body).toMatchObject({ closed_through: OCTOBER, previous: null, sequence: 1 });
  const second = await close(api, { closed_through: NOVEMBER });
  expect(second.body).toMatchObject({ closed_through: NOVEMBER, previous: OCTOBER, sequence: 2 });
  const again = await close(api, { closed_through: OCTOBER, note: "October" }, key);
  expect([again.body, again.headers.get("Idempotent-Replayed")]).toEqual([first.body, "true"]);
  const { body } = await api.get(PATH);
  expect(body.closed_through).toBe(NOVEMBER);
  expect(body.closings).toMatchObject([
    { closed_through: NOVEMBER, note: null, sequence: 2 },
    { closed_through: OCTOBER, note: "October", sequence: 1 },
  ]);
  const events = await api.get("/api/tables/events?sort_order=asc");
  expect(events.body.data).toMatchObject([
    { category: "ledger", step: "closed", id: first.body.event_id, data: { closed_through: OCTOBER } },
    { category: "ledger", step: "closed", data: { closed_through: NOVEMBER, previous: OCTOBER } },
  ]);
});

it("the same day again is 200 without an event, and tells the closing that holds", async () => {
  const api = new Api();
  const nothing = { closed_through: null, previous: null, event_id: null, sequence: null };
  expect((await close(api, { closed_through: null })).body).toMatchObject(nothing);
  const first = await close(api, { closed_through: OCTOBER });
  const again = await close(api, { closed_through: OCTOBER });
  expect([again.status, again.headers.get("X-Log-Receipt")]).toEqual([200, null]);
  expect(again.body).toMatchObject({ ...first.body, previous: OCTOBER });
  expect((await api.get("/api/tables/events")).body.data).toHaveLength(1);
});

it("an earlier day needs reopen and a note, and null reopens everything", async () => {
  const api = new Api();
  await close(api, { closed_through: NOVEMBER });
  const refused = await close(api, { closed_through: OCTOBER });
  expect([refused.status, refused.body.code]).toEqual([400, "validation_error"]);
  expect(refused.body.errors).toMatchObject([
    { field: "reopen", code: "required" },
    { field: "note", code: "required" },
  ]);
  const express = { reopen: true, note: "A statement came late" };
  expect((await close(api, { closed_through: OCTOBER, ...express })).body.previous).toBe(NOVEMBER);
  expect((await close(api, { closed_through: null, ...express })).body.closed_through).toBe(null);
  const { body } = await api.get(PATH);
  expect(body.closed_through).toBe(null);
  expect(body.closings.map((one: { trial_balance_hash: string | null }) => one.trial_balance_hash)).toEqual([
    null,
    expect.any(String),
    expect.any(String),
  ]);
  const steps = (await api.get("/api/tables/events")).body.data.map(({ step }: { step: string }) => step);
  expect(steps).toEqual(["reopened", "reopened", "closed"]);
});

it.each([
  [{ closed_through: "2024-10-30" }, "closed_through"],
  [{ closed_through: "2024-02-30" }, "closed_through"],
  [{ closed_through: "9999-12-31" }, "closed_through"],
  [{ closed_through: OCTOBER, note: "" }, "note"],
  [{}, "closed_through"],
])("%j names the field that is not valid", async (body, field) => {
  const refused = await close(new Api(), body);
  expect([refused.status, refused.body.errors?.[0]?.field]).toEqual([400, field]);
});

it("needs its scope and a key", async () => {
  const api = new Api();
  const reader = new Api(api.tenant, "hpts:ledger:read hpts:adjustments:write");
  expect((await close(reader, { closed_through: OCTOBER })).body.code).toBe("insufficient_scope");
  expect((await reader.get(PATH)).status).toBe(200);
  const keyless = await api.send("PUT", PATH, { closed_through: OCTOBER }, null);
  expect(keyless.body.code).toBe("missing_idempotency_key");
});

it("a preview tells what closing would record and warn of, before it and after", async () => {
  const api = await bookedApi();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  await api.accept("payment", { ...payment, status: "paid", payment_date: "2024-11-20" });
  const preview = (day: string) => api.get(`${PATH}/preview?closed_through=${day}`);
  const { status, body } = await preview(OCTOBER);
  expect(status).toBe(200);
  const account = { currency: "USD", account_code: "1100", account_name: "Principal Receivable" };
  const [first] = body.balances;
  expect(first).toEqual({ ...account, dr_balance_minor: "1000000", cr_balance_minor: "0" });
  expect(body.balances.map((one: { account_code: string }) => one.account_code)).toEqual([
    ...["1100", "1400", "2100", "2300"],
  ]);
  expect(body.warnings).toEqual([{ code: "clearing_not_zero", amount_minor: "1000000", currency: "USD" }]);
  expect((await api.get(PATH)).body.closings).toEqual([]);
  expect((await close(api, { closed_through: OCTOBER })).body.warnings).toEqual(body.warnings);
  const [{ trial_balance_hash }] = (await api.get(PATH)).body.closings;
  expect(trial_balance_hash).toBe(body.trial_balance_hash);
  await api.accept("payment", { ...payment, payment_id: "P-2", status: "paid", payment_date: "2024-10-21" });
  expect((await preview(OCTOBER)).body).toEqual(body);
  for (const wrong of ["2024-10-30", "2024-02-30", ""]) {
    const refused = await preview(wrong);
    expect([refused.status, refused.body.code]).toEqual([400, "invalid_query"]);
  }
});

it("the hash is that of the trial balance up to the day, by hand", async () => {
  const api = await bookedApi();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  await api.accept("payment", { ...payment, status: "paid", payment_date: "2024-11-20" });
  await close(api, { closed_through: OCTOBER });
  const [{ trial_balance_hash }] = (await api.get(PATH)).body.closings;
  // The loan of 10,000.00 with a margin of 1,293.00, and no payment yet.
  const balances = [
    ["USD", "1100", "1000000", "0"],
    ["USD", "1400", "129300", "0"],
    ["USD", "2100", "0", "1000000"],
    ["USD", "2300", "0", "129300"],
  ];
  const text = JSON.stringify({ balances, closed_through: OCTOBER });
  expect(trial_balance_hash).toBe(createHash("sha256").update(text).digest("hex"));
  const [event] = (await api.get("/api/tables/events")).body.data;
  expect(event.data.trial_balance_hash).toBe(trial_balance_hash);
});

it("warns of what is unfinished up to the day, and closes all the same", async () => {
  const api = new Api();
  const principal = "88849";
  await disbursed(api, { effective_at: "2024-10-01" });
  const accrue = (accrual_date: string) =>
    api.post("/v1/accruals/batch", {
      program_id: LOAN,
      accrual_date,
      day_count_convention: "ACT_365",
      currency: "USD",
      loans: [{ loan_id: LOAN, outstanding_principal_minor: principal, interest_minor: "10" }],
    });
  for (const day of ["2024-10-29", "2024-10-31"]) expect((await accrue(day)).status).toBe(201);
  const stated = { as_of_date: OCTOBER, currency: "USD", closing_balance_minor: "500" };
  await api.send("PUT", "/v1/bank-balances/main", stated);
  const key = newKey();
  const first = await close(api, { closed_through: OCTOBER }, key);
  expect(first.body.warnings).toEqual([
    { code: "clearing_not_zero", amount_minor: principal, currency: "USD" },
    { code: "bank_difference", amount_minor: "-500", currency: "USD" },
    { code: "accruals_missing", count: 1 },
  ]);
  await posted(api, "payments", { amount_minor: "100000", effective_at: "2024-11-10" });
  expect((await close(api, { closed_through: OCTOBER }, key)).body).toEqual(first.body);
  const { warnings } = (await close(api, { closed_through: NOVEMBER })).body;
  expect(warnings).toMatchObject([
    { code: "suspense_not_zero", amount_minor: String(100_000 - 88_849 - 20), currency: "USD" },
    { code: "clearing_not_zero" },
    { code: "bank_difference" },
    // From 1 to 9 November: then the principal is paid.
    { code: "accruals_missing", count: 9 },
  ]);
});

it("warns of exceptions in books that follow their records", async () => {
  const api = await bookedApi();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  await api.accept("payment", { ...payment, status: "paid", payment_date: "2024-10-01" });
  const { warnings } = (await close(api, { closed_through: NOVEMBER })).body;
  expect(warnings).toContainEqual({ code: "open_exceptions", count: 1 });
});
