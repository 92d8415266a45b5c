import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan, operation, payment, purchase } from "../support/examples.ts";
import { insertRange, insertRows, measured, timeOf } from "../support/lookup-rows.ts";
import { until } from "../support/until.ts";

/** A tenant whose two clients are events 1 and 2. */
async function withClients(): Promise<Api> {
  const api = new Api();
  for (const client_id of ["C-1", "C-2"]) await api.accept("client", { ...individual, client_id });
  return api;
}

const at = async (api: Api, path: string, known: number | string) =>
  api.get(`/api/tables/${path}?known_at=${encodeURIComponent(String(known))}`);

describe("a record as the log knew it", () => {
  it("is each of its states in turn, nothing before its create, and a new record in each life", async () => {
    const api = await withClients();
    const update = (name: string) => api.accept("client", { step: "update", client_id: "C-1", name });
    await update("Second");
    await api.accept("client", { step: "delete", client_id: "C-1" });
    await api.accept("client", { ...individual, name: "Third" });
    await update("Fourth");
    const names = await Promise.all(
      [0, 1, 2, 3, 4, 5, 6].map(async (sequence) => {
        const { status, body } = await at(api, "clients/C-1", sequence);
        return status === 200 ? body.data.name : body.code;
      }),
    );
    expect(names).toEqual(["not_found", "John Doe", "John Doe", "Second", "not_found", "Third", "Fourth"]);
    expect((await at(api, "clients/nobody", 3)).status).toBe(404);
    expect((await at(new Api(), "clients/C-1", 0)).status).toBe(404);
  });

  it("keeps every digit", async () => {
    const api = await withClients();
    const text = JSON.stringify({ category: "disbursement", data: { ...loan, disbursement_amount: "A" } });
    await api.post("/ingest", text.replace('"A"', "12345678901234.56"));
    await api.accept("disbursement", { step: "update", disbursement_id: "L-1", reason: "later" });
    const then = await at(api, "disbursements/L-1", 3);
    expect(then.text).toContain('"disbursement_amount":12345678901234.56,');
    expect(then.body.data.reason).toBeNull();
  });

  it("has the client that a payment's loan had then", async () => {
    const api = await withClients();
    await api.accept("disbursement", loan);
    await api.accept("payment", payment);
    await api.accept("disbursement", { step: "update", disbursement_id: "L-1", client_id: "C-2" });
    const moved = (await api.get("/api/tables/payments/PAY-1")).body.data;
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    await api.accept("disbursement", loan);
    const returned = (await api.get("/api/tables/payments/PAY-1")).body.data;
    await api.accept("payment", { step: "update", payment_id: "PAY-1", status: "paid" });
    const known = await Promise.all([4, 5, 6, 7].map((sequence) => at(api, "payments/PAY-1", sequence)));
    expect(known.map(({ body }) => body.data.client_id)).toEqual(["C-1", "C-2", "C-2", "C-1"]);
    expect(known[1]?.body.data).toEqual(moved);
    expect(known[2]?.body.data).toEqual(moved);
    expect(known[3]?.body.data).toEqual(returned);
  });

  it("has the currency of an operation's disbursement", async () => {
    const api = await withClients();
    await api.accept("disbursement", { ...loan, currency: "BHD" });
    await api.accept("operation", { ...operation, operation_cost: 1.234 });
    const created = (await api.get("/api/tables/operations/OP-1")).text;
    await api.accept("operation", { step: "update", operation_id: "OP-1", operation_cost: 2 });
    expect((await at(api, "operations/OP-1", 4)).text).toBe(created);
  });

  it("shows a purchase's client that has left since, and none before it joined", async () => {
    const api = await withClients();
    await api.accept("disbursement", purchase);
    const update = { step: "update", disbursement_id: "P-1" };
    const { event_id } = (
      await api.accept("disbursement", {
        ...update,
        purchase_clients: [{ client_id: "C-1" }, { client_id: "C-2" }],
      })
    ).body;
    const path = `purchase_clients/${event_id}-0`;
    const joined = await api.get(`/api/tables/${path}`);
    expect(joined.body.data.client_id).toBe("C-2");
    await api.accept("disbursement", { ...update, purchase_clients: [{ client_id: "C-1" }] });
    expect((await at(api, path, 3)).status).toBe(404);
    expect((await at(api, path, 4)).text).toBe(joined.text);
    expect((await at(api, path, 5)).status).toBe(404);
    expect((await at(api, `purchase_clients/${event_id}-1`, 4)).status).toBe(404);
  });

  it("is the row of an event or of history, from its event on", async () => {
    const api = await withClients();
    const { event_id } = (await api.accept("disbursement", loan)).body;
    const path = `/api/tables/disbursement_status/${event_id}`;
    await until(async () => (await api.get(path)).status === 200);
    await api.accept("payment", payment);
    for (const table of ["events", "disbursement_status"]) {
      expect((await at(api, `${table}/${event_id}`, 2)).status).toBe(404);
      expect((await at(api, `${table}/${event_id}`, 3)).text).toBe(
        (await api.get(`/api/tables/${table}/${event_id}`)).text,
      );
    }
  });
});

