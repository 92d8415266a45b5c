import { describe, expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { disbursed, INT64_MAX, posted, refusalOf } from "./post.ts";

const PATH = "/v1/journal-summary";
const OTHER = "44444444-4444-4444-8444-444444444444";
const OCTOBER = "from_date=2024-10-01&to_date=2024-10-31";

/** Two disbursements and a funding in October, one of November. */
async function lender(): Promise<Api> {
  const api = new Api();
  await disbursed(api, { amount_minor: "500", effective_at: "2024-10-01" });
  await disbursed(api, { amount_minor: "50", effective_at: "2024-10-31" });
  await posted(api, "funding", { currency: "JPY", amount_minor: "7", effective_at: "2024-10-31" });
  await disbursed(api, { amount_minor: "9", effective_at: "2024-11-01" });
  return api;
}

const shown = (body: { readonly lines: readonly Record<string, unknown>[] }) =>
  body.lines.map(({ period, currency, account_codes, debit_minor, credit_minor }) =>
    [period, currency, account_codes, debit_minor, credit_minor].join(" "),
  );

describe("the journal's summary", () => {
  it("has what each day or month debits and credits on each account and currency", async () => {
    const api = await lender();
    expect(shown((await api.get(`${PATH}?${OCTOBER}&by=day`)).body)).toEqual([
      "2024-10-01 USD 1100 500 0",
      "2024-10-01 USD 2100 0 500",
      "2024-10-31 JPY 1000 7 0",
      "2024-10-31 JPY 3000 0 7",
      "2024-10-31 USD 1100 50 0",
      "2024-10-31 USD 2100 0 50",
    ]);
    expect(shown((await api.get(`${PATH}?${OCTOBER}&by=month`)).body)).toEqual([
      "2024-10 JPY 1000 7 0",
      "2024-10 JPY 3000 0 7",
      "2024-10 USD 1100 550 0",
      "2024-10 USD 2100 0 550",
    ]);
    expect((await new Api().get(`${PATH}?${OCTOBER}&by=month`)).body).toEqual({ lines: [] });
  });

  it("adds up the accounts of one external code, and is CSV in major units", async () => {
    const api = await lender();
    for (const code of ["1100", "2100"]) {
      const body = { external_code: "4711", external_name: "Loans, net" };
      await api.send("PUT", `/v1/accounts/${code}`, body, newKey());
    }
    const { body } = await api.get(`${PATH}?${OCTOBER}&by=month`);
    expect(body.lines[2]).toEqual({
      period: "2024-10",
      currency: "USD",
      account_codes: ["1100", "2100"],
      name: "Loans, net",
      external_code: "4711",
      debit_minor: "550",
      credit_minor: "550",
    });
    const { headers, text } = await api.get(`${PATH}?${OCTOBER}&by=month`, { Accept: "text/csv" });
    expect(headers.get("Content-Disposition")).toBe('attachment; filename="journal-summary.csv"');
    expect(text.split("\r\n")).toEqual([
      "period,currency,account_codes,name,external_code,debit,credit",
      "2024-10,JPY,1000,Cash,,7,0",
      "2024-10,JPY,3000,Lender Funding,,0,7",
      '2024-10,USD,1100 2100,"Loans, net",4711,5.50,5.50',
      "",
    ]);
  });

  it("is exact beyond 64 bits", async () => {
    const api = new Api();
    for (const loan_id of [crypto.randomUUID(), OTHER])
      await disbursed(api, { loan_id, amount_minor: `${INT64_MAX}`, effective_at: "2024-10-02" });
    const { body } = await api.get(`${PATH}?${OCTOBER}&by=month`);
    expect(body.lines[0].debit_minor).toBe(`${2n * INT64_MAX}`);
  });

  it.each([
    "by=day",
    "from_date=2024-10-01&by=day",
    `${OCTOBER}`,
    `${OCTOBER}&by=year`,
    "from_date=2024-10-02&to_date=2024-10-01&by=day",
    "from_date=2024-01-01&to_date=2025-01-01&by=day",
    "from_date=2010-01-01&to_date=2020-01-01&by=month",
  ])("refuses the query %s", async (query) => {
    expect(refusalOf(await new Api().get(`${PATH}?${query}`))).toEqual([400, "invalid_query"]);
  });

  it("takes a leap year by day, and ten years by month", async () => {
    for (const query of [
      "from_date=2024-01-01&to_date=2024-12-31&by=day",
      "from_date=2010-01-01&to_date=2019-12-31&by=month",
    ])
      expect((await new Api().get(`${PATH}?${query}`)).status).toBe(200);
  });
});
