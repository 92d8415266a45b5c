import { expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { expectSoundLog, storedEvents } from "../support/chain.ts";
import { operation, payment, purchase } from "../support/examples.ts";
import { ana, anasLoan, bob, found, longer, VALUES } from "./ana.ts";
import { completed, erase, eraseWholly, sendAna, storedText } from "./person.ts";

const rowOf = async (api: Api, path: string) => (await api.get(`/api/tables/${path}`)).body.data;
const update = (change: object) => ({ step: "update", disbursement_id: "L-1", ...change });

it("of a loan that got another client takes what the first one's events set, and leaves the rest", async () => {
  const api = new Api();
  await sendAna(api);
  await api.accept("client", bob);
  await api.accept("disbursement", update({ client_id: "C-2", reason: "Bob's roof" }));
  await api.accept("payment", { step: "update", payment_id: "PAY-1", bank_ref: "GB-BOB" });
  await api.accept("operation", {
    step: "update",
    operation_id: "OP-1",
    operation_description: "Bob's shed",
  });
  await eraseWholly(api);
  expect(await rowOf(api, "disbursements/L-1")).toMatchObject({
    client_id: "C-2",
    reason: "Bob's roof",
    bank_ref: null,
    info: null,
  });
  expect(await rowOf(api, "payments/PAY-1")).toMatchObject({ bank_ref: "GB-BOB", info: null });
  expect((await rowOf(api, "operations/OP-1")).operation_description).toBe("Bob's shed");
  expect(found(await storedText(api.tenant))).toEqual([]);
  await expectSoundLog(api.tenant);
});

it("brings back what another person's event had set before", async () => {
  const api = new Api();
  await api.accept("client", ana);
  await api.accept("client", bob);
  await api.accept("disbursement", {
    ...anasLoan,
    client_id: "C-2",
    reason: "Bob's roof",
    bank_ref: "GB-BOB",
  });
  await api.accept("disbursement", update({ client_id: "C-1", reason: VALUES.reason }));
  await eraseWholly(api);
  expect(await rowOf(api, "disbursements/L-1")).toMatchObject({ reason: "Bob's roof", bank_ref: "GB-BOB" });
});

it("of a purchase takes what its clients share, also one that the client has left, and names it", async () => {
  const api = new Api();
  await api.accept("client", ana);
  await api.accept("client", bob);
  const both = { purchase_clients: [{ client_id: "C-1" }, { client_id: "C-2" }] };
  const bobs = { purchase_clients: [{ client_id: "C-2" }] };
  const shared = { ...purchase, ...both, goods_description: VALUES.description };
  await api.accept("disbursement", shared);
  await api.accept("disbursement", { ...shared, disbursement_id: "P-2" });
  await api.accept("disbursement", { step: "update", disbursement_id: "P-2", ...bobs, bank_ref: "GB-BOB" });
  await api.accept("disbursement", { ...shared, disbursement_id: "P-3" });
  await api.accept("disbursement", { step: "delete", disbursement_id: "P-3" });
  await api.accept("disbursement", { ...purchase, ...bobs, disbursement_id: "P-4" });
  const own = { payment_id: "PAY-P", disbursement_id: "P-1", client_id: "C-2", bank_ref: "GB-PAID" };
  await api.accept("payment", { ...payment, ...own });
  await api.accept("operation", { ...operation, disbursement_id: "P-1", asset_description: VALUES.note });
  await eraseWholly(api);
  const erased = (await storedEvents(api.tenant)).at(-1);
  expect(JSON.parse(erased?.data ?? "").data).toEqual({ reason: "error", shared: ["P-1", "P-2", "P-3"] });
  expect(found(await storedText(api.tenant))).toEqual([]);
  expect(await rowOf(api, "disbursements/P-1")).toMatchObject({ goods_description: null });
  expect(await rowOf(api, "disbursements/P-2")).toMatchObject({
    goods_description: null,
    bank_ref: "GB-BOB",
  });
  expect(await rowOf(api, "disbursements/P-4")).toMatchObject({
    goods_description: purchase.goods_description,
  });
  expect((await rowOf(api, "payments/PAY-P")).bank_ref).toBe("GB-PAID");
  // What was erased may stay empty, and nothing else that is required.
  await api.accept("disbursement", { step: "update", disbursement_id: "P-1", goods_status: "returned" });
  const cleared = { step: "update", disbursement_id: "P-1", goods_description: null };
  expect((await api.ingest("disbursement", cleared)).status).toBe(400);
  await expectSoundLog(api.tenant);
});

it("of a client who shares a purchase comes again after an event of the purchase, which names no person", async () => {
  const api = new Api();
  await api.accept("client", ana);
  await api.accept("client", bob);
  const clients = { purchase_clients: [{ client_id: "C-1" }, { client_id: "C-2" }] };
  await api.accept("disbursement", { ...purchase, ...clients, goods_description: VALUES.description });
  await eraseWholly(api);
  expect((await erase(api)).status).toBe(409);
  await api.accept("operation", { ...operation, disbursement_id: "P-1", asset_description: VALUES.note });
  await eraseWholly(api);
  expect((await erase(api)).status).toBe(409);
  await api.accept("disbursement", { step: "update", disbursement_id: "P-1", bank_ref: VALUES.bank_ref });
  await eraseWholly(api);
  expect(found(await storedText(api.tenant))).toEqual([]);
});

it("takes nothing of what later events say: updates meanwhile, payments that come later", async () => {
  const api = new Api();
  await sendAna(api);
  const later = { bank_ref: "ES-LATER" };
  const [erased, ...sent] = await Promise.all([
    erase(api),
    api.ingest("disbursement", update(later)),
    api.ingest("payment", { step: "update", payment_id: "PAY-1", ...later }),
    api.ingest("payment", { ...payment, payment_id: "PAY-2", ...later }),
  ]);
  expect([erased.status, ...sent.map(({ status }) => status)]).toEqual([202, 200, 200, 201]);
  expect(Math.max(...sent.map(({ body }) => body.sequence))).toBeGreaterThan(erased.body.sequence);
  await completed(api);
  const rows = ["disbursements/L-1", "payments/PAY-1", "payments/PAY-2"];
  for (const [index, path] of rows.entries()) {
    const isLater = sent[index]?.body.sequence > erased.body.sequence;
    expect((await rowOf(api, path)).bank_ref, path).toBe(isLater ? "ES-LATER" : null);
  }
  expect(found(await storedText(api.tenant))).toEqual([]);
});

it("leaves another client who takes the id, and keeps what is sent of that life", async () => {
  const api = new Api();
  await sendAna(api);
  await erase(api);
  await api.accept("client", { ...bob, client_id: "C-1" });
  await api.accept("disbursement", update({ bank_ref: "GB-BOB" }));
  const { body } = await completed(api);
  expect(await rowOf(api, "clients/C-1")).toMatchObject({ name: bob.name, erased_at: null });
  expect((await rowOf(api, `clients/C-1?known_at=1`)).name).toBeNull();
  expect((await rowOf(api, `clients/C-1?known_at=${body.sequence}`)).erased_at).not.toBeNull();
  expect((await rowOf(api, `clients/C-1?known_at=${body.sequence + 1}`)).name).toBe(bob.name);
  expect((await rowOf(api, "disbursements/L-1")).bank_ref).toBe("GB-BOB");
  expect(found(await storedText(api.tenant))).toEqual([]);
});

it("repeats in no event what a private field was, where another person's event may have set it", async () => {
  const api = new Api();
  await sendAna(api);
  await api.accept("client", bob);
  await api.accept("disbursement", update({ bank_ref: "ES-2" }));
  await api.accept("disbursement", update({ client_id: "C-2" }));
  await api.accept("disbursement", update({ bank_ref: "GB-BOB" }));
  const { body } = await api.get("/api/tables/events?category=disbursement&step=update&sort_order=asc");
  expect(body.data.map(({ changes }: { changes: object }) => changes)).toEqual([
    {
      maturity_date: { from: anasLoan.maturity_date, to: longer.maturity_date },
      bank_ref: { from: VALUES.bank_ref, to: VALUES.changed_ref },
    },
    { bank_ref: { from: VALUES.changed_ref, to: "ES-2" } },
    { client_id: { from: "C-1", to: "C-2" } },
    { bank_ref: { to: "GB-BOB" } },
  ]);
});
