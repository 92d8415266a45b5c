import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { company, individual, loan, operation, payment, purchase } from "../support/examples.ts";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

async function withLoan(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  return api;
}

describe("a row", () => {
  it("of clients has every field under its ingest name, and no internal column", async () => {
    const api = new Api();
    await api.accept("client", { ...company, info: { limit: 5, tags: ["a"] } });
    const { status, body } = await api.get("/api/tables/clients/C-CO");
    const { step: _, ...sent } = company;
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        ...sent,
        info: { limit: 5, tags: ["a"] },
        erased_at: null,
        created_at: expect.stringMatching(INSTANT),
        updated_at: expect.stringMatching(INSTANT),
      },
    });
    expect((await api.get("/api/tables/clients")).body.data).toEqual([body.data]);
  });

  it("returns numbers digit by digit", async () => {
    const api = await withLoan();
    const text = JSON.stringify({
      category: "disbursement",
      data: {
        ...loan,
        disbursement_id: "L-2",
        info: "INFO",
        disbursement_amount: "AMOUNT",
        credit_score: "SCORE",
      },
    })
      .replace('"AMOUNT"', "12345678901234.56")
      .replace('"SCORE"', "712.50")
      .replace('"INFO"', '{"rate":0.10000000000000000001}');
    expect((await api.post("/ingest", text)).status).toBe(201);
    for (const path of ["/api/tables/disbursements/L-2", "/api/tables/disbursements?disbursement_id=L-2"]) {
      const answer = await api.get(path);
      expect(answer.text).toContain('"disbursement_amount":12345678901234.56,');
      expect(answer.text).toContain('"credit_score":712.50,');
      expect(answer.text).toContain('"info":{"rate":0.10000000000000000001}');
    }
  });

  it("of disbursements and payments writes amounts in the currency's major unit", async () => {
    const api = await withLoan();
    for (const [currency, payment_total] of [
      ["JPY", 5000],
      ["BHD", 1.234],
    ] as const) {
      await api.accept("disbursement", { ...loan, disbursement_id: `L-${currency}`, currency });
      const ids = { payment_id: `PAY-${currency}`, disbursement_id: `L-${currency}` };
      await api.accept("payment", { ...payment, ...ids, currency, payment_total, payment_fee: 1 });
    }
    const yen = await api.get("/api/tables/payments/PAY-JPY");
    expect(yen.text).toContain('"payment_total":5000,');
    expect(yen.text).toContain('"payment_principal":4999,"payment_fee":1,');
    const dinar = await api.get("/api/tables/payments/PAY-BHD");
    expect(dinar.text).toContain('"payment_principal":0.234,"payment_fee":1,');
    const dollar = await api.get("/api/tables/disbursements/L-1");
    expect(dollar.text).toContain('"disbursement_amount":10000,');
  });

  it("returns dates as dates, timestamps in UTC, and null for unknown values", async () => {
    const api = await withLoan();
    await api.accept("payment", { ...payment, payment_date: "2024-11-20T01:30:00.250+02:00" });
    const { body } = await api.get("/api/tables/payments/PAY-1");
    expect(body.data).toMatchObject({
      due_date: "2024-11-20",
      payment_date: "2024-11-19T23:30:00.25Z",
      client_id: "C-1",
      source: "client",
      payment_fee: null,
      bank_ref: null,
      info: null,
    });
  });

  it("of a purchase lists its clients as they were sent; each is a row of purchase_clients with an id", async () => {
    const api = new Api();
    for (const client_id of ["C-1", "C-2"]) await api.accept("client", { ...individual, client_id });
    const purchase_clients = [{ client_id: "C-2" }, { client_id: "C-1" }];
    const created = await api.accept("disbursement", { ...purchase, purchase_clients });
    const { body } = await api.get("/api/tables/disbursements/P-1");
    expect(body.data).toMatchObject({ purchase_clients, client_id: null, maturity_date: null });
    const links = await api.get("/api/tables/purchase_clients?disbursement_id=P-1&sort_order=asc");
    expect(links.body.data).toEqual(
      ["C-2", "C-1"].map((client_id, position) => ({
        id: `${created.body.event_id}-${position}`,
        disbursement_id: "P-1",
        client_id,
        created_at: body.data.created_at,
        updated_at: body.data.created_at,
      })),
    );
    for (const link of links.body.data) {
      expect((await api.get(`/api/tables/purchase_clients/${link.id}`)).body).toEqual({ data: link });
      expect((await api.get(`/api/tables/purchase_clients?id=${link.id}`)).body.data).toEqual([link]);
    }
  });

  it("of operations has every field", async () => {
    const api = await withLoan();
    await api.accept("operation", {
      ...operation,
      operation_revenue: -12.5,
      asset_id: "A-1",
      asset_value: 3,
    });
    const { body } = await api.get("/api/tables/operations/OP-1");
    expect(body.data).toMatchObject({
      operation_id: "OP-1",
      operation_name: "Tractor lease",
      operation_revenue: -12.5,
      currency: "USD",
      asset_id: "A-1",
      asset_value: 3,
      depreciation_method: null,
    });
  });

  it("answers HEAD like GET, without a body", async () => {
    const api = await withLoan();
    const url = "http://ledger.test/api/tables/clients/C-1";
    const response = await exports.default.fetch(url, { method: "HEAD", headers: await api.headers() });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  it("answers POST with 405", async () => {
    expect((await new Api().post("/api/tables/clients", {})).status).toBe(405);
  });

  it("reports how long D1 took", async () => {
    const { headers } = await new Api().get("/api/tables/clients");
    expect(headers.get("Server-Timing")).toMatch(/\bd1;dur=/);
  });
});

