import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkIntegrity, checkTenant } from "../../src/fanout/integrity.ts";
import { Api, newKey, newTenant } from "../support/api.ts";
import { oneTo } from "../support/gate.ts";
import { send as request } from "../support/requests.ts";
import {
  booksOf,
  disbursementCommand,
  entryIdOf,
  INT64_MAX,
  LOAN,
  post,
  postInBulk,
  refusalOf,
  reverse,
} from "./bookkeeper.ts";
import { accrue, DAY, lend, sent, settle } from "./lender.ts";

const OTHER = "44444444-4444-4444-8444-444444444444";

async function state(api: Api, ref: string, body: object, key = newKey()) {
  const headers = await api.headers({ "Content-Type": "application/json", "Idempotency-Key": key });
  const defaults = { as_of_date: DAY, currency: "USD", closing_balance_minor: "0" };
  return request(`/v1/bank-balances/${ref}`, {
    method: "PUT",
    headers,
    body: JSON.stringify({ ...defaults, ...body }),
  });
}

const statusOf = async (api: Api, query = "") => {
  const { status, body, text } = await api.get(`/v1/reconciliation/status${query}`);
  expect(status, text).toBe(200);
  return body;
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe("what the bank says of an account", () => {
  it("is an event without an entry: 200 at first and on a replay", async () => {
    const api = new Api();
    const key = newKey();
    const body = { closing_balance_minor: "-5" };
    const first = await state(api, "main", body, key);
    expect(first.status, first.text).toBe(200);
    expect(first.body).toEqual({
      bank_balance_event_id: expect.any(String),
      bank_account_ref: "main",
      currency: "USD",
      as_of_date: DAY,
      closing_balance_minor: "-5",
      recorded_at: expect.any(String),
    });
    const again = await state(api, "main", body, key);
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(again.headers.get("Idempotent-Replayed")).toBe("true");
    expect(refusalOf(await state(api, "other", body, key))).toEqual([422, "idempotency_mismatch"]);
    expect(await booksOf(api.tenant)).toMatchObject({ events: 1, postings: [] });
  });

  it("of concurrent senders of one key is one event, and all but one answer is a replay of it", async () => {
    const api = new Api();
    const key = newKey();
    const body = { closing_balance_minor: "7" };
    const answers = await Promise.all(oneTo(10).map(() => state(api, "main", body, key)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const replays = answers.filter(({ headers }) => headers.get("Idempotent-Replayed") === "true");
    expect(replays).toHaveLength(9);
    expect(await booksOf(api.tenant)).toMatchObject({ events: 1, postings: [] });
  });

  it("of concurrent senders of one key with different bodies is one event: the others are told of a mismatch", async () => {
    const api = new Api();
    const key = newKey();
    const bodies = oneTo(6).map((number) => ({ closing_balance_minor: `${number}` }));
    const answers = await Promise.all(bodies.map((body) => state(api, "main", body, key)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422, 422]);
    expect(await booksOf(api.tenant)).toMatchObject({ events: 1, postings: [] });
  });

  it.each(["0", "-1", "1", `${INT64_MAX}`, `-${INT64_MAX}`])("takes %s", async (closing_balance_minor) => {
    expect((await state(new Api(), "a.b:C_-9", { closing_balance_minor })).status).toBe(200);
  });

  it.each([
    [{ closing_balance_minor: "9223372036854775808" }, "closing_balance_minor invalid_value"],
    [{ closing_balance_minor: "-9223372036854775808" }, "closing_balance_minor invalid_value"],
    [{ closing_balance_minor: "-0" }, "closing_balance_minor invalid_value"],
    [{ closing_balance_minor: 5 }, "closing_balance_minor invalid_type"],
    [{ as_of_date: "2023-02-29" }, "as_of_date invalid_value"],
    [{ currency: "usd" }, "currency invalid_value"],
    [{ note: "x" }, "note unknown_field"],
    [{ bank_account_ref: "main" }, "bank_account_ref unknown_field"],
  ])("refuses %j", async (change, error) => {
    expect(refusalOf(await state(new Api(), "main", change))).toEqual([400, "validation_error", error]);
  });

  it("needs a key, and a bank account of at most 64 plain characters", async () => {
    const api = new Api();
    const headers = await api.headers({ "Content-Type": "application/json" });
    const without = await request("/v1/bank-balances/main", { method: "PUT", headers, body: "{}" });
    expect(refusalOf(without)).toEqual([400, "missing_idempotency_key"]);
    for (const ref of ["x".repeat(65), "a%20b"]) {
      expect(refusalOf(await state(api, ref, {}))).toEqual([
        400,
        "validation_error",
        "bank_account_ref invalid_value",
      ]);
    }
  });
});

describe("the status", () => {
  it("compares the latest statement with the ledger on the statement's day", async () => {
    const api = new Api();
    await sent(api, "funding", { bank_account_ref: "ops", amount_minor: "1000", effective_at: "2024-01-01" });
    await sent(api, "funding", { bank_account_ref: "ops", amount_minor: "50", effective_at: "2024-01-20" });
    await sent(api, "funding", { bank_account_ref: "quiet" });
    await state(api, "ops", { as_of_date: "2024-01-10", closing_balance_minor: "1000" });
    await state(api, "ops", { as_of_date: "2024-01-31", closing_balance_minor: "990" });
    await state(api, "stated", { closing_balance_minor: "7" });
    const at = async (day: string) => (await statusOf(api, `?as_of_date=${day}`)).bank_reconciliation;
    const quiet = { bank_account_ref: "quiet", currency: "USD", status: "no_statement" };
    const ops = { bank_account_ref: "ops", currency: "USD" };
    expect(await at("2024-01-09")).toEqual([
      { ...ops, status: "no_statement" },
      quiet,
      { bank_account_ref: "stated", currency: "USD", status: "no_statement" },
    ]);
    const stated = {
      bank_account_ref: "stated",
      currency: "USD",
      status: "unreconciled",
      difference_minor: "7",
    };
    expect(await at("2024-01-30")).toEqual([
      { ...ops, status: "reconciled", difference_minor: "0" },
      quiet,
      stated,
    ]);
    expect(await at("2024-01-31")).toEqual([
      { ...ops, status: "unreconciled", difference_minor: "-60" },
      quiet,
      stated,
    ]);
    await state(api, "ops", { as_of_date: "2024-01-31", closing_balance_minor: "1050" });
    expect((await at("2024-02-01"))[0]).toEqual({ ...ops, status: "reconciled", difference_minor: "0" });
  });

  it("adds the loans' principal up to the general ledger's, as of any day and beyond 64 bits", async () => {
    const api = new Api();
    await post(api, { amount_minor: `${INT64_MAX}` });
    await post(api, { loan_id: OTHER, amount_minor: `${INT64_MAX}` });
    await post(api, { loan_id: crypto.randomUUID(), currency: "EUR", amount_minor: "5" });
    await sent(api, "payments", { amount_minor: "100" });
    const { portfolio_rollup } = await statusOf(api);
    const both = `${2n * INT64_MAX - 100n}`;
    expect(portfolio_rollup).toEqual([
      { currency: "EUR", status: "ok", gl_principal_minor: "5", sum_of_loan_balances_minor: "5" },
      { currency: "USD", status: "ok", gl_principal_minor: both, sum_of_loan_balances_minor: both },
    ]);
    const before = await statusOf(api, "?as_of_date=2024-01-09");
    expect(before.portfolio_rollup[1].gl_principal_minor).toBe(`${2n * INT64_MAX}`);
    expect(before.portfolio_rollup[1].status).toBe("ok");
    expect((await statusOf(api, "?as_of_date=2023-12-24")).portfolio_rollup[1].gl_principal_minor).toBe("0");
  });

  it("of a tenant without a ledger is empty and sound", async () => {
    expect(await statusOf(new Api(), "?as_of_date=2024-01-01")).toEqual({
      as_of_date: "2024-01-01",
      ledger_integrity: {
        status: "ok",
        mismatched_account_count: 0,
        checked_at: null,
        checked_upto_sequence: 0,
      },
      bank_reconciliation: [],
      portfolio_rollup: [],
    });
    expect(refusalOf(await new Api().get("/v1/reconciliation/status?x=1"))).toEqual([400, "invalid_query"]);
  });
});

describe("the integrity check", () => {
  const integrityOf = async (api: Api) => (await statusOf(api)).ledger_integrity;
  const check = (api: Api) => checkTenant(env, api.tenant);
  const spoil = (sql: string, tenant: string) => env.DB.prepare(sql).bind(tenant).run();

  /** A tenant whose books hold an entry of every kind. */
  async function busy(): Promise<Api> {
    const api = new Api();
    const { disbursement, fee } = await lend(api);
    entryIdOf(await settle(api, disbursement));
    await sent(api, "payments", { amount_minor: "700" });
    await sent(api, "funding", { bank_account_ref: "ops" });
    await post(api, { loan_id: OTHER });
    entryIdOf(await accrue(api, [[OTHER, "88849", "3"]]));
    entryIdOf(await reverse(api, await sent(api, "fees", { loan_id: OTHER }), { effective_at: DAY }));
    expect(fee).not.toBe("");
    return api;
  }

  it("finds sound books sound, says how far it came, and goes on with new entries", async () => {
    const api = await busy();
    await check(api);
    const { events } = await booksOf(api.tenant);
    expect(await integrityOf(api)).toEqual({
      status: "ok",
      mismatched_account_count: 0,
      checked_at: expect.stringMatching(/Z$/),
      checked_upto_sequence: events,
    });
    await sent(api, "payments");
    await check(api);
    await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "ok", checked_upto_sequence: (events ?? 0) + 1 });
  });

  it("finds a total spoiled by hand at the next run, logs it as an error and shows it, until it is put right", async () => {
    const api = await busy();
    await check(api);
    const change = (sign: string) =>
      spoil(
        `UPDATE ledger_totals SET dr_lo = dr_lo ${sign} 1 WHERE tenant_id = ? AND account_code = '1000'`,
        api.tenant,
      );
    await change("+");
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    await check(api);
    // The whole ledger's cash, and that of each of the two bank accounts.
    expect(await integrityOf(api)).toMatchObject({ status: "mismatch", mismatched_account_count: 3 });
    const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(lines).toMatchObject([
      { level: "error", message: "ledger mismatch", tenant: api.tenant, mismatches: 3 },
    ]);
    await change("-");
    await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "ok", mismatched_account_count: 0 });
  });

  it("finds a loan's balance spoiled before its next posting is checked, and a day of it in its round", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const api = await busy();
    await check(api);
    await spoil(
      `UPDATE loan_balances SET interest_minor = interest_minor + 1 WHERE tenant_id = ? AND loan_id = '${LOAN}'`,
      api.tenant,
    );
    await sent(api, "payments", { amount_minor: "1" });
    await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "mismatch", mismatched_account_count: 1 });
    await spoil(
      `UPDATE loan_balances SET interest_minor = interest_minor - 1 WHERE tenant_id = ? AND loan_id = '${LOAN}'`,
      api.tenant,
    );
    for (const _ of oneTo(3)) await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "ok" });
    await spoil(
      `UPDATE loan_days SET principal_minor = principal_minor + 1 WHERE tenant_id = ? AND loan_id = '${OTHER}'
         AND day = '2023-12-25'`,
      api.tenant,
    );
    for (const _ of oneTo(3)) await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "mismatch", mismatched_account_count: 1 });
  });

  /** Takes a posting out of the journal, past the trigger that forbids it. */
  async function removePosting(tenant: string, where: string): Promise<void> {
    const name = "journal_postings_are_never_deleted";
    const trigger = await env.DB.prepare("SELECT sql FROM sqlite_master WHERE name = ?")
      .bind(name)
      .first<{ sql: string }>();
    await env.DB.prepare(`DROP TRIGGER ${name}`).run();
    await spoil(`DELETE FROM journal_postings WHERE tenant_id = ? AND ${where}`, tenant);
    await env.DB.prepare(trigger?.sql ?? "").run();
  }

  it("finds a posting of a loan that was removed, in the round of the loans", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const api = await busy();
    await check(api);
    await removePosting(api.tenant, `loan_id = '${LOAN}' AND debit = '1300'`);
    for (const _ of oneTo(3)) await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "mismatch", mismatched_account_count: 1 });
  });

  it("starts anew with a whole check, which finds any posting that was removed", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const api = await busy();
    await check(api);
    await removePosting(api.tenant, "loan_id = ''");
    await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "ok" });
    const started = await api.post("/v1/reconciliation/checks", {});
    expect([started.status, started.body.status]).toEqual([202, "started"]);
    await check(api);
    // Cash of the ledger and of the bank account, and funding.
    expect(await integrityOf(api)).toMatchObject({ status: "mismatch", mismatched_account_count: 3 });
  });

  it("of more entries than a turn takes compares every loan at its end", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const tenant = newTenant();
    const loanOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
    await postInBulk(
      tenant,
      oneTo(1_100).map((number) => ({ ...disbursementCommand, loan_id: loanOf(number) })),
    );
    await spoil(
      `UPDATE loan_balances SET clearing_minor = 4 WHERE tenant_id = ? AND loan_id = '${loanOf(900)}'`,
      tenant,
    );
    await checkTenant(env, tenant);
    const api = new Api(tenant);
    expect(await integrityOf(api)).toMatchObject({
      status: "mismatch",
      mismatched_account_count: 1,
      checked_upto_sequence: 1_100,
    });
  });

  it("may run twice at once: no entry is added up twice", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const api = await busy();
    await Promise.all(oneTo(4).map(() => check(api)));
    await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "ok", mismatched_account_count: 0 });
  });

  it("is part of each scheduled run, for the tenants that waited longest", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    await checkIntegrity(env);
    expect(log.mock.calls.filter(([line]) => String(line).includes("integrity not checked"))).toEqual([]);
    const { results } = await env.DB.prepare("SELECT tenant_id FROM integrity_checks").all();
    expect(results.length).toBeGreaterThan(0);
  });
});
