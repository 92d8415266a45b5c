import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { postTo } from "../ledger/post.ts";
import { type Answer, Api, newKey } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { gateOf, keysSaved, loseKeys } from "../support/gate.ts";
import { linesIn } from "../support/verify-log.ts";

const receiptIn = ({ headers }: Answer) => headers.get("X-Log-Receipt");

/** The receipts that the log itself asks for, by sequence. */
async function receiptsOf(api: Api): Promise<readonly (string | undefined)[]> {
  const { text } = await api.get("/v1/log/events");
  const all = linesIn(text).map(
    ({ sequence, hash }) => [sequence, `sequence=${sequence}, hash="${hash}"`] as const,
  );
  const receipts: string[] = [];
  for (const [sequence, receipt] of all) receipts[sequence] = receipt;
  return receipts;
}

describe("an accepted write", () => {
  it("answers its place in the chain: events of records, postings, balances and settings", async () => {
    const api = new Api();
    const balance = { as_of_date: "2024-01-10", currency: "USD", closing_balance_minor: "1" };
    const answers = [
      await api.ingest("client", individual),
      await api.ingest("client", { step: "update", client_id: "C-1", phone: "+1234567891" }),
      await postTo(api, "funding"),
      await api.send("PUT", "/v1/bank-balances/main", balance),
      await api.send("PUT", "/v1/settings", { time_zone: "Asia/Tokyo" }),
    ];
    const receipts = await receiptsOf(api);
    expect(answers.map(receiptIn)).toEqual(receipts.slice(1));
    expect(receiptIn(answers[0] as Answer)).toMatch(/^sequence=1, hash="[0-9a-f]{64}"$/);
  });

  it("answers the first receipt on each replay: from memory, from the object's storage, and from D1", async () => {
    const api = new Api();
    const key = newKey();
    const first = receiptIn(await api.ingest("client", individual, key));
    await api.accept("client", { ...individual, client_id: "C-2" });
    expect(receiptIn(await api.ingest("client", individual, key))).toBe(first);
    await keysSaved(gateOf(api.tenant), 2);
    await evictDurableObject(gateOf(api.tenant));
    expect(receiptIn(await api.ingest("client", individual, key))).toBe(first);
    await loseKeys(gateOf(api.tenant));
    const again = await api.ingest("client", individual, key);
    expect([again.body.status, receiptIn(again)]).toEqual(["duplicate", first]);
  });

  it("answers it beside the body of its line in a batch, also as a duplicate", async () => {
    const api = new Api();
    const line = (client_id: string, change = {}) =>
      JSON.stringify({
        idempotency_key: `key-of-${client_id}`,
        category: "client",
        data: { ...individual, client_id, ...change },
      });
    const send = async () => {
      const lines = [line("C-1"), line("C-2", { country: "XX" }), line("C-3")].join("\n");
      const { text } = await api.post("/ingest/batch", lines, undefined, {
        "Content-Type": "application/x-ndjson",
      });
      return text
        .trim()
        .split("\n")
        .map((one) => JSON.parse(one).receipt);
    };
    const receipts = await send();
    const { text } = await api.get("/v1/log/events");
    const [first, second] = linesIn(text).map(({ sequence, hash }) => ({ sequence, hash }));
    expect(receipts).toEqual([first, undefined, second]);
    expect(await send()).toEqual(receipts);
  });
});

it("what makes no event has no receipt: refusals, mismatches, endpoints and reads", async () => {
  const api = new Api();
  const key = newKey();
  await api.ingest("client", individual, key);
  const answers = [
    await api.ingest("client", individual),
    await api.ingest("client", { ...individual, name: "Other" }, key),
    await api.post("/v1/webhook-endpoints", { url: "https://hooks.example.com/" }),
    await api.get("/api/tables/clients/C-1"),
  ];
  expect(answers.map(({ status }) => status)).toEqual([409, 422, 201, 200]);
  expect(answers.map(receiptIn)).toEqual([null, null, null, null]);
});

it("an erasure, a switch of bookkeeping and their replays answer a receipt; a switch that changes nothing does not", async () => {
  const api = new Api();
  await api.ingest("client", individual);
  const [erase, change] = [newKey(), newKey()];
  const erased = () => api.post("/api/clients/C-1/erasure", { reason: "request" }, erase);
  const switched = () => api.send("PUT", "/v1/bookkeeping", { mode: "records" }, change);
  const answers = [await erased(), await switched(), await erased(), await switched()];
  const again = await api.send("PUT", "/v1/bookkeeping", { mode: "records" });
  const [, , ofErasure, ofSwitch] = await receiptsOf(api);
  expect(answers.map(receiptIn)).toEqual([ofErasure, ofSwitch, ofErasure, ofSwitch]);
  expect([again.body.mode, receiptIn(again)]).toEqual(["records", null]);
});
