import { expect, it } from "vitest";
import { Api, newTenant } from "../support/api.ts";
import { company, individual, loan, payment } from "../support/examples.ts";

/** A tenant whose gate remembers a loan and its payment. */
async function remembered(): Promise<Api> {
  const api = new Api(newTenant());
  for (const [category, data] of [
    ["client", individual],
    ["client", company],
    ["disbursement", loan],
    ["payment", payment],
  ] as const) {
    expect((await api.ingest(category, data)).status).toBe(201);
  }
  return api;
}

it("a gate forgets the payments of a loan that gets another client: their next event does not change the client", async () => {
  const api = await remembered();
  await api.ingest("disbursement", { step: "update", disbursement_id: "L-1", client_id: "C-CO" });
  const paid = await api.ingest("payment", { step: "update", payment_id: "PAY-1", status: "paid" });
  expect(paid.status).toBe(200);
  const row = await api.get("/api/tables/payments/PAY-1");
  expect(row.body.data).toMatchObject({ client_id: "C-CO", status: "paid" });
  const event = await api.get(`/api/tables/events/${paid.body.event_id}`);
  expect(event.body.data.changes).toEqual({ status: { from: "expected", to: "paid" } });
});
