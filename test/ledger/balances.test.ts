import { describe, expect, it } from "vitest";
import { ACCOUNT_CODES } from "../../src/domain/ledger/accounts.ts";
import { Api, newKey } from "../support/api.ts";
import { HeldCalls, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { arrivals, gateOf, oneTo } from "../support/gate.ts";
import { disburse, disbursed, entryIdOf, INT64_MAX, LOAN, refusalOf, reverse } from "./post.ts";
import { accountBalanceOf, accountSums, loanBalanceOf, principalOwed } from "./read-books.ts";
import { expectSoundBooks, storedBooks } from "./stored-books.ts";

const today = () => new Date().toISOString().slice(0, 10);
const OTHER_LOAN = "44444444-4444-4444-4444-444444444444";

describe("a loan's balance", () => {
  it("has the documented members, and today as its default date", async () => {
    const api = new Api();
    await disbursed(api);
    const last = await disburse(api, { amount_minor: "11151" });
    const days = [today()];
    const answer = await loanBalanceOf(api);
    days.push(today());
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      loan_id: LOAN,
      currency: "USD",
      as_of_date: expect.stringMatching(new RegExp(days.join("|"))),
      principal_outstanding_minor: "100000",
      interest_receivable_minor: "0",
      fees_receivable_minor: "0",
      margin_receivable_minor: "0",
      suspense_minor: "0",
      total_exposure_minor: "100000",
      last_activity_at: last.body.posted_at,
    });
  });

  it("is as of any day: before, on and after each posting, in any order of posting", async () => {
    const api = new Api();
    await disbursed(api, { effective_at: "2024-03-01", amount_minor: "100" });
    await disbursed(api, { effective_at: "2024-01-01", amount_minor: "10" });
    const middle = await disbursed(api, { effective_at: "2024-02-29", amount_minor: "1" });
    await disbursed(api, { effective_at: "2024-02-29", amount_minor: "5" });
    await disbursed(api, { loan_id: OTHER_LOAN, effective_at: "2024-02-29", amount_minor: "1000" });
    await reverse(api, middle, { effective_at: "2024-03-02" });
    const expected = {
      "0001-01-01": "0",
      "2023-12-31": "0",
      "2024-01-01": "10",
      "2024-02-28": "10",
      "2024-02-29": "16",
      "2024-03-01": "116",
      "2024-03-02": "115",
      "9999-12-31": "115",
    };
    for (const [day, amount] of Object.entries(expected)) {
      expect([day, await principalOwed(api, LOAN, day)]).toEqual([day, amount]);
    }
    expect(await accountSums(api, "1100", "USD", "2024-02-29")).toBe("1016 0 1016");
    expect(await accountSums(api, "1100", "USD", "2024-03-02")).toBe("1116 1 1115");
    expect(await accountSums(api, "2100", "USD", "2024-03-02")).toBe("1 1116 1115");
  });

  it("counts a posting of tomorrow from tomorrow on", async () => {
    const api = new Api();
    await disbursed(api, { effective_at: "9999-12-31" });
    expect(await principalOwed(api)).toBe("0");
    expect(await accountSums(api, "2100")).toBe("0 0 0");
    expect(await principalOwed(api, LOAN, "9999-12-30")).toBe("0");
    expect(await principalOwed(api, LOAN, "9999-12-31")).toBe("88849");
    expect((await loanBalanceOf(api)).body.last_activity_at).toBeNull();
  });

  it("is 0 after a disbursement of 0, and the loan is known", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "0", currency: "BHD" });
    expect((await loanBalanceOf(api)).body).toMatchObject({ currency: "BHD", total_exposure_minor: "0" });
  });

  it("is 404 for a loan that the ledger does not know, even if ingest does", async () => {
    const api = new Api();
    await disbursed(api);
    for (const id of [OTHER_LOAN, "L-1", "%00", "x".repeat(300), `${LOAN}%20`]) {
      expect(refusalOf(await loanBalanceOf(api, id))).toEqual([404, "not_found"]);
    }
  });

  it.each([
    "as_of_date=2023-02-29",
    "as_of_date=",
    "as_of_date=2024-01-01T00:00:00Z",
    "as_of_date=today",
    "as_of_date=2024-01-01&as_of_date=2024-01-02",
    "as_of=2024-01-01",
    "currency=usd",
  ])("is refused for %s", async (query) => {
    const api = new Api();
    expect(refusalOf(await api.get(`/v1/loans/${LOAN}/balance?${query}`))).toEqual([400, "invalid_query"]);
  });
});

