import { describe, expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { oneTo } from "../support/gate.ts";
import { send as request } from "../support/requests.ts";
import { DAY, disbursed, INT64_MAX, posted, refusalOf } from "./post.ts";
import { storedBooks } from "./stored-books.ts";

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

describe("a bank's balance of an account", () => {
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
    expect(await storedBooks(api.tenant)).toMatchObject({ events: 1, postings: [] });
  });

  it("from concurrent senders of one key is one event, and all but one answer are replays", async () => {
    const api = new Api();
    const key = newKey();
    const body = { closing_balance_minor: "7" };
    const answers = await Promise.all(oneTo(10).map(() => state(api, "main", body, key)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const replays = answers.filter(({ headers }) => headers.get("Idempotent-Replayed") === "true");
    expect(replays).toHaveLength(9);
    expect(await storedBooks(api.tenant)).toMatchObject({ events: 1, postings: [] });
  });

  it("from concurrent senders of one key with different bodies is one event: the others get a mismatch", async () => {
    const api = new Api();
    const key = newKey();
    const bodies = oneTo(6).map((number) => ({ closing_balance_minor: `${number}` }));
    const answers = await Promise.all(bodies.map((body) => state(api, "main", body, key)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422, 422, 422, 422]);
    expect(await storedBooks(api.tenant)).toMatchObject({ events: 1, postings: [] });
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
    await posted(api, "funding", {
      bank_account_ref: "ops",
      amount_minor: "1000",
      effective_at: "2024-01-01",
    });
    await posted(api, "funding", { bank_account_ref: "ops", amount_minor: "50", effective_at: "2024-01-20" });
    await posted(api, "funding", { bank_account_ref: "quiet" });
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

  it("compares the sum of the loans' principal with the general ledger, as of any day and beyond 64 bits", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: `${INT64_MAX}` });
    await disbursed(api, { loan_id: OTHER, amount_minor: `${INT64_MAX}` });
    await disbursed(api, { loan_id: crypto.randomUUID(), currency: "EUR", amount_minor: "5" });
    await posted(api, "payments", { amount_minor: "100" });
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
        findings: [],
        checked_at: null,
        checked_upto_sequence: 0,
      },
      bank_reconciliation: [],
      portfolio_rollup: [],
    });
    expect(refusalOf(await new Api().get("/v1/reconciliation/status?x=1"))).toEqual([400, "invalid_query"]);
  });
});
