import { beforeAll, describe, expect, it } from "vitest";
import { ACCOUNT_CODES } from "../../src/domain/ledger/accounts.ts";
import { Api } from "../support/api.ts";
import { oneTo } from "../support/gate.ts";
import { bulkEntryId, disbursementCommand, postInBulk } from "./bulk.ts";
import {
  accrue,
  DAY,
  disbursed,
  entryIdOf,
  INT64_MAX,
  LOAN,
  posted,
  postLoanWithCharges,
  postTo,
  refusalOf,
  reverse,
  settle,
} from "./post.ts";

const OTHER = "44444444-4444-4444-8444-444444444444";

describe("the chart of accounts", () => {
  it("names every account with its type and normal side", async () => {
    const { status, body } = await new Api().get("/v1/accounts");
    expect(status).toBe(200);
    expect(body.accounts).toHaveLength(13);
    expect(body.accounts[0]).toEqual({
      account_code: "1000",
      account_name: "Cash",
      account_type: "asset",
      normal_side: "DR",
    });
    expect(body.accounts.at(-1)).toEqual({
      account_code: "5100",
      account_name: "Credit Loss Expense",
      account_type: "expense",
      normal_side: "DR",
    });
    expect((await new Api().get("/v1/accounts?x=1")).status).toBe(400);
  });
});

describe("a trial balance", () => {
  it("has every account in one currency as of a day, and equal totals", async () => {
    const api = new Api();
    const { disbursement } = await postLoanWithCharges(api);
    entryIdOf(await settle(api, disbursement));
    await posted(api, "payments", { amount_minor: "88849", effective_at: "2024-01-11" });
    await disbursed(api, { loan_id: OTHER, currency: "EUR", amount_minor: "7" });
    const of = async (query: string) => (await api.get(`/v1/trial-balance?${query}`)).body;
    const now = await of("currency=USD&as_of_date=2024-01-11");
    expect(now).toMatchObject({ currency: "USD", as_of_date: "2024-01-11" });
    expect(now.accounts.map(({ account_code }: { account_code: string }) => account_code)).toEqual(
      ACCOUNT_CODES,
    );
    expect(now.accounts[0]).toEqual({
      account_code: "1000",
      account_name: "Cash",
      dr_balance_minor: "88849",
      cr_balance_minor: "88849",
      normal_balance_minor: "0",
    });
    expect(now.total_dr_minor).toBe(now.total_cr_minor);
    expect(now.total_dr_minor).toBe(`${88849 + 500 + 10000 + 88849 + 88849}`);
    expect((await of("currency=USD&as_of_date=2023-12-25")).total_dr_minor).toBe("88849");
    expect((await of("currency=EUR")).total_cr_minor).toBe("7");
    expect((await of("currency=JPY")).total_cr_minor).toBe("0");
  });

  it("is exact beyond 64 bits", async () => {
    const api = new Api();
    for (const loan_id of [LOAN, OTHER]) await disbursed(api, { loan_id, amount_minor: `${INT64_MAX}` });
    const { body } = await api.get("/v1/trial-balance?currency=USD");
    expect(body.total_dr_minor).toBe(`${2n * INT64_MAX}`);
  });

  it.each(["", "?currency=usd", "?currency=USD&as_of_date=2023-02-29", "?currency=USD&x=1"])(
    "is refused for the query %j",
    async (query) => {
      expect(refusalOf(await new Api().get(`/v1/trial-balance${query}`))).toEqual([400, "invalid_query"]);
    },
  );
});

