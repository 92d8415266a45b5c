import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { idsOf, insertRange, insertRows, walk } from "../support/lookup-rows.ts";

describe("filters", () => {
  it("combine, and apply to every page", async () => {
    const api = new Api();
    await insertRange(api.tenant, "payments", 1, 40, (n) => ({
      disbursement_id: `L-${n % 2}`,
      status: n % 4 < 2 ? "paid" : "expected",
      source: n > 20 ? "insurer" : "client",
    }));
    const path = "/api/tables/payments?limit=3&disbursement_id=L-1&status=paid&source=client";
    const rows = await walk(api, path);
    expect(idsOf(rows, "payment_id")).toEqual([17, 13, 9, 5, 1].map((n) => `PAY-${n}`));
  });

  it("compare every character, case and all", async () => {
    const api = new Api();
    const id = "A/B ?&%25_é+😀";
    await insertRows(api.tenant, "clients", [{ created_seq: 1, client_id: id }]);
    const found = await api.get(`/api/tables/clients?client_id=${encodeURIComponent(id)}`);
    expect(idsOf(found.body.data, "client_id")).toEqual([id]);
    const lower = await api.get(`/api/tables/clients?client_id=${encodeURIComponent(id.toLowerCase())}`);
    expect(lower.body.data).toEqual([]);
    const one = await api.get(`/api/tables/clients/${encodeURIComponent(id)}`);
    expect(one.body.data.client_id).toBe(id);
  });

  it.each([
    ["clients", "gender=female"],
    ["disbursements", "client_id=C-1&kind=loan"],
    ["operations", "disbursement_id=L-1&asset_id=A-1"],
    ["purchase_clients", "disbursement_id=P-1&client_id=C-1"],
    ["events", "id=C-1&category=client&step=create"],
    ["events", `trace_id=${"0".repeat(32)}`],
  ] as const)("of %s: %s", async (table, query) => {
    const api = new Api();
    const row = { created_seq: 1, sequence: 1, asset_id: "A-1" };
    await insertRows(api.tenant, table, [row]);
    expect((await api.get(`/api/tables/${table}?${query}`)).body.data).toHaveLength(1);
    for (const part of query.split("&")) {
      const other = query.replace(part, `${part}x`);
      expect((await api.get(`/api/tables/${table}?${other}`)).body.data, other).toEqual([]);
    }
  });
});

describe("search", () => {
  const ids = ["A_1-100%", "AB1-1000", "xa_1", "é-1", "quote'\"", "back\\slash"];
  async function searched(text: string) {
    const api = new Api();
    await insertRows(
      api.tenant,
      "clients",
      ids.map((client_id, index) => ({
        created_seq: index + 1,
        client_id,
        name: "-",
        email: "-",
        registration_number: "-",
        contact_person: "A_1",
        address: "A_1",
      })),
    );
    const path = `/api/tables/clients?sort_order=asc&limit=1&search=${encodeURIComponent(text)}`;
    return idsOf(await walk(api, path), "client_id");
  }

  it.each([
    ["a_1", ["A_1-100%", "xa_1"]],
    ["100%", ["A_1-100%"]],
    ["%", ["A_1-100%"]],
    ["É", ["é-1", "quote'\""]],
    ["E-1", ["é-1"]],
    ["'\"", ["quote'\""]],
    ["\\", ["back\\slash"]],
    ["nothing", []],
    ["1".repeat(128), []],
  ])(
    "for %s finds it anywhere in the id, literally, in any case and with any accents",
    async (text, found) => {
      expect(await searched(text)).toEqual(found);
    },
  );

  it.each(["lovelace", "LÓVELACE", "R-77", "ADA@example"])(
    "finds a client by %s: its name, number or e-mail",
    async (text) => {
      const api = new Api();
      await insertRows(api.tenant, "clients", [
        { created_seq: 1, name: "Ada Lövelace", registration_number: "xR-77/2", email: "ada@example.com" },
        { created_seq: 2, name: "Grace", registration_number: "R-78", email: "grace@example.com" },
      ]);
      const found = await api.get(`/api/tables/clients?search=${text}`);
      expect(idsOf(found.body.data, "client_id")).toEqual(["C-1"]);
      expect((await api.get("/api/tables/clients?name=Grace")).status).toBe(400);
    },
  );

  it("searches every id and status column and no other", async () => {
    const api = new Api();
    await insertRows(api.tenant, "payments", [
      { created_seq: 1, payment_id: "needle-1" },
      { created_seq: 2, disbursement_id: "needle-2" },
      { created_seq: 3, client_id: "needle-3" },
      { created_seq: 4, status: "paid", bank_ref: "needle-4" },
    ]);
    const needles = await api.get("/api/tables/payments?search=NEEDLE&sort_order=asc");
    expect(idsOf(needles.body.data, "payment_id")).toEqual(["needle-1", "PAY-2", "PAY-3"]);
    const paid = await api.get("/api/tables/payments?search=aid");
    expect(idsOf(paid.body.data, "payment_id")).toEqual(["PAY-4"]);
  });
});

