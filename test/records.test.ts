import { describe, expect, it } from "vitest";
import { Api } from "./support/api.ts";
import { company, individual, loan, operation, payment, purchase } from "./support/examples.ts";

const because = { change_date: "2024-12-20", change_reason: "Agreed" };

/** A tenant with two clients and one disbursement of each kind. */
async function stocked(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", company);
  await api.accept("disbursement", loan);
  await api.accept("disbursement", purchase);
  return api;
}

/** The row of a record, which must be there. */
async function row(api: Api, table: string, id: string) {
  const answer = await api.get(`/api/tables/${table}/${encodeURIComponent(id)}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body.data;
}

const fieldCodes = (answer: { body: { errors?: { field: string; code: string }[] } }) =>
  Object.fromEntries((answer.body.errors ?? []).map(({ field, code }) => [field, code]));

describe("a record's life", () => {
  it.each([
    ["client", "clients", individual, "client_id", { name: "Jane Doe", info: { a: 1 } }],
    ["disbursement", "disbursements", loan, "disbursement_id", { bank_ref: "B-1", info: { a: 1 } }],
    ["disbursement", "disbursements", purchase, "disbursement_id", { goods_status: "lost", info: { a: 1 } }],
    ["payment", "payments", payment, "payment_id", { status: "paid", info: { a: 1 } }],
    ["operation", "operations", operation, "operation_id", { asset_condition: "good", info: { a: 1 } }],
  ])(
    "%s in %s: created, changed, deleted, and created again under its id",
    async (category, table, data, idField, change) => {
      const api = new Api();
      if (category !== "client") await api.accept("client", individual);
      if (category === "payment" || category === "operation") await api.accept("disbursement", loan);
      const id = String((data as Readonly<Record<string, unknown>>)[idField]);
      const { step: _, ...fields } = data;
      await api.accept(category, data);
      const first = await row(api, table, id);
      expect(first).toMatchObject(fields);
      await api.accept(category, { step: "update", [idField]: id, ...change });
      expect(await row(api, table, id)).toMatchObject({ ...fields, ...change, created_at: first.created_at });
      await api.accept(category, { step: "delete", [idField]: id });
      expect((await api.get(`/api/tables/${table}/${id}`)).status).toBe(404);
      expect((await api.get(`/api/tables/${table}`)).body.data).toEqual([]);
      await api.accept(category, data);
      expect(await row(api, table, id)).toMatchObject({ ...fields, info: null });
      expect((await api.get(`/api/tables/${table}`)).body.data).toHaveLength(1);
      const log = await api.get("/api/tables/events?sort_by=sequence&sort_order=asc");
      const steps = log.body.data.filter((event: { id: string }) => event.id === id);
      expect(steps.map(({ step }: { step: string }) => step)).toEqual([
        "create",
        "update",
        "delete",
        "create",
      ]);
    },
  );

  it("belongs to its tenant: the same ids of two tenants are independent", async () => {
    const [left, right] = [await stocked(), await stocked()];
    await left.accept("client", { step: "update", client_id: "C-1", name: "Left" });
    await left.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    expect((await row(right, "clients", "C-1")).name).toBe("John Doe");
    await right.accept("payment", payment);
    expect(fieldCodes(await left.ingest("payment", payment))).toEqual({
      "data.disbursement_id": "unknown_reference",
    });
    const stranger = new Api();
    const update = await stranger.ingest("client", { step: "update", client_id: "C-1", name: "X" });
    expect([update.status, update.body.code]).toEqual([404, "not_found"]);
  });

  it.each([
    "a b/c",
    "ünï 😀",
    "'; DROP TABLE clients; --",
    '"quoted"',
    "a,b",
    "%",
    "_",
    "[1]",
    "null",
    "1e3",
  ])("accepts any id, for example %s", async (client_id) => {
    const api = new Api();
    await api.accept("client", { ...individual, client_id });
    await api.accept("disbursement", { ...loan, client_id, disbursement_id: client_id });
    await api.accept("disbursement", {
      ...purchase,
      disbursement_id: "P",
      purchase_clients: [{ client_id }],
    });
    await api.accept("payment", { ...payment, payment_id: client_id, disbursement_id: client_id });
    expect((await row(api, "payments", client_id)).client_id).toBe(client_id);
    await api.accept("client", { step: "delete", client_id });
    expect((await api.get("/api/tables/clients")).body.data).toEqual([]);
  });
});

describe("numbers come back digit by digit", () => {
  const send = (api: Api, data: object, digits: Readonly<Record<string, string>>) => {
    const { category = "disbursement", ...rest } = data as { category?: string };
    const members = Object.entries(digits).map(([name, text]) => `,${JSON.stringify(name)}:${text}`);
    const text = `${JSON.stringify(rest).slice(0, -1)}${members.join("")}}`;
    return api.post("/ingest", `{"category":"${category}","data":${text}}`);
  };
  const { disbursement_amount: _, ...loanWithout } = loan;

  it.each([
    ["USD", "12345678901234.56", "12345678901234.56"],
    ["USD", "92233720368547758.07", "92233720368547758.07"],
    ["USD", "0.10", "0.1"],
    ["USD", "1e3", "1000"],
    ["USD", "9007199254740993", "9007199254740993"],
    ["JPY", "9223372036854775807", "9223372036854775807"],
    ["BHD", "9223372036854775.807", "9223372036854775.807"],
    ["CLF", "0.0001", "0.0001"],
    ["MGA", "0.01", "0.01"],
  ])("%s %s is read back as %s", async (currency, sent, read) => {
    const api = new Api();
    await api.accept("client", individual);
    const event = { ...loanWithout, currency, total_expected_margin: 0 };
    expect((await send(api, event, { disbursement_amount: sent })).status).toBe(201);
    const answer = await api.get("/api/tables/disbursements/L-1");
    expect(answer.text).toContain(`"disbursement_amount":${read},`);
    const listed = await api.get("/api/tables/disbursements");
    expect(listed.text).toContain(`"disbursement_amount":${read},`);
    await api.accept("disbursement", { step: "update", disbursement_id: "L-1", bank_ref: "B" });
    expect((await api.get("/api/tables/disbursements/L-1")).text).toContain(`"disbursement_amount":${read},`);
  });

  it("a negative revenue and the digits inside info and credit_score are kept", async () => {
    const api = await stocked();
    const revenue = { operation_revenue: "-92233720368547758.07" };
    expect((await send(api, { category: "operation", ...operation }, revenue)).status).toBe(201);
    expect((await api.get("/api/tables/operations/OP-1")).text).toContain(
      '"operation_revenue":-92233720368547758.07',
    );
    const update = { step: "update", disbursement_id: "L-1" };
    const info = '{"big":12345678901234567890,"small":1E-400,"list":[0.10,-0]}';
    const digits = { credit_score: "0.12345678901234567", info };
    expect((await send(api, update, digits)).status).toBe(200);
    const { text } = await api.get("/api/tables/disbursements/L-1");
    expect(text).toContain('"credit_score":0.12345678901234567');
    expect(text).toContain(`"info":${info}`);
  });

  it("a refused amount changes nothing", async () => {
    const api = await stocked();
    for (const amount of ["92233720368547758.08", "1e999999999", "0.001", "-1", '"5"']) {
      const update = { step: "update", disbursement_id: "L-1", ...because };
      const answer = await send(api, update, { disbursement_amount: amount });
      expect([answer.status, answer.body.code]).toEqual([400, "validation_error"]);
    }
    expect((await row(api, "disbursements", "L-1")).disbursement_amount).toBe(10000);
  });
});

describe("dates come back as they were sent", () => {
  it.each([
    ["2024-11-20", "2024-11-20"],
    ["2024-11-20T12:34:56Z", "2024-11-20T12:34:56Z"],
    ["2024-11-20T00:30:00.250+02:00", "2024-11-19T22:30:00.25Z"],
    ["2024-11-20T12:34:56.123456789Z", "2024-11-20T12:34:56.123456789Z"],
  ])("%s as %s", async (sent, read) => {
    const api = await stocked();
    await api.accept("payment", { ...payment, due_date: sent });
    expect((await row(api, "payments", "PAY-1")).due_date).toBe(read);
  });
});

describe("payments", () => {
  it("derive the missing one of principal and fee, and keep it on updates", async () => {
    const api = await stocked();
    await api.accept("payment", { ...payment, payment_principal: 399.99 });
    expect(await row(api, "payments", "PAY-1")).toMatchObject({
      payment_principal: 399.99,
      payment_fee: 100.01,
    });
    const wrong = await api.ingest("payment", { step: "update", payment_id: "PAY-1", payment_total: 600 });
    expect(fieldCodes(wrong)).toEqual({ "data.payment_fee": "inconsistent_amounts" });
    await api.accept("payment", { step: "update", payment_id: "PAY-1", status: "paid" });
    await api.accept("payment", {
      step: "update",
      payment_id: "PAY-1",
      payment_total: 600,
      payment_principal: null,
    });
    expect(await row(api, "payments", "PAY-1")).toMatchObject({
      payment_principal: 499.99,
      payment_fee: 100.01,
    });
  });

  it("have no principal and no fee when neither is known", async () => {
    const api = await stocked();
    await api.accept("payment", payment);
    expect(await row(api, "payments", "PAY-1")).toMatchObject({ payment_principal: null, payment_fee: null });
  });

  it("of a loan take its client, and move with the loan to another", async () => {
    const api = await stocked();
    for (const payment_id of ["PAY-1", "PAY-2", "PAY-3"])
      await api.accept("payment", { ...payment, payment_id });
    await api.accept("payment", {
      ...payment,
      payment_id: "PAY-P",
      disbursement_id: "P-1",
      client_id: "C-1",
    });
    await api.accept("payment", { step: "delete", payment_id: "PAY-3" });
    await api.accept("disbursement", { step: "update", disbursement_id: "L-1", client_id: "C-CO" });
    expect((await row(api, "payments", "PAY-1")).client_id).toBe("C-CO");
    expect((await row(api, "payments", "PAY-2")).client_id).toBe("C-CO");
    expect((await row(api, "payments", "PAY-P")).client_id).toBe("C-1");
    const ofNew = await api.get("/api/tables/payments?client_id=C-CO");
    expect(ofNew.body.data).toHaveLength(2);
    await api.accept("payment", { step: "update", payment_id: "PAY-1", status: "paid", client_id: "C-CO" });
  });

  it("have the same result when the loan's change and the payments arrive together", async () => {
    const api = await stocked();
    const ids = Array.from({ length: 12 }, (_, index) => `PAY-${index}`);
    await Promise.all([
      ...ids.slice(0, 6).map((payment_id) => api.accept("payment", { ...payment, payment_id })),
      api.accept("disbursement", { step: "update", disbursement_id: "L-1", client_id: "C-CO" }),
      ...ids.slice(6).map((payment_id) => api.accept("payment", { ...payment, payment_id })),
    ]);
    const { body } = await api.get("/api/tables/payments?client_id=C-CO");
    expect(body.data).toHaveLength(ids.length);
  });
});

describe("a purchase's clients", () => {
  const links = async (api: Api) => {
    const { body } = await api.get("/api/tables/purchase_clients?disbursement_id=P-1");
    return body.data.map(({ client_id }: { client_id: string }) => client_id).sort();
  };
  const named = (...ids: string[]) => ({
    step: "update",
    disbursement_id: "P-1",
    purchase_clients: ids.map((client_id) => ({ client_id })),
  });

  it("follow each change of the list, also to none and back", async () => {
    const api = await stocked();
    expect(await links(api)).toEqual(["C-1"]);
    await api.accept("disbursement", named("C-CO", "C-1"));
    expect(await links(api)).toEqual(["C-1", "C-CO"]);
    await api.accept("disbursement", named("C-CO"));
    expect(await links(api)).toEqual(["C-CO"]);
    await api.accept("disbursement", { step: "update", disbursement_id: "P-1", purchase_clients: null });
    expect(await links(api)).toEqual([]);
    await api.accept("disbursement", named("C-1", "C-CO"));
    expect(await links(api)).toEqual(["C-1", "C-CO"]);
    await api.accept("disbursement", { step: "delete", disbursement_id: "P-1" });
    expect(await links(api)).toEqual([]);
    await api.accept("disbursement", purchase);
    expect(await links(api)).toEqual(["C-1"]);
    expect((await row(api, "disbursements", "P-1")).purchase_clients).toEqual([{ client_id: "C-1" }]);
  });

  it("end as the last event says when many arrive together", async () => {
    const api = await stocked();
    const lists = [["C-1"], ["C-CO"], ["C-CO", "C-1"], ["C-1", "C-CO"], ["C-CO"]];
    const answers = await Promise.all(lists.map((list) => api.accept("disbursement", named(...list))));
    const last = Math.max(...answers.map(({ body }) => body.sequence));
    const list = lists[answers.findIndex(({ body }) => body.sequence === last)];
    expect(await links(api)).toEqual([...(list ?? [])].sort());
  });
});

describe("a reference to a deleted record", () => {
  it("stays valid, and no new one is accepted", async () => {
    const api = await stocked();
    await api.accept("payment", payment);
    await api.accept("operation", operation);
    await api.accept("client", { step: "delete", client_id: "C-1" });
    expect(fieldCodes(await api.ingest("disbursement", { ...loan, disbursement_id: "L-2" }))).toEqual({
      "data.client_id": "unknown_reference",
    });
    await api.accept("disbursement", { step: "update", disbursement_id: "L-1", bank_ref: "B" });
    await api.accept("payment", { ...payment, payment_id: "PAY-2" });
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    for (const [category, data] of [
      ["payment", { ...payment, payment_id: "PAY-3" }],
      ["operation", { ...operation, operation_id: "OP-2" }],
    ] as const) {
      expect(fieldCodes(await api.ingest(category, data))).toEqual({
        "data.disbursement_id": "unknown_reference",
      });
    }
    await api.accept("payment", { step: "update", payment_id: "PAY-1", status: "canceled" });
    await api.accept("operation", { step: "update", operation_id: "OP-1", asset_condition: "worn" });
    expect(await row(api, "payments", "PAY-1")).toMatchObject({
      status: "canceled",
      client_id: "C-1",
      disbursement_id: "L-1",
    });
    await api.accept("payment", { step: "delete", payment_id: "PAY-2" });
  });

  it("is new when a purchase's payment names a deleted client", async () => {
    const api = await stocked();
    await api.accept("payment", { ...payment, disbursement_id: "P-1", client_id: "C-1" });
    await api.accept("client", { step: "delete", client_id: "C-1" });
    const late = { ...payment, payment_id: "PAY-2", disbursement_id: "P-1", client_id: "C-1" };
    expect(fieldCodes(await api.ingest("payment", late))).toEqual({ "data.client_id": "unknown_reference" });
    await api.accept("payment", { step: "update", payment_id: "PAY-1", status: "paid" });
  });
});

describe("money that was booked can be marked paid", () => {
  const paid = { step: "update", payment_id: "PAY-1", status: "paid" };

  it("when its client has left the purchase", async () => {
    const api = await stocked();
    await api.accept("client", { ...individual, client_id: "C-left" });
    await api.accept("payment", { ...payment, disbursement_id: "P-1", client_id: "C-1" });
    const without = { step: "update", disbursement_id: "P-1", purchase_clients: [{ client_id: "C-left" }] };
    await api.accept("disbursement", without);
    await api.accept("payment", paid);
    expect(fieldCodes(await api.ingest("payment", { ...paid, client_id: "C-3" }))).toEqual({
      "data.client_id": "client_mismatch",
    });
  });

  it("when its loan was created again in another currency for another client, who then owns it", async () => {
    const api = await stocked();
    await api.accept("client", { ...individual, client_id: "C-2" });
    await api.accept("payment", payment);
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    await api.accept("disbursement", { ...loan, client_id: "C-2", currency: "EUR" });
    expect(await row(api, "payments", "PAY-1")).toMatchObject({ client_id: "C-2", currency: "USD" });
    await api.accept("payment", paid);
    expect(await row(api, "payments", "PAY-1")).toMatchObject({ status: "paid", client_id: "C-2" });
  });
});

describe("the Location of a new record", () => {
  it.each([".", "..", "a/b", "a b%2F?#", "é\u{1F4B6}"])(
    "leads to the record with the id %j",
    async (client_id) => {
      const api = new Api();
      const created = await api.accept("client", { ...individual, client_id });
      const { status, body } = await api.get(created.headers.get("Location") ?? "");
      expect(status).toBe(200);
      expect([body.data].flat()).toMatchObject([{ client_id }]);
    },
  );
});
