import { describe, expect, it } from "vitest";
import { bookedApi } from "../bookkeeping/tape.ts";
import { Api, newTenant } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { oneTo } from "../support/gate.ts";
import { disbursementCommand, postInBulk } from "./bulk.ts";
import { accrue, BORROWER, disbursed, entryIdOf, LOAN, posted, reverse } from "./post.ts";

const OTHER = "44444444-4444-4444-8444-444444444444";
const PATH = "/v1/journal-entries";

const csv = (api: Api, query: string) => api.get(`${PATH}?${query}`, { Accept: "text/csv" });
const linesOf = (text: string) => text.trimEnd().split("\r\n");

describe("the journal as CSV", () => {
  it("has one line for each debit and credit, in major units, the other side empty", async () => {
    const api = new Api();
    const first = await disbursed(api, { amount_minor: "5", destination_ref: "=a,b" });
    const funding = await posted(api, "funding", {
      currency: "JPY",
      amount_minor: "7",
      bank_account_ref: "ops",
    });
    const reversal = entryIdOf(
      await reverse(api, first, { effective_at: "2024-03-01", reason_description: "twice" }),
    );
    const { status, headers, text } = await csv(api, "from_date=2023-01-01");
    expect([status, headers.get("Content-Type")]).toEqual([200, "text/csv; charset=utf-8; header=present"]);
    expect(headers.get("Content-Disposition")).toBe('attachment; filename="journal.csv"');
    const loan = `${LOAN},${BORROWER},`;
    expect(linesOf(text)).toEqual([
      "date,value_date,journal_entry_id,event_type,account_code,account_name,external_code,debit,credit,currency,loan_id,borrower_id,disbursement_id,bank_account_ref,external_ref,description,actor,reverses_entry_id",
      `2023-12-25,2023-12-25,${first},disbursement,1100,Principal Receivable,,0.05,,USD,${loan},,"'=a,b",Loan disbursement by ach,test-client,`,
      `2023-12-25,2023-12-25,${first},disbursement,2100,Disbursement Clearing,,,0.05,USD,${loan},,"'=a,b",Loan disbursement by ach,test-client,`,
      expect.stringContaining(`${funding},manual_adjustment,1000,Cash,,7,,JPY,,,,ops,`),
      expect.stringContaining(`${funding},manual_adjustment,3000,Lender Funding,,,7,JPY,,,,,`),
      expect.stringContaining(`${reversal},reversal,2100,Disbursement Clearing,,0.05,,USD,${loan}`),
      expect.stringMatching(new RegExp(`,1100,Principal Receivable,,,0\\.05,USD,.*,${first}$`)),
    ]);
  });

  it("has one account's lines only, and continues at the Link", async () => {
    const api = new Api();
    for (const loan_id of [LOAN, OTHER]) await disbursed(api, { loan_id });
    await accrue(api, [
      [LOAN, "88849", "1"],
      [OTHER, "88849", "2"],
    ]);
    const seen: string[] = [];
    for (let query: string | undefined = "account_code=1100&page_size=1&to_date=2024-12-31"; query; ) {
      const { headers, text } = await csv(api, query);
      seen.push(...linesOf(text).slice(1));
      query = /\?([^>]*)>; rel="next"/.exec(headers.get("Link") ?? "")?.[1];
    }
    expect(seen.map((line) => line.split(",")[4])).toEqual(["1100", "1100"]);
    const interest = linesOf((await csv(api, "account_code=1200")).text).slice(1);
    expect(interest.map((line) => line.split(",").slice(7, 11))).toEqual([
      ["0.01", "", "USD", LOAN],
      ["0.02", "", "USD", OTHER],
    ]);
  });

  it("names the disbursement of a loan that follows its records", async () => {
    const api = await bookedApi();
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    const lines = linesOf((await csv(api, "account_code=1100")).text).slice(1);
    expect(lines.map((line) => line.split(",")[12])).toEqual(["L-1"]);
  });
});

describe("a page of days", () => {
  it("stays the same, byte for byte, when entries of later days are posted", async () => {
    const tenant = newTenant();
    const day = (number: number) => `2024-01-${String((number % 28) + 1).padStart(2, "0")}`;
    await postInBulk(
      tenant,
      oneTo(100).map((number) => ({ ...disbursementCommand, effective_at: day(number) })),
    );
    const api = new Api(tenant);
    const pages = async () => {
      const texts: string[] = [];
      for (let token = ""; ; ) {
        const { text, body } = await api.get(`${PATH}?to_date=2024-01-20&page_size=30${token}`);
        texts.push(text);
        if (!body.next_page_token) return texts;
        token = `&page_token=${body.next_page_token}`;
      }
    };
    const before = await pages();
    expect(before).toHaveLength(3);
    await disbursed(api, { effective_at: "2024-01-21" });
    expect(await pages()).toEqual(before);
  });
});