describe("the cash of a bank account", () => {
  it("counts only its own lines on account 1000", async () => {
    const api = new Api();
    await disbursed(api);
    await posted(api, "payments", { bank_account_ref: "ops" });
    await posted(api, "funding", {});
    const of = async (query: string) =>
      (await api.get(`/v1/accounts/1000/balance?currency=USD${query}`)).body;
    expect(await of("&bank_account_ref=ops")).toMatchObject({
      bank_account_ref: "ops",
      normal_balance_minor: "100",
    });
    expect((await of("&bank_account_ref=main")).normal_balance_minor).toBe("1000");
    expect((await of("&bank_account_ref=none")).normal_balance_minor).toBe("0");
    expect((await of("&bank_account_ref=ops&as_of_date=2024-01-09")).normal_balance_minor).toBe("0");
    expect(await of("")).not.toHaveProperty("bank_account_ref");
    expect((await of("")).normal_balance_minor).toBe("1100");
    const other = await api.get("/v1/accounts/1100/balance?currency=USD&bank_account_ref=ops");
    expect(refusalOf(other)).toEqual([400, "invalid_query"]);
    expect(refusalOf(await api.get("/v1/accounts/1000/balance?currency=USD&bank_account_ref=a%20b"))).toEqual(
      [400, "invalid_query"],
    );
  });
});

