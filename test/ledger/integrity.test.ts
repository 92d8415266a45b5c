import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkTenants } from "../../src/fanout/integrity.ts";
import { openEverySession } from "../../src/store/session.ts";
import { runSweep } from "../fanout/queue.ts";
import { Api, newTenant } from "../support/api.ts";
import { type Call, FaultyD1 } from "../support/faulty-d1.ts";
import { oneTo } from "../support/gate.ts";
import { disbursementCommand, postInBulk } from "./bulk.ts";
import {
  accrue,
  DAY,
  disbursed,
  entryIdOf,
  LOAN,
  posted,
  postLoanWithCharges,
  reverse,
  settle,
} from "./post.ts";
import { storedBooks } from "./stored-books.ts";

const OTHER = "44444444-4444-4444-8444-444444444444";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the integrity check", () => {
  const integrityOf = async (api: Api) => {
    const { status, body, text } = await api.get("/v1/reconciliation/status");
    expect(status, text).toBe(200);
    return body.ledger_integrity;
  };
  async function check({ tenant }: Pick<Api, "tenant">, environment: Cloudflare.Env = env): Promise<void> {
    for (const { db } of openEverySession(environment)) {
      await checkTenants(db, [tenant], { calls: 1_000, until: Number.POSITIVE_INFINITY });
    }
  }
  const spoil = (sql: string, tenant: string) => env.DB.prepare(sql).bind(tenant).run();

  /** A tenant whose books hold an entry of every kind. */
  async function busy(): Promise<Api> {
    const api = new Api();
    const { disbursement, fee } = await postLoanWithCharges(api);
    entryIdOf(await settle(api, disbursement));
    await posted(api, "payments", { amount_minor: "700" });
    await posted(api, "funding", { bank_account_ref: "ops" });
    await disbursed(api, { loan_id: OTHER });
    entryIdOf(await accrue(api, [[OTHER, "88849", "3"]]));
    entryIdOf(await reverse(api, await posted(api, "fees", { loan_id: OTHER }), { effective_at: DAY }));
    expect(fee).not.toBe("");
    return api;
  }

  it("finds no error in sound books, reports its progress, and continues with new entries", async () => {
    const api = await busy();
    await check(api);
    const { events } = await storedBooks(api.tenant);
    expect(await integrityOf(api)).toEqual({
      status: "ok",
      mismatched_account_count: 0,
      findings: [],
      checked_at: expect.stringMatching(/Z$/),
      checked_upto_sequence: events,
    });
    await posted(api, "payments");
    await check(api);
    await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "ok", checked_upto_sequence: (events ?? 0) + 1 });
  });

  it("finds a total changed by hand at the next run, logs it as an error and shows it until it is corrected", async () => {
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

  it("finds a changed balance of a loan when its next posting is checked, and a changed day in its round", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const api = await busy();
    await check(api);
    await spoil(
      `UPDATE loan_balances SET interest_minor = interest_minor + 1 WHERE tenant_id = ? AND loan_id = '${LOAN}'`,
      api.tenant,
    );
    await posted(api, "payments", { amount_minor: "1" });
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

  it("names the first 100 figures that it found wrong, and counts the accounts of all", async () => {
    const api = await busy();
    await check(api);
    await spoil(
      `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 101)
       INSERT INTO integrity_findings
         (tenant_id, found_by, figure_table, book, account_code, currency, day, entry, found_at)
       SELECT ?, 'sums', 'loan_balances', 'loan:' || (100 + n), '1100', 'USD', '', '', 1 FROM numbers`,
      api.tenant,
    );
    const { status, mismatched_account_count, findings } = await integrityOf(api);
    expect([status, mismatched_account_count]).toEqual(["mismatch", 101]);
    expect(findings.map(({ book }: { book: string }) => book)).toEqual(
      Array.from({ length: 100 }, (_, index) => `loan:${101 + index}`),
    );
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

  it("finds a removed posting of a loan in the round of the loans", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const api = await busy();
    await check(api);
    await removePosting(api.tenant, `loan_id = '${LOAN}' AND debit = '1300'`);
    for (const _ of oneTo(3)) await check(api);
    expect(await integrityOf(api)).toMatchObject({ status: "mismatch", mismatched_account_count: 1 });
  });

  it("starts again with a whole check, which finds any removed posting", async () => {
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

  const loanOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

  /** A tenant of so many loans. */
  async function large(loans: number): Promise<Api> {
    const tenant = newTenant();
    await postInBulk(
      tenant,
      oneTo(loans).map((number) => ({ ...disbursementCommand, loan_id: loanOf(number) })),
    );
    return new Api(tenant);
  }

  const spoilClearing = ({ tenant }: Api, loan: number) =>
    spoil(
      `UPDATE loan_balances SET clearing_minor = 4 WHERE tenant_id = ? AND loan_id = '${loanOf(loan)}'`,
      tenant,
    );

  it("compares every loan at its end when it takes more than one turn", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const api = await large(1_100);
    await spoilClearing(api, 900);
    await check(api);
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
    await runSweep();
    expect(log.mock.calls.filter(([line]) => String(line).includes("integrity not checked"))).toEqual([]);
    const { results } = await env.DB.prepare("SELECT tenant_id FROM integrity_checks").all();
    expect(results.length).toBeGreaterThan(0);
  });

  it("compares every loan of a tenant that posts between any two of its reads", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const api = await large(600);
    await spoilClearing(api, 595);
    const d1 = new FaultyD1(env.DB);
    const isRead = ({ statements }: Call) =>
      statements.some(({ sql, params }) => /loan_balances/.test(sql) && params.includes(api.tenant)) &&
      !statements.some(({ sql }) => /^insert/i.test(sql));
    d1.meet(isRead, async (send) => {
      await disbursed(api, { loan_id: crypto.randomUUID() });
      return send();
    });
    await check(api, { ...env, DB: d1.binding });
    expect(await integrityOf(api)).toMatchObject({ status: "mismatch", mismatched_account_count: 1 });
  });

  it("shows the last complete check during a whole check, which is complete once checked_at is later", async () => {
    const api = await large(1_100);
    await check(api);
    const before = await integrityOf(api);
    expect(before).toMatchObject({ status: "ok", checked_upto_sequence: 1_100 });
    const { body } = await api.post("/v1/reconciliation/checks", {});
    await disbursed(api, { loan_id: crypto.randomUUID() });
    const [{ db } = expect.unreachable()] = openEverySession(env);
    await checkTenants(db, [api.tenant], { calls: 14, until: Number.POSITIVE_INFINITY });
    expect(await integrityOf(api)).toEqual(before);
    await check(api);
    const after = await integrityOf(api);
    expect(after).toMatchObject({ status: "ok", checked_upto_sequence: 1_101 });
    expect(after.checked_at > body.requested_at).toBe(true);
  });
});
