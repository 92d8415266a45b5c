import { beforeAll, describe, expect, it } from "vitest";
import { Api, newTenant } from "../support/api.ts";
import { idsOf, insertRange, insertRows, measured, walk } from "../support/lookup-rows.ts";

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** D1 takes a parameter of 2 MB at most, so rows by the ten thousand go in by parts. */
async function insertMany(
  tenant: string,
  table: "events" | "payments",
  count: number,
  change?: Parameters<typeof insertRange>[4],
) {
  for (let from = 1; from <= count; from += 5_000) {
    await insertRange(tenant, table, from, Math.min(count, from + 4_999), change);
  }
}

describe("a page is bounded in bytes", () => {
  const PAGE_BYTES_MAX = 2_000_000;
  const big = JSON.stringify({ entity_id: "x".repeat(60_000) });

  it("of 200 events of 60 KB each: it ends at two megabytes, and its cursor continues", async () => {
    const api = new Api();
    for (const from of [1, 11, 21, 31, 41, 51, 61, 71]) {
      await insertRange(api.tenant, "events", from, from + 9, () => ({ data: big }));
    }
    const first = await api.get("/api/tables/events?limit=200&sort_order=asc");
    expect(first.text.length).toBeGreaterThan(0.9 * PAGE_BYTES_MAX);
    expect(first.text.length).toBeLessThan(1.1 * PAGE_BYTES_MAX);
    expect(first.body.pagination).toEqual({ limit: 200, has_more: true, next_cursor: expect.any(String) });
    const rows = await walk(api, "/api/tables/events?limit=200&sort_order=asc");
    expect(idsOf(rows, "sequence")).toEqual(numbers(1, 80));
    expect(rows.every(({ data }) => JSON.stringify(data) === big)).toBe(true);
  });

  it("also of rows in another order, and of records with much text", async () => {
    const api = new Api();
    const info = JSON.stringify({ note: "y".repeat(16_000) });
    await insertRange(api.tenant, "payments", 1, 190, () => ({ info }));
    for (const order of ["sort_by=created_at", "sort_by=payment_total", "status=expected"]) {
      const path = `/api/tables/payments?limit=200&${order}`;
      const first = await api.get(path);
      expect(first.text.length).toBeLessThan(1.1 * PAGE_BYTES_MAX);
      const rows = await walk(api, path);
      expect(idsOf(rows, "payment_id")).toEqual(
        numbers(1, 190)
          .reverse()
          .map((n) => `PAY-${n}`),
      );
      expect(rows.every((row) => JSON.stringify(row.info) === info)).toBe(true);
    }
  });

  it("has a small row, a large one and a small one in their order", async () => {
    const api = new Api();
    await insertRows(api.tenant, "events", [
      { sequence: 1 },
      { sequence: 2, data: big },
      { sequence: 3, data: '{"n":1}' },
    ]);
    const { body } = await api.get("/api/tables/events?limit=200&sort_order=asc");
    expect(idsOf(body.data, "data")).toEqual([{}, JSON.parse(big), { n: 1 }]);
  });

  it("stored JSON is sent as its stored text, not parsed and serialized", async () => {
    const api = new Api();
    const data = `{"n":1.50,"m":1e2,"deep":${"[".repeat(100)}${"]".repeat(100)}}`;
    await insertRows(api.tenant, "events", [{ sequence: 1, data }]);
    await insertRows(api.tenant, "clients", [{ created_seq: 1, info: '{"rate" : 0.10}' }]);
    expect((await api.get("/api/tables/events")).text).toContain(`"data":${data},`);
    expect((await api.get("/api/tables/clients/C-1")).text).toContain('"info":{"rate" : 0.10},');
  });
});

