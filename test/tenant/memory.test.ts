import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan, payment, purchase } from "../support/examples.ts";
import { type FaultyD1, failAfter, failBefore, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { eventsOf, gateOf, oneTo, sequencesOf, throughSecondGate } from "../support/gate.ts";
import { tamper } from "../support/tamper.ts";

/** A tenant with a client and a loan, whose gate remembers both; `other` is its second gate. */
async function remembering(): Promise<{ api: Api; d1: FaultyD1; other: Api }> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  return { api, d1: await wrapDatabase(gateOf(api.tenant)), other: throughSecondGate(api.tenant) };
}

const kinds = (d1: FaultyD1) => d1.calls.map((call) => (isCommit(call) ? "commit" : "load"));

const nameOf = async (api: Api, id = "C-1") => (await api.get(`/api/tables/clients/${id}`)).body.data.name;

describe("a gate that decides from memory", () => {
  it("detects another writer by the head of the log, and decides again on what that writer wrote", async () => {
    const { api, d1, other } = await remembering();
    await other.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    const refused = await api.ingest("payment", payment);
    expect([refused.status, refused.body.errors[0].code]).toEqual([400, "unknown_reference"]);
    expect(kinds(d1)).toEqual(["commit", "load"]);
  });

  it("does not overwrite what another writer has changed of a record that it remembers", async () => {
    const { api, other } = await remembering();
    await other.accept("client", { step: "update", client_id: "C-1", name: "Theirs" });
    await api.accept("client", { step: "update", client_id: "C-1", address: "1 Ours Street" });
    expect(await nameOf(api)).toBe("Theirs");
    const { address } = (await api.get("/api/tables/clients/C-1")).body.data;
    expect(address).toBe("1 Ours Street");
    expect(sequencesOf(await eventsOf(api.tenant))).toEqual(oneTo(4));
  });

  it("treats an id that it does not remember as free only until D1 refuses it", async () => {
    const { api, d1, other } = await remembering();
    const second = { ...individual, client_id: "C-2" };
    await other.accept("client", { ...second, name: "Theirs" });
    // Its memory is as of the same head again, and knows nothing of C-2.
    await api.accept("client", { ...individual, client_id: "C-3" });
    d1.resetCounts();
    const refused = await api.ingest("client", { ...second, name: "Ours" });
    expect([refused.status, refused.body.code]).toEqual([409, "already_exists"]);
    expect(kinds(d1)).toEqual(["commit", "load"]);
    expect(await nameOf(api, "C-2")).toBe("Theirs");
  });

  it("creates a deleted record again although it has forgotten the old one", async () => {
    const { api, d1 } = await remembering();
    await api.accept("client", { step: "delete", client_id: "C-1" });
    await throughSecondGate(api.tenant).accept("client", { ...individual, client_id: "C-9" });
    await api.accept("client", { ...individual, client_id: "C-10" });
    d1.resetCounts();
    await api.accept("client", { ...individual, name: "Anew" });
    expect(kinds(d1)).toEqual(["commit", "load", "commit"]);
    expect(await nameOf(api)).toBe("Anew");
  });

  it("finds a key in D1 that only another gate has seen", async () => {
    const { api, other } = await remembering();
    const second = { ...individual, client_id: "C-2" };
    const first = await other.ingest("client", second, "key-of-another-gate");
    await api.accept("client", { ...individual, client_id: "C-3" });
    const again = await api.ingest("client", second, "key-of-another-gate");
    expect([again.status, again.body.event_id]).toEqual([200, first.body.event_id]);
  });

  it.each([
    ["was lost on its way", failBefore],
    ["landed and its answer was lost", failAfter],
  ])("forgets everything after a commit that %s", async (_, fault) => {
    const { api, d1 } = await remembering();
    d1.meet(isCommit, fault(), 1);
    await api.accept("client", { step: "update", client_id: "C-1", name: "Once" });
    expect(kinds(d1).slice(0, 2)).toEqual(["commit", "load"]);
    await api.accept("client", { step: "update", client_id: "C-1", address: "1 Elsewhere" });
    expect(await nameOf(api)).toBe("Once");
    expect(sequencesOf(await eventsOf(api.tenant))).toEqual(oneTo(4));
  });

  it("loads when a group needs more than it remembers", async () => {
    const { api, d1 } = await remembering();
    const other = throughSecondGate(api.tenant);
    await other.accept("client", { ...individual, client_id: "C-2" });
    await api.accept("client", { ...individual, client_id: "C-3" });
    d1.resetCounts();
    await api.accept("disbursement", { ...loan, disbursement_id: "L-2", client_id: "C-2" });
    expect(kinds(d1)).toEqual(["load", "commit"]);
  });

  it("moves the payments of a loan to its new client, remembered or not", async () => {
    const { api } = await remembering();
    await api.accept("payment", payment);
    await api.accept("client", { ...individual, client_id: "C-2" });
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    await api.accept("disbursement", { ...loan, client_id: "C-2" });
    await api.accept("payment", { step: "update", payment_id: "PAY-1", status: "paid" });
    const { data } = (await api.get("/api/tables/payments/PAY-1")).body;
    expect([data.client_id, data.status]).toEqual(["C-2", "paid"]);
  });

  it("does not refuse a purchase's payment for a client that it does not remember", async () => {
    const { api, d1 } = await remembering();
    const clients = [{ client_id: "C-1" }];
    await api.accept("disbursement", { ...purchase, purchase_clients: clients });
    d1.resetCounts();
    const bought = { ...payment, disbursement_id: purchase.disbursement_id, client_id: "C-1" };
    await api.accept("payment", { ...bought, currency: purchase.currency });
    expect(kinds(d1)).toEqual(["commit"]);
  });

  it("detects by the head of the log that D1 was restored, and uses no sequence again", async () => {
    const { api } = await remembering();
    const undo = ["events", "disbursements", "disbursement_terms"].map((table) =>
      env.DB.prepare(
        `DELETE FROM ${table} WHERE tenant_id = ? ${table === "events" ? "AND sequence = 2" : ""}`,
      ).bind(api.tenant),
    );
    await tamper(...undo);
    expect((await api.ingest("client", { ...individual, client_id: "C-2" })).body.sequence).toBe(1_002);
    expect((await api.ingest("payment", payment)).status).toBe(400);
    expect(sequencesOf(await eventsOf(api.tenant))).toEqual([1, 1_001, 1_002]);
  });
});