describe("known_at", () => {
  it("may be a moment: what the log knew at the end of that millisecond", async () => {
    const api = new Api();
    const data = (name: string) => JSON.stringify({ ...individual, name });
    const update = JSON.stringify({ step: "update", client_id: "C-1", name: "Second" });
    await insertRange(api.tenant, "events", 1, 40, () => ({ record_id: "other" }));
    await insertRows(api.tenant, "events", [
      { sequence: 41, record_id: "C-1", data: data("First") },
      { sequence: 42, record_id: "C-1", step: "update", data: update, previous_sequence: 41 },
    ]);
    await insertRange(api.tenant, "events", 43, 50, () => ({ record_id: "other" }));
    await insertRows(api.tenant, "clients", [
      { created_seq: 41, client_id: "C-1", updated_seq: 42, name: "Second" },
    ]);
    const nameAt = async (ms: number) => {
      const { body } = await at(api, "clients/C-1", new Date(ms).toISOString());
      return body.data?.name ?? body.code;
    };
    expect(await nameAt(timeOf(41) - 1)).toBe("not_found");
    expect(await nameAt(timeOf(41))).toBe("First");
    expect(await nameAt(timeOf(42) - 1)).toBe("First");
    expect(await nameAt(timeOf(42))).toBe("Second");
    expect(await nameAt(timeOf(50))).toBe("Second");
    expect(await nameAt(Date.now() - 1_000)).toBe("Second");
    expect(await nameAt(0)).toBe("not_found");
    const path = `/api/tables/clients/C-1?known_at=${new Date(timeOf(41)).toISOString()}`;
    expect((await measured(api.tenant, path)).rowsRead).toBeLessThan(60);
  });

  it.each([
    ["3", "beyond the log's head"],
    ["9999-01-01T00:00:00Z", "in the future"],
    ["2025-01-01", "a date, which is no moment"],
    ["-1", "no sequence"],
    ["01", "no plain digits"],
    ["now", "no timestamp"],
    ["", "empty"],
  ])("%j is refused: %s", async (known) => {
    const { status, body } = await at(await withClients(), "clients/C-1", known);
    expect([status, body.code]).toEqual([400, "invalid_query"]);
    expect(body.detail).toContain("known_at");
  });

  it("belongs to one row: a list refuses it, and a row refuses any other parameter", async () => {
    const api = await withClients();
    for (const path of ["clients?known_at=1", "clients/C-1?known=1", "clients/C-1?known_at=1&known_at=2"]) {
      expect((await api.get(`/api/tables/${path}`)).status, path).toBe(400);
    }
  });

  it("reads a record's own events, whatever the length of the log", async () => {
    const api = new Api();
    await insertRange(api.tenant, "events", 2, 3_000, () => ({ record_id: "other" }));
    const name = (text: string) => JSON.stringify({ step: "update", client_id: "C-1", name: text });
    await insertRows(api.tenant, "events", [
      { sequence: 1, record_id: "C-1", data: JSON.stringify(individual) },
      {
        sequence: 200_000,
        record_id: "C-1",
        step: "update",
        data: name("Second"),
        previous_sequence: 1,
      },
      { sequence: 300_000, record_id: "C-1", step: "delete", previous_sequence: 200_000 },
    ]);
    const row = { created_seq: 1, client_id: "C-1", updated_seq: 300_000, deleted_at: timeOf(300_000) };
    await insertRows(api.tenant, "clients", [row]);
    const { answer, rowsRead } = await measured(api.tenant, "/api/tables/clients/C-1?known_at=299999");
    expect(answer.body.data.name).toBe("Second");
    expect(rowsRead).toBeLessThan(30);
    expect((await at(api, "clients/C-1", 2)).body.data.name).toBe(individual.name);
    expect((await at(api, "clients/C-1", 300_000)).status).toBe(404);
  });

  it("refuses a record whose events up to then are larger than 64 MB", async () => {
    const api = new Api();
    const info = JSON.stringify({ ...individual, info: { text: "x".repeat(1_900_000) } });
    const numbers = Array.from({ length: 34 }, (_, index) => 1 + index);
    for (const sequence of numbers) {
      const step = sequence === 1 ? "create" : "update";
      const previous_sequence = sequence === 1 ? null : sequence - 1;
      await insertRows(api.tenant, "events", [
        { sequence, record_id: "C-1", step, data: info, previous_sequence },
      ]);
    }
    await insertRows(api.tenant, "events", [
      { sequence: 35, record_id: "C-1", step: "delete", previous_sequence: 34 },
    ]);
    await insertRows(api.tenant, "clients", [
      { created_seq: 1, client_id: "C-1", updated_seq: 35, deleted_at: timeOf(35) },
    ]);
    const refused = await at(api, "clients/C-1", 34);
    expect([refused.status, refused.body.code]).toEqual([422, "too_large"]);
  });
});
