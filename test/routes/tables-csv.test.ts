import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { insertRange, insertRows } from "../support/lookup-rows.ts";

const CSV = { Accept: "text/csv" };

/** Lines without the header; none of these tests has a line break in a cell. */
const linesOf = (text: string) => text.trimEnd().split("\r\n").slice(1);
const nextOf = (headers: Headers) => /^<(.+)>; rel="next"$/.exec(headers.get("Link") ?? "")?.[1];

describe("a table as CSV", () => {
  it("has the columns of the rows, exact numbers, dates as sent, and empty cells for null", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const info = { a: 1, note: 'x,"y"' };
    const data = { ...loan, info, disbursement_amount: 1, credit_score: 7.5 };
    const body = JSON.stringify({ category: "disbursement", data }).replace(
      '"disbursement_amount":1',
      '"disbursement_amount":12345678901234.56',
    );
    expect((await api.post("/ingest", body)).status).toBe(201);
    const answer = await api.get("/api/tables/disbursements", CSV);
    expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.headers.get("Content-Disposition")).toBe('attachment; filename="disbursements.csv"');
    expect(answer.headers.get("Vary")).toContain("Accept");
    expect(answer.headers.get("Link")).toBeNull();
    const json = await api.get("/api/tables/disbursements");
    expect(json.headers.get("Vary")).toContain("Accept");
    const [header = ""] = answer.text.split("\r\n");
    expect(header.split(",")).toEqual(Object.keys(json.body.data[0]));
    const [row = ""] = linesOf(answer.text);
    expect(row.startsWith("L-1,loan,12345678901234.56,")).toBe(true);
    expect(row).toContain('"{""a"":1,""note"":""x,\\""y\\""""}"');
    expect(row).toContain(",7.5,");
    const one = await api.get("/api/tables/disbursements/L-1", CSV);
    expect(one.text).toBe(answer.text);
  });

  it("continues through the Link header, with up to 10,000 rows per page", async () => {
    const api = new Api();
    for (const from of [1, 4_001, 8_001]) {
      await insertRange(api.tenant, "payments", from, from + 3_999);
    }
    const first = await api.get("/api/tables/payments?sort_order=asc", CSV);
    const second = await api.get((nextOf(first.headers) ?? "").replace("http://ledger.test", ""), CSV);
    expect(nextOf(second.headers)).toBeUndefined();
    const ids = [first, second].map(({ text }) => linesOf(text).map((line) => line.split(",")[0]));
    expect(ids.map(({ length }) => length)).toEqual([10_000, 2_000]);
    expect(ids.flat()).toEqual(Array.from({ length: 12_000 }, (_, index) => `PAY-${index + 1}`));
    const small = await api.get("/api/tables/payments?sort_order=asc&limit=3&status=expected", CSV);
    expect(linesOf(small.text)).toHaveLength(3);
    const next = nextOf(small.headers) ?? "";
    expect(next).toContain("status=expected&cursor=");
    expect(linesOf((await api.get(next.replace("http://ledger.test", ""), CSV)).text)[0]).toMatch(/^PAY-4,/);
  });

  it("ends a page of large rows at two megabytes", async () => {
    const api = new Api();
    const info = JSON.stringify({ note: "x".repeat(16_000) });
    await insertRange(api.tenant, "payments", 1, 150, () => ({ info }));
    const first = await api.get("/api/tables/payments", CSV);
    expect(first.text.length).toBeLessThan(2_200_000);
    expect(nextOf(first.headers)).toBeDefined();
  });

  it("puts an apostrophe before text that a spreadsheet would read as a formula, and never before a number or a phone number", async () => {
    const api = new Api();
    await insertRows(api.tenant, "clients", [
      { created_seq: 1, name: "=HYPERLINK(1)", phone: "+1 234 567" },
      { created_seq: 2, phone: "+1234567890" },
    ]);
    await insertRows(api.tenant, "operations", [{ created_seq: 1, operation_revenue: -1250n }]);
    const clients = await api.get("/api/tables/clients", CSV);
    expect(clients.text).toContain(",'=HYPERLINK(1),");
    expect(clients.text).toContain(",'+1 234 567,");
    expect(clients.text).toContain(",+1234567890,");
    expect((await api.get("/api/tables/operations", CSV)).text).toContain(",-12.5,");
  });

  it("shows the data of ledger events only to tokens that may read the ledger", async () => {
    const api = new Api();
    await insertRows(api.tenant, "events", [
      { sequence: 1, category: "ledger", step: "accrual", data: '{"secret":1}' },
    ]);
    const clerk = new Api(api.tenant, "records:read");
    expect((await clerk.get("/api/tables/events", CSV)).text).not.toContain("secret");
    expect((await api.get("/api/tables/events", CSV)).text).toContain("secret");
  });

  it.each([
    ["text/csv", "text/csv"],
    ["text/csv, application/json;q=0.5", "text/csv"],
    ["text/*", "text/csv"],
    ["application/json, text/csv;q=0.5", "application/json"],
    ["application/json, text/csv;q=0", "application/json"],
    ["*/*", "application/json"],
    ["image/png", "application/json"],
    ["", "application/json"],
  ])("is answered to Accept %j as %s", async (accept, type) => {
    const answer = await new Api().get("/api/tables/clients", { Accept: accept });
    expect(answer.headers.get("Content-Type")?.split(";")[0]).toBe(type);
  });

  it("has refusals as problems in JSON, and no count", async () => {
    const api = new Api();
    for (const query of ["limit=10001", "limit=0", "include_count=true", "cursor=x", "no_such=1"]) {
      const { status, headers, body } = await api.get(`/api/tables/clients?${query}`, CSV);
      expect([query, status, body.code]).toEqual([query, 400, "invalid_query"]);
      expect(headers.get("Content-Type")).toBe("application/problem+json");
    }
    expect((await api.get("/api/tables/clients/nobody", CSV)).status).toBe(404);
    expect((await api.get("/api/tables/clients?limit=201")).status).toBe(400);
  });
});
