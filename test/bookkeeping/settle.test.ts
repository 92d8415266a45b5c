import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import { reverse } from "../ledger/post.ts";
import { Api, newKey } from "../support/api.ts";
import { expectSoundLog } from "../support/chain.ts";
import { individual, loan, purchase } from "../support/examples.ts";
import { evicted, gateOf } from "../support/gate.ts";
import { journalOf, linesOf, opened, provedOn } from "./tape.ts";

const DAYS = ["2024-10-19", "2024-10-20", "2024-10-25", "2024-11-01", "2025-01-10", "2030-01-01"];
const change = { change_date: "2025-01-10", change_reason: "Agreed" };
const terms = (disbursement_amount: number) => ({
  ...{ step: "update", disbursement_id: "L-1", disbursement_amount },
  ...change,
});

const put = (api: Api, body: object) => api.send("PUT", "/v1/bookkeeping", body);

async function settling(bank?: string): Promise<Api> {
  const api = new Api();
  const answer = await put(api, { mode: "records", settle: "on_disbursement", bank_account_ref: bank });
  expect(answer.status, answer.text).toBe(200);
  await api.accept("client", individual);
  return api;
}

/** What the bank account and the clearing account hold at the end of all days. */
async function standing(api: Api, bank: string) {
  const cash = await api.get(`/v1/accounts/1000/balance?currency=USD&bank_account_ref=${bank}`);
  const clearing = await api.get("/v1/accounts/2100/balance?currency=USD");
  return [cash.body.normal_balance_minor, clearing.body.normal_balance_minor];
}

const AGREED = "2024-10-20 disbursement: DR 1100 CR 2100 1000000, DR 1400 CR 2300 129300";
const PAID_OUT = "2024-10-20 disbursement_settled: DR 2100 CR 1000 1000000";

