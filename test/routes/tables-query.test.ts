import { beforeAll, describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { insertRange } from "../support/lookup-rows.ts";

const api = new Api();
beforeAll(() => insertRange(api.tenant, "payments", 1, 5));

const CURSOR_PATH = "/api/tables/payments?limit=2&sort_by=due_date&disbursement_id=L-1";

describe("a query that is refused", () => {
  const cases: [query: string, parameter: string, expected: string][] = [
    ...["0", "201", "1000", "-1", "+1", "01", "1.0", "1e1", "0x1", "%201", "ten", "", "٣"].map(
      (limit): [string, string, string] => [`limit=${limit}`, "limit", "1 to 200"],
    ),
    ["limit=1&limit=2", "limit", "given once"],
    ["status=paid&status=paid", "status", "given once"],
    ["search=a&search=b", "search", "given once"],
    ["cursor=a&cursor=b", "cursor", "given once"],
    ["sort_order=asc&sort_order=desc", "sort_order", "given once"],
    ["foo=1", "foo", "sort_by"],
    ["Limit=1", "Limit", "limit"],
    ["=1", '""', "limit"],
    ["=", '""', "limit"],
    ["limit=1&=1", '""', "limit"],
    ["__proto__=1", "__proto__", "limit"],
    ["constructor=1", "constructor", "limit"],
    ["bank_ref=x", "bank_ref", "payment_id"],
    ["payment_total=5", "payment_total", "payment_id"],
    ["tenant_id=t", "tenant_id", "payment_id"],
    ["sort_by=bank_ref", "sort_by", "payment_total"],
    ["sort_by=created_seq", "sort_by", "created_at"],
    ["sort_by=payment_id%3B--", "sort_by", "payment_id"],
    ["sort_by=", "sort_by", "payment_id"],
    ["sort_order=DESC", "sort_order", "asc, desc"],
    ["sort_order=", "sort_order", "asc, desc"],
    ["include_count=1", "include_count", "true, false"],
    ["include_count=TRUE", "include_count", "true, false"],
    ["include_count=", "include_count", "true, false"],
    ["start_date=2025-01-01", "date_field", "due_date"],
    ["end_date=2025-01-01", "date_field", "due_date"],
    ["date_field=status&start_date=2025-01-01", "date_field", "due_date"],
    ["date_field=", "date_field", "due_date"],
    ["date_field=due_date&start_date=2025-02-30", "start_date", "YYYY-MM-DD"],
    ["date_field=due_date&start_date=2025-01-01T00:00:00", "start_date", "offset"],
    ["date_field=due_date&end_date=2025-01-01T00:00:00+01:00", "end_date", "%2B"],
    ["date_field=due_date&end_date=", "end_date", "YYYY-MM-DD"],
    ["date_field=due_date&start_date=2025-01-02&end_date=2025-01-01", "start_date", "after end_date"],
    ["search=", "search", "1 to 128"],
    [`search=${"x".repeat(129)}`, "search", "1 to 128"],
    ["status=", "status", "1 to 256"],
    [`payment_id=${"x".repeat(257)}`, "payment_id", "1 to 256"],
    ["cursor=", "cursor", "next_cursor"],
    ["cursor=garbage", "cursor", "next_cursor"],
    ["cursor=bnVsbA", "cursor", "next_cursor"],
    [`cursor=${"A".repeat(5000)}`, "cursor", "next_cursor"],
  ];

  it.each(cases)("%s", async (query, parameter, expected) => {
    const { status, headers, body } = await api.get(`/api/tables/payments?${query}`);
    expect(status).toBe(400);
    expect(headers.get("Content-Type")).toContain("application/problem+json");
    expect(body.code).toBe("invalid_query");
    expect(body.detail).toContain(parameter);
    expect(body.detail).toContain(expected);
  });

  it("names every parameter that is wrong", async () => {
    const { body } = await api.get("/api/tables/payments?limit=0&sort_order=up&foo=1");
    for (const name of ["limit", "sort_order", '"foo"']) expect(body.detail).toContain(name);
  });

  it("repeats no more than 64 characters of an unknown name", async () => {
    const { body } = await api.get(`/api/tables/payments?${"n".repeat(5000)}=1`);
    expect(body.detail).toContain(`"${"n".repeat(64)}"`);
  });

  it.each([
    "/v1/accounts/1100/balance?currency=USD&=1",
    "/v1/journal-entries?format=hledger&=1",
    "/api/tables/payments/PAY-1?=1",
  ])("is a parameter without a name, on every route: %s", async (path) => {
    const { status, body } = await api.get(path);
    expect([status, body.code]).toEqual([400, "invalid_query"]);
    expect(body.detail).toContain('unknown parameter ""');
  });

  it("on one row is any query", async () => {
    const { status, body } = await api.get("/api/tables/payments/PAY-1?limit=1");
    expect(status).toBe(400);
    expect(body.code).toBe("invalid_query");
    expect(body.detail).toContain('"limit"');
  });
});

describe("a cursor", () => {
  async function cursorOf(path: string): Promise<string> {
    return (await api.get(path)).body.pagination.next_cursor;
  }

  it.each([
    ["another table", "/api/tables/operations?limit=2"],
    ["another filter", "/api/tables/payments?limit=2&sort_by=due_date&disbursement_id=L-2"],
    ["a filter less", "/api/tables/payments?limit=2&sort_by=due_date"],
    ["a filter more", `${CURSOR_PATH}&status=expected`],
    ["another sort column", "/api/tables/payments?limit=2&sort_by=payment_id&disbursement_id=L-1"],
    ["another direction", `${CURSOR_PATH}&sort_order=asc`],
    ["a search", `${CURSOR_PATH}&search=PAY`],
    ["a date bound", `${CURSOR_PATH}&date_field=due_date&start_date=2020-01-01`],
  ])("is refused with %s", async (_, path) => {
    const { status, body } = await api.get(`${path}&cursor=${await cursorOf(CURSOR_PATH)}`);
    expect(status).toBe(400);
    expect(body.code).toBe("invalid_query");
    expect(body.detail).toContain("cursor");
  });

  it.each([
    [
      "the same query with its parameters in another order",
      "/api/tables/payments?disbursement_id=L-1&sort_by=due_date&limit=2",
    ],
    ["another limit", "/api/tables/payments?limit=1&sort_by=due_date&disbursement_id=L-1"],
    ["a count", `${CURSOR_PATH}&include_count=true`],
    ["the default direction spelt out", `${CURSOR_PATH}&sort_order=desc`],
  ])("is taken with %s", async (_, path) => {
    const { status, body } = await api.get(`${path}&cursor=${await cursorOf(CURSOR_PATH)}`);
    expect(status).toBe(200);
    expect(body.data[0].payment_id).toBe("PAY-3");
  });

  it("of another tenant is refused", async () => {
    const other = new Api();
    await insertRange(other.tenant, "payments", 1, 5);
    const { status, body } = await other.get(`${CURSOR_PATH}&cursor=${await cursorOf(CURSOR_PATH)}`);
    expect(status).toBe(400);
    expect(body.code).toBe("invalid_query");
  });
});

describe("an unknown table", () => {
  it.each(["/api/tables/loans", "/api/tables/loans/L-1", "/api/tables/Clients", "/api/tables/sqlite_master"])(
    "%s answers invalid_table and lists the tables",
    async (path) => {
      const { status, body } = await api.get(path);
      expect(status).toBe(400);
      expect(body.code).toBe("invalid_table");
      for (const name of ["clients", "purchase_clients", "events"]) expect(body.detail).toContain(name);
    },
  );
});

describe("a token without records:read", () => {
  it.each([
    "/api/tables/clients",
    "/api/tables/clients/C-1",
    "/api/tables/loans",
    "/api/tables/clients?foo=1",
  ])("is refused at %s before anything else", async (path) => {
    const { status, body } = await new Api(api.tenant, "ingest:write hpts:ledger:read").get(path);
    expect(status).toBe(403);
    expect(body.code).toBe("insufficient_scope");
    expect(body.detail).toContain("records:read");
  });
});