describe("include_count", () => {
  it("counts all that match, not the page, on every page", async () => {
    const api = new Api();
    await insertRange(api.tenant, "payments", 1, 25, (n) => ({ status: n % 5 === 0 ? "paid" : "expected" }));
    const path = "/api/tables/payments?limit=10&include_count=true";
    const first = await api.get(path);
    expect(first.body.pagination).toMatchObject({ total: 25, total_pages: 3, has_more: true });
    const second = await api.get(`${path}&cursor=${first.body.pagination.next_cursor}`);
    expect(second.body.pagination).toMatchObject({ total: 25, total_pages: 3 });
    const paid = await api.get(`${path}&status=paid`);
    expect(paid.body.pagination).toEqual({ limit: 10, has_more: false, total: 5, total_pages: 1 });
  });

  it("counts nothing unless asked", async () => {
    const { body } = await new Api().get("/api/tables/payments?include_count=false");
    expect(body.pagination).toEqual({ limit: 50, has_more: false });
  });
});

describe("date bounds", () => {
  const dates = ["2025-01-01", "2025-01-01T08:00:00", "2025-01-01T23:59:59.9", "2025-01-02", null];
  const cases: [query: string, rows: number[]][] = [
    ["start_date=2025-01-02", [4]],
    ["end_date=2025-01-01", [1, 2, 3]],
    ["start_date=2025-01-01&end_date=2025-01-01", [1, 2, 3]],
    ["start_date=2025-01-01T00:00:00Z&end_date=2025-01-01T08:00:00Z", [1, 2]],
    ["end_date=2025-01-01T10:00:00%2B02:00", [1, 2]],
    ["end_date=2025-01-01T09:59:59%2B02:00", [1]],
    ["start_date=2025-01-01T08:00:01Z&end_date=2025-01-01", [3]],
    ["start_date=2025-01-01&limit=1", [1, 2, 3, 4]],
  ];
  it.each(cases)("of a date column: %s", async (query, expected) => {
    const api = new Api();
    await insertRange(api.tenant, "payments", 1, 5, (n) => ({ payment_date: dates[n - 1] }));
    const path = `/api/tables/payments?sort_order=asc&date_field=payment_date&${query}`;
    expect(idsOf(await walk(api, path), "payment_id")).toEqual(expected.map((n) => `PAY-${n}`));
  });

  it("of created_at and updated_at include both ends", async () => {
    const api = new Api();
    const day = Date.UTC(2025, 4, 5);
    const times = [day - 1, day, day + 1, day + 86_399_999, day + 86_400_000];
    for (const column of ["created_at", "updated_at"]) {
      await insertRange(api.tenant, "clients", 1, 5, (n) => ({
        client_id: `${column}-${n}`,
        [column]: times[n - 1],
      }));
      const within = async (query: string) => {
        const path = `/api/tables/clients?sort_order=asc&search=${column}&date_field=${column}&${query}`;
        return idsOf(await walk(api, path), "client_id").map((id) => Number(String(id).split("-")[1]));
      };
      expect(await within("start_date=2025-05-05&end_date=2025-05-05")).toEqual([2, 3, 4]);
      expect(await within("start_date=2025-05-05T00:00:00.001Z&end_date=2025-05-05T23:59:59.999Z")).toEqual([
        3, 4,
      ]);
      expect(await within("end_date=2025-05-05T00:00:00Z")).toEqual([1, 2]);
    }
  });

  it("without a bound leave everything in", async () => {
    const api = new Api();
    await insertRange(api.tenant, "clients", 1, 2);
    expect((await api.get("/api/tables/clients?date_field=created_at")).body.data).toHaveLength(2);
  });
});