describe("a list examines 20,000 rows at most", () => {
  const ROWS = 36_000;
  const EXAMINED_MAX = 20_000;
  const tenant = newTenant();
  const needles = new Set([1, 2, 15_999, 16_000, 16_001, 35_000]);
  const api = new Api(tenant);

  beforeAll(async () => {
    await insertMany(tenant, "events", ROWS, (n) => ({ record_id: needles.has(n) ? `needle-${n}` : "C-1" }));
    await insertMany(tenant, "payments", ROWS, (n) => ({
      payment_total: BigInt(1 + ((n * 7919) % 1_000_003)),
      status: n % 100 === 0 ? "paid" : "expected",
    }));
  });

  it("then a search says so and continues", async () => {
    const path = "/api/tables/events?search=needle";
    const { answer, rowsRead } = await measured(tenant, path);
    expect(idsOf(answer.body.data, "sequence")).toEqual([35_000, 16_001]);
    expect(answer.body.pagination).toEqual({
      limit: 50,
      has_more: true,
      next_cursor: expect.any(String),
      searched_all: false,
    });
    // Once for what is looked at, and once, by the index alone, for where that ended.
    expect(rowsRead).toBeLessThanOrEqual(2 * EXAMINED_MAX + 10);
    const rest = await api.get(`${path}&cursor=${answer.body.pagination.next_cursor}`);
    expect(idsOf(rest.body.data, "sequence")).toEqual([16_000, 15_999, 2, 1]);
    expect(rest.body.pagination).toEqual({ limit: 50, has_more: false });
  });

  it.each([1, 2, 3, 5])("and a walk in pages of %s finds each match once, up and down", async (limit) => {
    const up = await walk(api, `/api/tables/events?search=needle&sort_order=asc&limit=${limit}`);
    expect(idsOf(up, "sequence")).toEqual([...needles]);
    const down = await walk(api, `/api/tables/events?search=needle&limit=${limit}`);
    expect(idsOf(down, "sequence")).toEqual([...needles].reverse());
  });

  it("and a search that fills its page early reads no further", async () => {
    const { answer, rowsRead } = await measured(tenant, "/api/tables/events?search=C-1&limit=10");
    expect(answer.body.pagination).toEqual({ limit: 10, has_more: true, next_cursor: expect.any(String) });
    expect(rowsRead).toBeLessThanOrEqual(40);
  });

  it("also without any match, or with a filter that no index serves", async () => {
    for (const query of ["search=nothing", "trace_id=none", "date_field=created_at&end_date=2020-01-01"]) {
      const { answer, rowsRead } = await measured(tenant, `/api/tables/events?${query}`);
      expect(answer.body.data).toEqual([]);
      expect(answer.body.pagination).toMatchObject({ has_more: true, searched_all: false });
      expect(rowsRead, query).toBeLessThanOrEqual(2 * EXAMINED_MAX + 10);
    }
  });

  it("sorted without an index, part by part: each row once, each part in its order", async () => {
    for (const [order, end] of [
      ["asc", ROWS],
      ["desc", ROWS + 100],
    ] as const) {
      const path = `/api/tables/payments?status=paid&limit=37&sort_by=payment_total&sort_order=${order}`;
      const { answer, rowsRead } = await measured(tenant, path);
      expect(answer.body.pagination.searched_all).toBe(false);
      expect(rowsRead).toBeLessThanOrEqual(2 * EXAMINED_MAX + 1_000);
      const rows = await walk(api, path, (page) =>
        insertRange(tenant, "payments", end + page, end + page, () => ({ status: "expected" })),
      );
      const sequences = idsOf(rows, "payment_id").map((id) => Number(String(id).slice(4)));
      expect(sequences.toSorted((a, b) => a - b)).toEqual(numbers(1, 360).map((n) => n * 100));
      const first = sequences.filter((n) => (order === "asc" ? n <= 20_000 : n > ROWS - 20_000 + 20));
      expect(sequences.slice(0, first.length).toSorted()).toEqual(first.toSorted());
      const totals = idsOf(rows.slice(0, first.length), "payment_total").map(Number);
      expect(totals).toEqual(totals.toSorted((a, b) => (order === "asc" ? a - b : b - a)));
    }
  });

  it.each([
    ["include_count=true", { total: 10_000, total_pages: 200, total_capped: true }],
    ["include_count=true&search=needle", { total: 2, total_pages: 1, total_capped: true }],
    ["include_count=true&search=C-1", { total: 10_000, total_capped: true }],
    // The count looks at one row more, to know that there is one.
    ["include_count=true&search=needle&limit=1", { total: 3, total_pages: 3, total_capped: true }],
  ])("and a count as many: %s", async (query, expected) => {
    const { answer, rowsRead } = await measured(tenant, `/api/tables/events?${query}`);
    expect(answer.body.pagination).toMatchObject(expected);
    expect(rowsRead).toBeLessThanOrEqual(3 * EXAMINED_MAX + 200);
  });
});

describe("at the bounds themselves", () => {
  it("10,000 rows are counted exactly, and one more is not", async () => {
    const api = new Api();
    await insertMany(api.tenant, "events", 10_000);
    const path = "/api/tables/events?limit=1&include_count=true";
    const exact = (await api.get(path)).body.pagination;
    expect(exact).toMatchObject({ total: 10_000, total_pages: 10_000 });
    expect(exact).not.toHaveProperty("total_capped");
    await insertRange(api.tenant, "events", 10_001, 10_001);
    expect((await api.get(path)).body.pagination).toMatchObject({ total: 10_000, total_capped: true });
  });

  it("a table of 20,000 rows is searched and sorted in one page, and one of 20,001 rows is not", async () => {
    const api = new Api();
    await insertMany(api.tenant, "payments", 20_000);
    const paths = ["search=nothing", "search=nothing&sort_by=payment_total", "source=insurer&sort_order=asc"];
    for (const query of paths) {
      const { pagination } = (await api.get(`/api/tables/payments?${query}`)).body;
      expect(pagination, query).toEqual({ limit: 50, has_more: false });
    }
    await insertRange(api.tenant, "payments", 20_001, 20_001);
    for (const query of paths) {
      const { pagination } = (await api.get(`/api/tables/payments?${query}`)).body;
      expect(pagination, query).toMatchObject({ has_more: true, searched_all: false });
      const { next_cursor } = pagination;
      const rest = await api.get(`/api/tables/payments?${query}&cursor=${next_cursor}`);
      expect(rest.body, query).toEqual({ data: [], pagination: { limit: 50, has_more: false } });
    }
  });
});