describe("a statement", () => {
  const PATH = `/v1/loans/${LOAN}/statement`;
  const amounts = (principal: string, interest: string, fees: string, suspense: string) => ({
    principal_minor: principal,
    interest_minor: interest,
    fees_minor: fees,
    margin_minor: "0",
    suspense_minor: suspense,
    total_minor: `${BigInt(principal) + BigInt(interest) + BigInt(fees) - BigInt(suspense)}`,
  });

  it("is ordered by day, then by posting, with each entry's changes and the balances after it", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "1000", effective_at: "2024-01-01" });
    await posted(api, "payments", { amount_minor: "1300", effective_at: "2024-03-01" });
    const fee = await postTo(api, "fees", { amount_minor: "20", effective_at: "2024-02-01" });
    entryIdOf(await accrue(api, [[LOAN, "1000", "5"]], { accrual_date: "2024-02-01" }));
    const { status, body } = await api.get(PATH);
    expect(status).toBe(200);
    expect(body.opening).toEqual(amounts("0", "0", "0", "0"));
    expect(body.items[1]).toEqual({
      journal_entry_id: fee.body.journal_entry_id,
      event_type: "fee_assessed",
      effective_at: "2024-02-01",
      value_date: "2024-02-01",
      posted_at: fee.body.posted_at,
      change: amounts("0", "0", "20", "0"),
      balance: amounts("1000", "0", "20", "0"),
    });
    expect(
      body.items.map((item: { effective_at: string; balance: object }) => [item.effective_at, item.balance]),
    ).toEqual([
      ["2024-01-01", amounts("1000", "0", "0", "0")],
      ["2024-02-01", amounts("1000", "0", "20", "0")],
      ["2024-02-01", amounts("1000", "5", "20", "0")],
      ["2024-03-01", amounts("0", "5", "20", "300")],
    ]);
    const part = (await api.get(`${PATH}?from_date=2024-02-01&to_date=2024-02-29`)).body;
    expect(part.opening).toEqual(amounts("1000", "0", "0", "0"));
    expect(part.items).toEqual(body.items.slice(1, 3));
  });

  it("shows of a receipt its money and its recovery, and a change within a day as the entry posted it", async () => {
    const api = new Api();
    const loan = await disbursed(api, { amount_minor: "1000" });
    await posted(api, "charge-offs");
    await posted(api, "fees", { amount_minor: "20" });
    await posted(api, "payments", { amount_minor: "150" });
    await posted(api, "recoveries", { amount_minor: "70" });
    const { items } = (await api.get(PATH)).body;
    expect(
      items.map((item: Record<string, unknown>) => [item.event_type, item.amount_minor, item.recovery_minor]),
    ).toEqual([
      ["disbursement", undefined, undefined],
      ["chargeoff", undefined, undefined],
      ["fee_assessed", undefined, undefined],
      ["payment_received", "150", "130"],
      ["recovery", "70", "70"],
    ]);
    expect(items[3].change).toEqual(amounts("0", "0", "-20", "0"));
    expect(items[4].change).toEqual(amounts("0", "0", "0", "0"));
    expect(items[0].journal_entry_id).toBe(loan);

    // Days compare at their end: a payment of the day before took what this day's disbursement put back.
    const other = new Api();
    await disbursed(other, { amount_minor: "100", effective_at: "2024-01-05" });
    await posted(other, "payments", { amount_minor: "100" });
    await disbursed(other, { amount_minor: "100", effective_at: DAY });
    await posted(other, "payments", { amount_minor: "100", effective_at: "2024-01-09" });
    const { items: ofDay } = (await other.get(PATH)).body;
    expect(ofDay.map((item: { change: object }) => item.change)).toEqual(
      ["100", "-100", "-100", "100"].map((principal) => amounts(principal, "0", "0", "0")),
    );
    expect(ofDay.map((item: { balance: object }) => item.balance)).toEqual(
      ["100", "0", "-100", "0"].map((principal) => amounts(principal, "0", "0", "0")),
    );
  });

  it.each([1, 2, 3, 200])(
    "has each entry once in pages of %d, each with the closing balances of the one before as its opening",
    async (size) => {
      const api = new Api();
      for (const number of oneTo(5)) {
        await disbursed(api, {
          amount_minor: `${number}`,
          effective_at: number % 2 ? "2024-01-01" : "2024-01-02",
        });
      }
      const balances: string[] = [];
      let before = "0";
      for (let token = ""; ; ) {
        const { body } = await api.get(`${PATH}?page_size=${size}${token}`);
        expect(body.opening.principal_minor).toBe(before);
        for (const { balance } of body.items) balances.push(balance.principal_minor);
        before = balances.at(-1) ?? "";
        if (!body.next_page_token) break;
        token = `&page_token=${body.next_page_token}`;
      }
      expect(balances).toEqual(["1", "4", "9", "11", "15"]);
    },
  );

  it("answers CSV on request, with exact numbers, and the next page in Link", async () => {
    const api = new Api();
    const id = await disbursed(api, { amount_minor: "1000" });
    const payment = await postTo(api, "payments");
    const { headers, text } = await api.get(`${PATH}?page_size=2`, { Accept: "text/csv" });
    expect(headers.get("Content-Type")).toContain("text/csv");
    expect(headers.get("Link")).toBeNull();
    const [columns, first, second, end] = text.split("\r\n");
    expect(columns).toBe(
      "journal_entry_id,event_type,effective_at,value_date,posted_at,amount_minor,recovery_minor,change_principal_minor,change_interest_minor,change_fees_minor,change_margin_minor,change_suspense_minor,change_total_minor,balance_principal_minor,balance_interest_minor,balance_fees_minor,balance_margin_minor,balance_suspense_minor,balance_total_minor",
    );
    expect(first).toMatch(
      new RegExp(`^${id},disbursement,2023-12-25,2023-12-25,.*,,,1000,0,0,0,0,1000,1000,0,0,0,0,1000$`),
    );
    expect(second).toMatch(
      new RegExp(`^${payment.body.journal_entry_id},.*,100,0,-100,0,0,0,0,-100,900,0,0,0,0,900$`),
    );
    expect(end).toBe("");
    const paged = await api.get(`${PATH}?page_size=1`, { Accept: "text/csv" });
    expect(paged.headers.get("Link")).toMatch(/page_token=[\w-]+.*rel="next"/);
  });

  it("is 404 for an unknown loan, and 400 for a malformed query", async () => {
    const api = new Api();
    await disbursed(api);
    expect(refusalOf(await api.get(`/v1/loans/${OTHER}/statement`))).toEqual([404, "not_found"]);
    expect(refusalOf(await new Api().get(PATH))).toEqual([404, "not_found"]);
    for (const query of [
      "page_size=0",
      "page_size=201",
      "from_date=x",
      "page_token=x",
      "event_type=accrual",
      "from_date=2024-01-02&to_date=2024-01-01",
    ]) {
      expect([query, ...refusalOf(await api.get(`${PATH}?${query}`))]).toEqual([query, 400, "invalid_query"]);
    }
  });
});

