import { expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { individual, loan, payment, purchase } from "../support/examples.ts";
import { completed, erase, eraseWholly } from "./person.ts";

const codeOf = async (answer: ReturnType<typeof erase>) => [(await answer).status, (await answer).body.code];
const PATH = "/api/clients/C-1/erasure";

/** A client with a loan of 10,000 and a margin of 1,293, of which all but `left` is paid. */
async function owing(left: number): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  const receipt = { status: "paid", payment_date: "2025-01-02", payment_total: 11_293 - left };
  await api.accept("payment", { ...payment, ...receipt });
  return api;
}

it("refuses an unknown client before anything else, and a scope that is not clients:erase", async () => {
  const api = new Api();
  expect(await codeOf(erase(api))).toEqual([404, "not_found"]);
  expect((await api.get(PATH)).status).toBe(404);
  await api.accept("client", individual);
  expect((await api.get(PATH)).status).toBe(404);
  const other = new Api(api.tenant, "records:read ingest:write");
  expect(await codeOf(erase(other))).toEqual([403, "insufficient_scope"]);
  expect((await other.get(PATH)).status).toBe(403);
});

it.each([
  ["none", {}],
  ["an unknown reason", { reason: "boredom" }],
  ["another member", { reason: "error", shared: [] }],
])("refuses a body with %s", async (_, body) => {
  const api = new Api();
  await api.accept("client", individual);
  expect(await codeOf(api.post(PATH, body))).toEqual([400, "validation_error"]);
});

it("refuses a client who owes more than the tolerance, unless the client is an error", async () => {
  const api = await owing(100);
  expect(await codeOf(erase(api, "C-1", "request"))).toEqual([409, "has_open_loans"]);
  expect(await codeOf(erase(api, "C-1", "retention"))).toEqual([409, "has_open_loans"]);
  await api.send("PUT", "/v1/settings", { arrears_tolerance: "USD:99.99" });
  expect(await codeOf(erase(api, "C-1", "request"))).toEqual([409, "has_open_loans"]);
  await api.send("PUT", "/v1/settings", { arrears_tolerance: "USD:100" });
  expect((await erase(api, "C-1", "request")).status).toBe(202);
  const other = await owing(100);
  expect((await erase(other, "C-1", "error")).status).toBe(202);
});

it("counts only live disbursements, also purchases that the client shares", async () => {
  const api = await owing(0);
  const clients = [{ client_id: "C-1" }, { client_id: "C-2" }];
  await api.accept("client", { ...individual, client_id: "C-2" });
  await api.accept("disbursement", { ...purchase, purchase_clients: clients });
  expect(await codeOf(erase(api, "C-1", "request"))).toEqual([409, "has_open_loans"]);
  expect(await codeOf(erase(api, "C-2", "request"))).toEqual([409, "has_open_loans"]);
  await api.accept("disbursement", { step: "delete", disbursement_id: "P-1" });
  expect((await erase(api, "C-1", "request")).status).toBe(202);
});

it("erases a client who was deleted before", async () => {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("client", { step: "delete", client_id: "C-1" });
  expect((await api.get("/api/tables/clients/C-1")).status).toBe(404);
  await eraseWholly(api, "C-1", "request");
  expect((await api.get("/api/tables/clients/C-1")).body.data.name).toBeNull();
  expect((await api.get("/api/tables/clients/C-1?known_at=2")).status).toBe(404);
});

it("erases a client once, and again only after an event that says something about the client", async () => {
  const api = await owing(100);
  const key = newKey();
  const first = await erase(api, "C-1", "error", key);
  await completed(api);
  // Before it looks for open loans.
  expect(await codeOf(erase(api, "C-1", "request"))).toEqual([409, "already_erased"]);
  await api.accept("payment", { ...payment, payment_id: "PAY-2" });
  expect(await codeOf(erase(api))).toEqual([409, "already_erased"]);
  await api.accept("payment", { ...payment, payment_id: "PAY-3", bank_ref: "ES-2" });
  expect(await codeOf(erase(api, "C-1", "request"))).toEqual([409, "has_open_loans"]);
  await eraseWholly(api);
  expect((await api.get("/api/tables/payments/PAY-3")).body.data.bank_ref).toBeNull();
  expect(await codeOf(erase(api))).toEqual([409, "already_erased"]);
  const again = await erase(api, "C-1", "error", key);
  expect([again.status, again.headers.get("Idempotent-Replayed")]).toEqual([200, "true"]);
  expect(again.body).toMatchObject({ sequence: first.body.sequence, status: "complete" });
  expect((await completed(api)).body.sequence).toBeGreaterThan(first.body.sequence);
  expect(await codeOf(erase(api, "C-1", "request", key))).toEqual([422, "idempotency_mismatch"]);
});

it("is an event that POST /ingest cannot send", async () => {
  const api = new Api();
  await api.accept("client", individual);
  const sent = await api.ingest("client", { step: "erase", client_id: "C-1", reason: "error" });
  expect([sent.status, sent.body.code]).toEqual([400, "validation_error"]);
});
