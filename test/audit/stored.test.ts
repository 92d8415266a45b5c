import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { opened, switchTo } from "../bookkeeping/tape.ts";
import { BORROWER, disburse, disbursed, postTo, settle } from "../ledger/post.ts";
import { ALL_SCOPES, Api, newKey } from "../support/api.ts";
import { expectChain, storedEvents } from "../support/chain.ts";
import { individual, loan, operation, payment, purchase } from "../support/examples.ts";
import { gateOf, loseKeys } from "../support/gate.ts";
import { send } from "../support/requests.ts";
import { tamper } from "../support/tamper.ts";
import { mintToken } from "../support/tokens.ts";
import { linesIn } from "../support/verify-log.ts";

/** The stored events by the sequence. */
async function storedOf(api: Api) {
  const stored = await storedEvents(api.tenant);
  return (sequence: number) => {
    const event = stored[sequence - 1];
    if (!event) throw new Error(`no event ${sequence}`);
    return event;
  };
}

describe("a stored event", () => {
  it("keeps what is about a person apart, and goes out as it came in", async () => {
    const api = new Api();
    await api.send("PUT", "/v1/settings", { report_dimensions: { disbursement: ["region"], client: [] } });
    await api.accept("client", { ...individual, info: { region: "north", note: "ill" } });
    const sent = { ...loan, reason: "house", bank_ref: "B-1", info: { note: "red", region: "north" } };
    await api.accept("disbursement", sent);
    await api.accept("disbursement", { step: "update", disbursement_id: "L-1", bank_ref: "B-2" });
    const stored = await storedOf(api);
    expect(JSON.parse(stored(2).data).data).toEqual({
      step: "create",
      client_id: "C-1",
      country: "US",
      is_company: false,
    });
    expect(JSON.parse(stored(3).private ?? "").data).toEqual({
      reason: "house",
      bank_ref: "B-1",
      info: { note: "red" },
    });
    expect(JSON.parse(stored(3).data).data.info).toEqual({ region: "north" });
    expect(stored(4).data).not.toMatch(/B-[12]/);
    expect(JSON.parse(stored(4).private ?? "").facts.changes).toEqual({
      bank_ref: { from: "B-1", to: "B-2" },
    });
    expect(stored(3).salt).toMatch(/^[0-9a-f]{32}$/);
    expect(stored(3).salt).not.toBe(stored(2).salt);
    const list = await api.get("/api/tables/events?sort_order=asc", { Accept: "text/csv" });
    expect(list.text).toContain(`"${JSON.stringify(sent).replaceAll('"', '""')}"`);
    const feed = await api.get("/api/tables/events?sort_order=asc");
    expect(feed.body.data[3].changes).toEqual({ bank_ref: { from: "B-1", to: "B-2" } });
    await expectChain(api.tenant);
  });

  it("names whom its private text is about at that moment", async () => {
    const api = new Api();
    const note = { info: { note: "n" } };
    for (const client_id of ["C-1", "C-2"]) await api.accept("client", { ...individual, client_id });
    await api.accept("disbursement", { ...loan, ...note });
    await api.accept("disbursement", { step: "update", disbursement_id: "L-1", client_id: "C-2", ...note });
    await api.accept("payment", { ...payment, ...note });
    await api.accept("payment", { step: "update", payment_id: "PAY-1", status: "paid" });
    await api.accept("operation", { ...operation, ...note });
    await api.accept("disbursement", purchase);
    const purchase_clients = [{ client_id: "C-1" }, { client_id: "C-2" }];
    await api.accept("disbursement", { ...purchase, disbursement_id: "P-2", purchase_clients });
    const ofPurchase = { payment_id: "PAY-2", disbursement_id: "P-2", client_id: "C-2", ...note };
    await api.accept("payment", { ...payment, ...ofPurchase });
    await disburse(api, { destination_ref: "ACCT-1" });
    await postTo(api, "funding", { external_ref: "REF-1" });
    await expectChain(api.tenant);
    expect((await storedEvents(api.tenant)).map(({ person }) => person)).toEqual([
      "client:C-1",
      "client:C-2",
      "client:C-1",
      "client:C-2",
      "client:C-2",
      null,
      "client:C-2",
      "client:C-1",
      null,
      "client:C-2",
      `borrower:${BORROWER}`,
      null,
    ]);
  });

  it("of a ledger loan that follows its records names the client", async () => {
    const api = new Api();
    await switchTo(api, "records");
    await opened(api);
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    const settled = { effective_at: "2024-10-20", external_ref: "REF-1" };
    const [entry] = (await api.get("/v1/journal-entries")).body.items;
    expect((await settle(api, entry.journal_entry_id, settled)).status).toBe(201);
    const settlement = (await storedEvents(api.tenant)).at(-1);
    expect(settlement).toMatchObject({ step: "disbursement_settled", person: "client:C-1" });
    await expectChain(api.tenant);
  });
});