describe("the tenant's journal in pages", () => {
  const api = new Api();
  const ids: string[] = [];

  beforeAll(async () => {
    ids.push(await disbursed(api));
    ids.push(await disbursed(api, { loan_id: OTHER, effective_at: "2024-02-01" }));
    ids.push(await posted(api, "funding"));
    ids.push(
      entryIdOf(
        await accrue(api, [
          [LOAN, "88849", "1"],
          [OTHER, "0", "0"],
        ]),
      ),
    );
    ids.push(entryIdOf(await reverse(api, ids[0] ?? "", { effective_at: "2024-03-01" })));
  });

  const walk = async (query: string) => {
    const ids: string[] = [];
    for (let token = ""; ; ) {
      const { status, body, text } = await api.get(`/v1/journal-entries?${query}${token}`);
      expect(status, text).toBe(200);
      ids.push(...body.items.map((item: { journal_entry_id: string }) => item.journal_entry_id));
      if (!body.next_page_token) return ids;
      token = `&page_token=${body.next_page_token}`;
    }
  };

  it.each([1, 2, 5, 200])("has every entry once, newest first, in pages of %d", async (size) => {
    expect(await walk(`page_size=${size}`)).toEqual(ids.toReversed());
  });

  it("shows each entry whole, as its id does", async () => {
    const { body } = await api.get("/v1/journal-entries");
    for (const item of body.items) {
      expect((await api.get(`/v1/journal-entries/${item.journal_entry_id}`)).body).toEqual(item);
    }
    expect(body.items[1].lines).toHaveLength(4);
  });

  it.each([
    ["event_type=accrual", [4]],
    ["event_type=manual_adjustment", [3]],
    ["account_code=1200", [4]],
    ["account_code=1100", [5, 2, 1]],
    ["account_code=5100", []],
    ["from_date=2024-02-01", [2, 5]],
    ["to_date=2024-01-10", [1, 3, 4]],
    ["from_date=2024-01-10&to_date=2024-01-10", [3, 4]],
    ["event_type=reversal&to_date=2024-01-10", []],
    ["account_code=2100&from_date=2023-01-01", [1, 2, 5]],
    ["account_code=2100&event_type=reversal&to_date=2024-03-01", [5]],
  ])("filtered by %s has the entries %j", async (query, numbers) => {
    const expected = numbers.map((number) => ids[number - 1]);
    expect(await walk(query)).toEqual(expected);
    expect(await walk(`${query}&page_size=1`)).toEqual(expected);
  });

  it.each([
    "page_size=0",
    "event_type=payment",
    "account_code=9999",
    "page_token=x",
    "from_date=2024-01-02&to_date=2024-01-01",
    "loan_id=x",
  ])("refuses the query %s", async (query) => {
    expect(refusalOf(await api.get(`/v1/journal-entries?${query}`))).toEqual([400, "invalid_query"]);
  });

  it("shows another tenant none of it", async () => {
    expect((await new Api().get("/v1/journal-entries")).body).toEqual({ items: [] });
  });

  it("ends a page of large entries at about 2 MB, and the next one continues: no entry twice, none lost", async () => {
    const large = new Api();
    // Larger than any actor can be: a token has 8 KB.
    const command = { ...disbursementCommand, actor: "x".repeat(20_000) };
    await postInBulk(
      large.tenant,
      oneTo(201).map(() => command),
      20,
    );
    for (const path of ["/v1/journal-entries", `/v1/loans/${LOAN}/journal-entries`]) {
      const sizes: number[] = [];
      const ids: string[] = [];
      for (let token = ""; ; ) {
        const { text, body } = await large.get(`${path}?page_size=200${token}`);
        sizes.push(text.length);
        ids.push(...body.items.map((item: { journal_entry_id: string }) => item.journal_entry_id));
        if (!body.next_page_token) break;
        token = `&page_token=${body.next_page_token}`;
      }
      expect(Math.max(...sizes)).toBeLessThan(2_000_100);
      expect(sizes[0]).toBeGreaterThan(1_900_000);
      expect(ids).toEqual(oneTo(201).map(bulkEntryId).toReversed());
    }
  });
});

it("the loan's balance shows the money in suspense", async () => {
  const api = new Api();
  await disbursed(api, { amount_minor: "0" });
  await posted(api, "payments", { amount_minor: "5" });
  const { body } = await api.get(`/v1/loans/${LOAN}/balance?as_of_date=${DAY}`);
  expect([body.suspense_minor, body.total_exposure_minor]).toEqual(["5", "0"]);
});