describe("a tenant whose records settle what they promise", () => {
  it("has an origination and a raise settled by their own events, and nothing else", async () => {
    const api = await settling("ops");
    await api.accept("disbursement", loan);
    await api.accept("disbursement", terms(12_000));
    await api.accept("disbursement", terms(9_000));
    expect(linesOf(await journalOf(api.tenant))).toEqual([
      AGREED,
      PAID_OUT,
      "2025-01-10 terms_changed: DR 1100 CR 2100 200000",
      "2025-01-10 disbursement_settled: DR 2100 CR 1000 200000",
      "2025-01-10 terms_changed: DR 5100 CR 1100 300000",
    ]);
    expect(await standing(api, "ops")).toEqual(["-1200000", "0"]);
    const { body } = await api.get("/api/tables/events?sort_order=asc&category=disbursement");
    const named = body.data.map((event: { journal_entry_ids: string[] }) => event.journal_entry_ids.length);
    expect(named).toEqual([2, 2, 1]);
    const [first, settlement] = await Promise.all(
      body.data[0].journal_entry_ids.map(
        async (id: string) => (await api.get(`/v1/journal-entries/${id}`)).body,
      ),
    );
    expect(settlement).toMatchObject({
      ...{ event_type: "disbursement_settled", settles_entry_id: first.journal_entry_id },
      ...{ correlation_id: first.correlation_id, bank_account_ref: "ops", value_date: "2024-10-20" },
      ...{ posted_at: first.posted_at, actor: first.actor },
    });
    const answer = await api.post("/v1/disbursement-settlements", {
      disbursement_entry_id: first.journal_entry_id,
      effective_at: "2024-10-20",
    });
    expect([answer.status, answer.body.code]).toEqual([409, "already_settled"]);
    expect(await provedOn(api, DAYS)).toEqual([]);
    await expectSoundLog(api.tenant);
  });

  it("has the settlement moved with a corrected date, and taken back with a deletion", async () => {
    const api = await settling();
    await api.accept("disbursement", loan);
    const moved = (disbursement_date: string) =>
      api.accept("disbursement", { step: "update", disbursement_id: "L-1", disbursement_date });
    await moved("2024-10-25");
    await evicted(gateOf(api.tenant));
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    await api.accept("disbursement", loan);
    const back = (line: string) =>
      line.replace(/(DR \d+) (CR \d+)/g, (_, dr, cr) => `DR${cr.slice(2)} CR${dr.slice(2)}`);
    const reversed = (line: string) => back(line).replace(/ \w+:/, " reversal:");
    const later = [AGREED, PAID_OUT].map((line) => line.replace("10-20", "10-25"));
    expect(linesOf(await journalOf(api.tenant))).toEqual([
      ...[AGREED, PAID_OUT, reversed(PAID_OUT), reversed(AGREED)],
      ...later,
      ...later.toReversed().map(reversed),
      ...[AGREED, PAID_OUT],
    ]);
    expect(await standing(api, "main")).toEqual(["-1000000", "0"]);
    expect(await provedOn(api, DAYS)).toEqual([]);
    await expectSoundLog(api.tenant);
  });

  it("has a purchase settled on the day on which its supplier is paid", async () => {
    const api = await settling();
    await api.accept("disbursement", purchase);
    const [, settled] = linesOf(await journalOf(api.tenant));
    expect(settled).toBe(`${purchase.payment_date} disbursement_settled: DR 2100 CR 1000 1500000`);
  });

  it("can reverse such a settlement and post another; a later correction takes back the one that stands", async () => {
    const api = await settling();
    await api.accept("disbursement", loan);
    const loan_id = ledgerLoanId(tenantNamespace(api.tenant), "L-1");
    const entries = async () => (await api.get(`/v1/loans/${loan_id}/journal-entries`)).body.items;
    const [settlement, origination] = await entries();
    const refused = await reverse(api, origination.journal_entry_id);
    expect([refused.status, refused.body.code]).toEqual([409, "kept_by_records"]);
    expect((await reverse(api, settlement.journal_entry_id)).status).toBe(201);
    const anew = await api.post("/v1/disbursement-settlements", {
      ...{ disbursement_entry_id: origination.journal_entry_id, effective_at: "2024-11-01" },
      bank_account_ref: "ops",
    });
    expect(anew.status, anew.text).toBe(201);
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_date: "2024-10-25",
    });
    expect(await standing(api, "ops")).toEqual(["0", "0"]);
    expect(await standing(api, "main")).toEqual(["-1000000", "0"]);
    expect(await provedOn(api, DAYS)).toEqual([]);
  });

  it("has late settlements take effect with their entries on the first open day", async () => {
    const api = await settling();
    await api.send("PUT", "/v1/closing", { closed_through: "2024-10-31" });
    await api.accept("disbursement", loan);
    const { data } = (await api.get("/v1/bookkeeping/late?period=2024-10")).body;
    expect(data).toMatchObject(
      [1, 2].map(() => ({ record_id: "L-1", effective_at: "2024-11-01", value_date: "2024-10-20" })),
    );
    await api.send("PUT", "/v1/closing", { closed_through: "2024-11-30" });
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_date: "2024-12-05",
    });
    const found = await env.DB.prepare(
      "SELECT event_type AS type, effective_at, value_date FROM journal_entries WHERE tenant_id = ? ORDER BY sequence, position",
    )
      .bind(api.tenant)
      .all<Record<"type" | "effective_at" | "value_date", string>>();
    expect(
      found.results.map(({ type, effective_at, value_date }) => `${effective_at} ${value_date} ${type}`),
    ).toEqual([
      "2024-11-01 2024-10-20 disbursement",
      "2024-11-01 2024-10-20 disbursement_settled",
      "2024-12-01 2024-10-20 reversal",
      "2024-12-01 2024-10-20 reversal",
      "2024-12-05 2024-12-05 disbursement",
      "2024-12-05 2024-12-05 disbursement_settled",
    ]);
    expect(await provedOn(api, [...DAYS, "2024-12-01", "2024-12-05"])).toEqual([]);
  });
});