describe("a gate that posts from memory", () => {
  const UUID = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const posting = {
    loan_id: UUID(1),
    borrower_id: UUID(9),
    amount_minor: "100",
    currency: "USD",
    effective_at: "2024-03-01",
    method: "ach",
  };
  const MAX = "9223372036854775807";

  async function posted() {
    const api = new Api();
    expect((await api.post("/v1/disbursements", posting)).status).toBe(201);
    return { api, d1: await wrapDatabase(gateOf(api.tenant)), other: throughSecondGate(api.tenant) };
  }

  it("takes one round trip on a loan that it remembers, and on a new one", async () => {
    const { api, d1 } = await posted();
    expect((await api.post("/v1/disbursements", posting)).status).toBe(201);
    expect((await api.post("/v1/disbursements", { ...posting, loan_id: UUID(2) })).status).toBe(201);
    expect(kinds(d1)).toEqual(["commit", "commit"]);
    const balance = await api.get(`/v1/loans/${UUID(1)}/balance`);
    expect(balance.body.principal_outstanding_minor).toBe("200");
  });

  it("reads the book of a loan that it does not know from that day on", async () => {
    const { api, d1, other } = await posted();
    await other.post("/v1/disbursements", { ...posting, loan_id: UUID(3) });
    // Loaded from its day on, by a gate that did not open it.
    await api.post("/v1/disbursements", { ...posting, loan_id: UUID(3), effective_at: "2024-04-01" });
    d1.resetCounts();
    await api.post("/v1/disbursements", { ...posting, loan_id: UUID(3), effective_at: "2024-03-15" });
    expect(kinds(d1)).toEqual(["load", "commit"]);
  });

  it("confirms a refusal, and sees what another gate posted", async () => {
    const { api, other } = await posted();
    const rest = (BigInt(MAX) - 100n).toString();
    expect((await other.post("/v1/disbursements", { ...posting, amount_minor: rest })).status).toBe(201);
    const refused = await api.post("/v1/disbursements", { ...posting, amount_minor: "1" });
    expect([refused.status, refused.body.code]).toEqual([422, "amount_overflow"]);
  });

  it("does not open a loan again for another borrower", async () => {
    const { api, d1, other } = await posted();
    await other.post("/v1/disbursements", { ...posting, loan_id: UUID(4) });
    await api.post("/v1/disbursements", { ...posting, loan_id: UUID(5) });
    d1.resetCounts();
    const refused = await api.post("/v1/disbursements", {
      ...posting,
      loan_id: UUID(4),
      borrower_id: UUID(8),
    });
    expect([refused.status, refused.body.errors[0].code]).toEqual([400, "borrower_mismatch"]);
    expect(kinds(d1)).toEqual(["commit", "load"]);
  });
});