describe("an account's balance", () => {
  it("has the documented members: debits, credits and the normal balance", async () => {
    const api = new Api();
    await disbursed(api);
    const { body } = await accountBalanceOf(api, "2100", "USD", "2024-01-01");
    expect(body).toEqual({
      account_code: "2100",
      account_name: "Disbursement Clearing",
      currency: "USD",
      layer: "SETTLED",
      as_of_date: "2024-01-01",
      dr_balance_minor: "0",
      cr_balance_minor: "88849",
      normal_balance_minor: "88849",
    });
    expect((await accountBalanceOf(api, "1100")).body).toMatchObject({
      account_name: "Principal Receivable",
      normal_balance_minor: "88849",
    });
  });

  it("is 0 for every account, currency and tenant that has no postings", async () => {
    const api = new Api();
    for (const code of ACCOUNT_CODES) expect(await accountSums(api, code, "EUR")).toBe("0 0 0");
    await disbursed(api);
    expect(await accountSums(api, "1100", "EUR")).toBe("0 0 0");
    expect(await accountSums(api, "1000")).toBe("0 0 0");
  });

  it.each(["9999", "110", "11000", "constructor", "__proto__", "toString", "1100%20"])(
    "is 404 for %s, which is no account",
    async (code) => {
      expect(refusalOf(await accountBalanceOf(new Api(), code))).toEqual([404, "not_found"]);
    },
  );

  it.each([
    "",
    "?currency=",
    "?currency=usd",
    "?currency=XXX",
    "?currency=USD&currency=EUR",
    "?currency=USD&layer=PENDING",
    "?currency=USD&layer=",
    "?currency=USD&as_of_date=2023-02-29",
    "?currency=USD&loan_id=x",
  ])("is refused for the query %j", async (query) => {
    const answer = await new Api().get(`/v1/accounts/1100/balance${query}`);
    expect(refusalOf(answer)).toEqual([400, "invalid_query"]);
  });

  it("accepts the layer by name", async () => {
    const api = new Api();
    await disbursed(api);
    const { body } = await api.get("/v1/accounts/1100/balance?currency=USD&layer=SETTLED");
    expect(body.dr_balance_minor).toBe("88849");
  });
});

describe("64 bits", () => {
  it("bound a loan's balance: the largest amount is returned exactly, one unit more is refused", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: `${INT64_MAX - 1n}` });
    const before = await storedBooks(api.tenant);
    const key = newKey();
    expect(refusalOf(await disburse(api, { amount_minor: "2" }, key))).toEqual([422, "amount_overflow"]);
    expect(await storedBooks(api.tenant)).toEqual(before);
    // The key of a refused request is not used up.
    entryIdOf(await disburse(api, { amount_minor: "1" }, key));
    expect(refusalOf(await disburse(api, { amount_minor: "1" }))).toEqual([422, "amount_overflow"]);
    expect(await principalOwed(api)).toBe("9223372036854775807");
    await expectSoundBooks(api.tenant);
  });

  it("bound it on every day: a later day that is full refuses an earlier posting", async () => {
    const api = new Api();
    const later = await disbursed(api, { amount_minor: `${INT64_MAX}`, effective_at: "2024-06-01" });
    const early = { amount_minor: "1", effective_at: "2024-01-01" };
    expect(refusalOf(await disburse(api, early))).toEqual([422, "amount_overflow"]);
    entryIdOf(await reverse(api, later, { effective_at: "2024-06-01" }));
    entryIdOf(await disburse(api, early));
  });

  it("do not bound turnover: the largest amount posted, reversed, and then 1 more is accepted", async () => {
    const api = new Api();
    for (const turn of [1n, 2n, 3n]) {
      const id = await disbursed(api, { amount_minor: `${INT64_MAX}` });
      entryIdOf(await reverse(api, id, { effective_at: "2023-12-25" }));
      const turnover = turn * INT64_MAX;
      expect(await accountSums(api, "1100")).toBe(`${turnover} ${turnover} 0`);
      expect(await principalOwed(api)).toBe("0");
    }
    await disbursed(api, { amount_minor: "1" });
    await disbursed(api, { loan_id: OTHER_LOAN, amount_minor: "1" });
    expect(await principalOwed(api)).toBe("1");
    const turnover = 3n * INT64_MAX;
    expect(await accountSums(api, "1100")).toBe(`${turnover + 2n} ${turnover} 2`);
    expect(await accountSums(api, "2100", "USD", "2023-12-25")).toBe(`${turnover} ${turnover + 2n} 2`);
    expect(await accountSums(api, "2100", "USD", "2023-12-24")).toBe("0 0 0");
    await expectSoundBooks(api.tenant);
  });

  it("do not bound an account: sums of several loans have more than 19 digits, exactly", async () => {
    const api = new Api();
    for (const loan_id of oneTo(4).map(() => crypto.randomUUID())) {
      await disbursed(api, { loan_id, amount_minor: `${INT64_MAX}` });
    }
    expect(await accountSums(api, "2100")).toBe("0 36893488147419103228 36893488147419103228");
    await expectSoundBooks(api.tenant);
  });

  it("hold within a group of concurrent postings: as many are accepted as fit", async () => {
    const api = new Api();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const hold = new HeldCalls();
    d1.meet(isCommit, hold.fault, 1);
    const first = disburse(api, { amount_minor: "7" });
    await hold.reached();
    const third = (INT64_MAX / 3n).toString();
    const rest = oneTo(6).map(() => disburse(api, { amount_minor: third }));
    await arrivals(gateOf(api.tenant));
    hold.release();
    entryIdOf(await first);
    const answers = await Promise.all(rest);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 422, 422, 422, 422]);
    expect(await accountSums(api, "1100")).toMatch(/^6148914691236517211 0 /);
    expect((await storedBooks(api.tenant)).events).toBe(3);
    await expectSoundBooks(api.tenant);
  });

  it("are never exceeded under contention", async () => {
    const api = new Api();
    const half = (INT64_MAX / 2n).toString();
    const answers = await Promise.all(oneTo(8).map(() => disburse(api, { amount_minor: half })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(answers.filter(({ body }) => body.code === "amount_overflow")).toHaveLength(6);
    await expectSoundBooks(api.tenant);
  });
});