it.each([
  ["half a surrogate pair", "a\ud800b", "a\ufffdb"],
  ["a zero", "a\u0000b", "a\u0000b"],
  ["white space and quotes", ' "\n\t\u2028', ' "\n\t\u2028'],
])("the sub of a token with %s is hashed as it is stored", async (_, sub, actor) => {
  const api = new Api();
  const headers = {
    Authorization: `Bearer ${await mintToken({ tenant: api.tenant, scope: ALL_SCOPES, claims: { sub } })}`,
    "Content-Type": "application/json",
    "Idempotency-Key": newKey(),
  };
  const body = JSON.stringify({ category: "client", data: individual });
  expect((await send("/ingest", { method: "POST", headers, body })).status).toBe(201);
  await api.accept("client", { ...individual, client_id: "C-2" });
  await expectChain(api.tenant);
  const [first] = linesIn((await api.get("/v1/log/events")).text);
  expect(first?.actor).toBe(actor);
});

describe("the database itself", () => {
  const api = new Api();
  const log = () => env.DB.prepare("SELECT * FROM events WHERE tenant_id = ?").bind(api.tenant).all();
  let before: unknown;

  beforeAll(async () => {
    await api.accept("client", individual);
    await disbursed(api);
    before = (await log()).results;
  });

  const EVERY =
    "tenant_id sequence event_id category step record_id previous_sequence key_hash data private_hash";
  const OTHERS = "person makes_history answer actor trace_id created_at hash";

  it.each(`${EVERY} ${OTHERS}`.split(" "))("refuses another %s of an event", async (column) => {
    const other = ["key_hash", "private_hash", "trace_id", "hash"].includes(column) ? "randomblob(32)" : "99";
    const update = `UPDATE events SET ${column} = ${other}, private = NULL WHERE tenant_id = ? AND sequence = 1`;
    await expect(env.DB.prepare(update).bind(api.tenant).run()).rejects.toThrow("the log is append-only");
    expect((await log()).results).toEqual(before);
  });

  it.each([
    "UPDATE events SET private = '{}' WHERE tenant_id = ?",
    "UPDATE events SET salt = zeroblob(16) WHERE tenant_id = ?",
    "UPDATE events SET fingerprint = zeroblob(32) WHERE tenant_id = ?",
    "DELETE FROM events WHERE tenant_id = ?",
    "INSERT OR REPLACE INTO events SELECT * FROM events WHERE tenant_id = ? AND sequence = 1",
  ])("refuses: %s", async (statement) => {
    await expect(env.DB.prepare(statement).bind(api.tenant).run()).rejects.toThrow(/the log (is|has)/);
    expect((await log()).results).toEqual(before);
  });

  it("lets an erasure null the private text, its salt and the fingerprint; a replay is then a duplicate", async () => {
    const own = new Api();
    const key = newKey();
    await own.ingest("client", individual, key);
    const erase = "UPDATE events SET private = NULL, salt = NULL, fingerprint = NULL WHERE tenant_id = ?";
    await env.DB.prepare(erase).bind(own.tenant).run();
    const { body } = await own.get("/api/tables/events");
    expect(body.data[0].data).toEqual({ step: "create", client_id: "C-1", country: "US", is_company: false });
    const [event] = await storedEvents(own.tenant);
    expect(event).toMatchObject({ fingerprint: null, private: null, salt: null });
    expect(event?.private_hash).toMatch(/^[0-9a-f]{64}$/);
    await loseKeys(gateOf(own.tenant));
    const again = await own.ingest("client", { ...individual, name: "Another" }, key);
    expect([again.status, again.body.status]).toEqual([200, "duplicate"]);
  });

  it("is changed only by hand, and the chain shows it", async () => {
    const own = new Api();
    await own.accept("client", individual);
    await own.accept("client", { ...individual, client_id: "C-2" });
    await expectChain(own.tenant);
    const change = "UPDATE events SET actor = 'another' WHERE tenant_id = ? AND sequence = 1";
    await tamper(env.DB.prepare(change).bind(own.tenant));
    await expect(expectChain(own.tenant)).rejects.toThrow("event 1");
  });
});