describe("the setting", () => {
  const state = async (api: Api) => (await api.get("/v1/bookkeeping")).body;
  const progress = { done: 0, total: 0 };

  it("is shown, makes an event where it changes, and leaves what is posted and the opening as they are", async () => {
    const api = new Api();
    const off = { mode: "off", settle: "by_hand", bank_account_ref: null, since_sequence: null, progress };
    expect(await state(api)).toEqual(off);
    const on = { ...off, mode: "records", since_sequence: 1 };
    expect((await put(api, { mode: "records" })).body).toEqual(on);
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    const key = newKey();
    const asked = { mode: "records", settle: "on_disbursement", bank_account_ref: "ops" };
    const answer = await api.send("PUT", "/v1/bookkeeping", asked, key);
    expect(answer.body).toEqual({ ...on, settle: "on_disbursement", bank_account_ref: "ops" });
    expect((await put(api, asked)).headers.get("X-Log-Receipt")).toBeNull();
    await api.accept("disbursement", { ...loan, disbursement_id: "L-2" });
    expect((await put(api, { mode: "records", settle: "by_hand" })).body).toEqual(on);
    await api.accept("disbursement", { ...loan, disbursement_id: "L-3" });
    expect(linesOf(await journalOf(api.tenant))).toEqual([AGREED, AGREED, PAID_OUT, AGREED]);
    const { data } = (await api.get("/api/tables/events?category=ledger&sort_order=asc")).body;
    expect(data.map((one: { step: string; data: object }) => [one.step, one.data])).toEqual([
      ["switched", { mode: "records" }],
      ["switched", asked],
      ["switched", { mode: "records", settle: "by_hand" }],
    ]);
    await expectSoundLog(api.tenant);
  });

  it("settles what is opened, also where it changes while records are opened", async () => {
    const api = new Api();
    await api.accept("client", individual);
    for (const id of ["L-1", "L-2"]) await api.accept("disbursement", { ...loan, disbursement_id: id });
    await put(api, { mode: "records", settle: "on_disbursement", bank_account_ref: "a" });
    await put(api, { mode: "records", settle: "on_disbursement" });
    await opened(api);
    expect(linesOf(await journalOf(api.tenant))).toEqual([AGREED, PAID_OUT, AGREED, PAID_OUT]);
    expect((await state(api)).progress).toEqual({ done: 2, total: 2 });
    expect((await api.get("/v1/accounts/2100/balance?currency=USD")).body.normal_balance_minor).toBe("0");
    expect(await provedOn(api, DAYS)).toEqual([]);
    await expectSoundLog(api.tenant);
  });

  it.each([
    [{ mode: "off", settle: "on_disbursement" }, "settle"],
    [{ mode: "records", settle: "at_once" }, "settle"],
    [{ mode: "records", bank_account_ref: "ops" }, "bank_account_ref"],
    [{ mode: "records", settle: "on_disbursement", bank_account_ref: "a b" }, "bank_account_ref"],
  ])("%j is refused with the member that is wrong", async (body, field) => {
    const { status, body: problem } = await put(new Api(), body);
    expect([status, problem.errors]).toMatchObject([400, [{ field, code: "invalid_value" }]]);
  });

  it("takes a bank account of its own only where there is room for it and for that of receipts", async () => {
    const api = new Api();
    const rows = Array.from({ length: 199 }, (_, index) => [`bank-${index}`, index + 1]);
    await env.DB.prepare(
      "INSERT INTO bank_accounts SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2) WHERE true",
    )
      .bind(api.tenant, JSON.stringify(rows))
      .run();
    const asked = { mode: "records", settle: "on_disbursement" };
    expect((await put(api, { ...asked, bank_account_ref: "ops" })).body.code).toBe("too_many_bank_accounts");
    expect((await put(api, { ...asked, bank_account_ref: "bank-7" })).status).toBe(200);
  });
});