describe("a missing row", () => {
  const same = ({ trace_id: _, instance: __, ...body }: Record<string, unknown>) => body;

  it("has the same answer as another tenant's row, and is in no list", async () => {
    const owner = await withLoan();
    await owner.accept("payment", payment);
    await owner.accept("operation", operation);
    const bought = await owner.accept("disbursement", purchase);
    const stranger = new Api();
    for (const [table, id, missing] of [
      ["clients", "C-1", "C-0"],
      ["disbursements", "L-1", "L-0"],
      ["payments", "PAY-1", "PAY-0"],
      ["operations", "OP-1", "OP-0"],
      ["purchase_clients", `${bought.body.event_id}-0`, `${bought.body.event_id}-1`],
      ["events", bought.body.event_id, crypto.randomUUID()],
    ]) {
      expect((await owner.get(`/api/tables/${table}/${id}`)).status, table).toBe(200);
      const theirs = await stranger.get(`/api/tables/${table}/${id}`);
      const nobodys = await stranger.get(`/api/tables/${table}/${missing}`);
      expect(theirs.status).toBe(404);
      expect(theirs.body.code).toBe("not_found");
      expect(same(theirs.body)).toEqual(same(nobodys.body));
      const list = await stranger.get(`/api/tables/${table}?include_count=true`);
      expect(list.body.data).toEqual([]);
      expect(list.body.pagination.total).toBe(0);
    }
  });

  it.each([
    "/api/tables/clients/%00",
    "/api/tables/clients/%E0%A4%A",
    `/api/tables/clients/${"x".repeat(3000)}`,
    "/api/tables/purchase_clients/x-0",
    "/api/tables/purchase_clients/00000000-0000-7000-8000-000000000001-99999",
    "/api/tables/events/1",
    "/api/tables/events/00000000-0000-7000-8000-ffffffffffff",
  ])("answers 404 at %s", async (path) => {
    const { status, body } = await new Api().get(path);
    expect(status).toBe(404);
    expect(body.code).toBe("not_found");
  });

  it("may have been deleted: 404 and in no list, while its dependants and its events stay", async () => {
    const api = await withLoan();
    await api.accept("client", { step: "delete", client_id: "C-1" });
    expect((await api.get("/api/tables/clients/C-1")).status).toBe(404);
    expect(
      (await api.get("/api/tables/clients?client_id=C-1&include_count=true")).body.pagination.total,
    ).toBe(0);
    expect((await api.get("/api/tables/disbursements?client_id=C-1")).body.data).toHaveLength(1);
    expect((await api.get("/api/tables/events?id=C-1")).body.data).toHaveLength(2);
  });

  it("is not found by an event id that differs only in its random part", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const { event_id } = (await api.accept("disbursement", purchase)).body;
    const digit = event_id[15] === "0" ? "1" : "0";
    const other = event_id.slice(0, 15) + digit + event_id.slice(16);
    for (const [table, id, wrong] of [
      ["events", event_id, other],
      ["purchase_clients", `${event_id}-0`, `${other}-0`],
    ]) {
      expect((await api.get(`/api/tables/${table}/${id}`)).status).toBe(200);
      expect((await api.get(`/api/tables/${table}/${wrong}`)).status).toBe(404);
    }
    expect((await api.get(`/api/tables/events?event_id=${other}`)).body.data).toEqual([]);
  });
});
