import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { idsOf, insertRange, insertRows, walk } from "../support/lookup-rows.ts";

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("pages", () => {
  it("are newest first, with 50 rows of the tenant by default", async () => {
    const api = new Api();
    await insertRange(api.tenant, "clients", 1, 60);
    const { body } = await api.get("/api/tables/clients");
    expect(idsOf(body.data, "client_id")).toEqual(
      numbers(11, 60)
        .reverse()
        .map((n) => `C-${n}`),
    );
    expect(body.pagination).toEqual({ limit: 50, has_more: true, next_cursor: expect.any(String) });
  });

  it("accept every limit from 1 to 200, also another one on the next page", async () => {
    const api = new Api();
    await insertRange(api.tenant, "events", 1, 205);
    const all = await api.get("/api/tables/events?limit=200&sort_order=asc");
    expect(all.body.data).toHaveLength(200);
    const { next_cursor } = all.body.pagination;
    const rest = await api.get(
      `/api/tables/events?limit=3&include_count=true&sort_order=asc&cursor=${next_cursor}`,
    );
    expect(idsOf(rest.body.data, "sequence")).toEqual([201, 202, 203]);
  });

  it("end without a cursor when the last one is full", async () => {
    const api = new Api();
    await insertRange(api.tenant, "clients", 1, 4);
    const first = await api.get("/api/tables/clients?limit=2");
    const last = await api.get(`/api/tables/clients?limit=2&cursor=${first.body.pagination.next_cursor}`);
    expect(idsOf(last.body.data, "client_id")).toEqual(["C-2", "C-1"]);
    expect(last.body.pagination).toEqual({ limit: 2, has_more: false });
  });

  it("are empty for a tenant without rows", async () => {
    const { status, body } = await new Api().get("/api/tables/payments?include_count=true");
    expect(status).toBe(200);
    expect(body).toEqual({
      data: [],
      pagination: { limit: 50, has_more: false, total: 0, total_pages: 0 },
    });
  });

  it("neither repeat nor lose a row while others are written, newest first", async () => {
    const api = new Api();
    await insertRange(api.tenant, "payments", 1, 300);
    const rows = await walk(api, "/api/tables/payments?limit=37", (page) =>
      insertRange(api.tenant, "payments", 300 + page * 10 - 9, 300 + page * 10),
    );
    expect(idsOf(rows, "payment_id")).toEqual(
      numbers(1, 300)
        .reverse()
        .map((n) => `PAY-${n}`),
    );
  });

  it("neither repeat nor lose a row while others are written, sorted by a column full of ties", async () => {
    const api = new Api();
    const due = (n: number) => ({ due_date: `2026-01-0${1 + (n % 5)}` });
    await insertRange(api.tenant, "payments", 1, 300, due);
    for (const order of ["asc", "desc"]) {
      const base = order === "asc" ? 1000 : 2000;
      const path = `/api/tables/payments?limit=29&sort_by=due_date&sort_order=${order}`;
      const rows = await walk(api, path, (page) =>
        insertRange(api.tenant, "payments", base + page * 10, base + page * 10 + 9, due),
      );
      const ids = idsOf(rows, "payment_id");
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).toEqual(expect.arrayContaining(numbers(1, 300).map((n) => `PAY-${n}`)));
      const dates = idsOf(rows, "due_date").map(String);
      expect(dates).toEqual(order === "asc" ? dates.toSorted() : dates.toSorted().reverse());
    }
  });

  it("of purchase_clients list the clients of one purchase", async () => {
    const api = new Api();
    const links = numbers(0, 6).flatMap((created_seq) =>
      numbers(0, 4).map((position) => ({
        created_seq: created_seq + 1,
        position,
        id: `x-${created_seq}-${position}`,
      })),
    );
    await insertRows(api.tenant, "purchase_clients", links);
    const ids = idsOf(links, "id");
    const ascending = await walk(api, "/api/tables/purchase_clients?limit=3&sort_order=asc");
    expect(idsOf(ascending, "id")).toEqual(ids);
    const descending = await walk(api, "/api/tables/purchase_clients?limit=3");
    expect(idsOf(descending, "id")).toEqual(ids.toReversed());
  });
});

describe("sorting", () => {
  // Rows 2, 4 and 6 have no value; 3 and 5 tie. SQLite puts NULL before every value.
  const revenue = [9_00n, null, 10_00n, null, 10_00n, null, -1_00n];
  const condition = ["b", null, "B", null, "B", null, "a"];
  const started = [
    "2025-01-02",
    null,
    "2025-01-02T00:00:00.5",
    null,
    "2025-01-02T00:00:00.5",
    null,
    "2024-12-31",
  ];
  const columns = {
    operation_revenue: [2, 4, 6, 7, 1, 3, 5],
    asset_id: [2, 4, 6, 3, 5, 7, 1],
    operation_start_date: [2, 4, 6, 7, 1, 3, 5],
  };

  it.each(Object.entries(columns))(
    "by %s keeps NULLs and ties in one order for any page size",
    async (column, expected) => {
      const api = new Api();
      await insertRange(api.tenant, "operations", 1, 7, (n) => ({
        operation_revenue: revenue[n - 1],
        asset_id: condition[n - 1],
        operation_start_date: started[n - 1],
      }));
      const ids = expected.map((n) => `OP-${n}`);
      for (const limit of [1, 2, 3, 7]) {
        const path = `/api/tables/operations?limit=${limit}&sort_by=${column}`;
        expect(idsOf(await walk(api, `${path}&sort_order=asc`), "operation_id")).toEqual(ids);
        expect(idsOf(await walk(api, path), "operation_id")).toEqual(ids.toReversed());
      }
    },
  );

  it("by an amount is exact beyond 2^53, and by value, not by digits", async () => {
    const api = new Api();
    const amounts = [9_007_199_254_740_993n, 9_007_199_254_740_992n, 9_223_372_036_854_775_807n, 9n, 10n];
    await insertRange(api.tenant, "payments", 1, 5, (n) => ({ payment_total: amounts[n - 1] }));
    const rows = await walk(api, "/api/tables/payments?limit=1&sort_by=payment_total&sort_order=asc");
    expect(idsOf(rows, "payment_id")).toEqual(["PAY-4", "PAY-5", "PAY-2", "PAY-1", "PAY-3"]);
  });

  it.each([
    ["payment_id", ["PAY-1", "PAY-10", "PAY-2"]],
    ["created_at", ["PAY-1", "PAY-2", "PAY-10"]],
    ["updated_at", ["PAY-10", "PAY-1", "PAY-2"]],
    ["status", ["PAY-1", "PAY-2", "PAY-10"]],
    ["installment_number", ["PAY-2", "PAY-1", "PAY-10"]],
  ])("by %s", async (column, ids) => {
    const api = new Api();
    await insertRows(api.tenant, "payments", [
      { created_seq: 1, installment_number: 2 },
      { created_seq: 2, installment_number: 1, status: "paid" },
      { created_seq: 10, installment_number: 11, status: "paid", updated_at: 5 },
    ]);
    const path = `/api/tables/payments?limit=1&sort_by=${column}`;
    expect(idsOf(await walk(api, `${path}&sort_order=asc`), "payment_id")).toEqual(ids);
    expect(idsOf(await walk(api, path), "payment_id")).toEqual(ids.toReversed());
  });
});
