import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { gateOf, loseKeys } from "../support/gate.ts";
import { disburse, disbursement, refusalOf, reverse } from "./post.ts";
import { storedBooks } from "./stored-books.ts";

describe("Idempotency-Key", () => {
  it.each(["12345678", "payment:loan_42:proc_txn_abc123", "A._:-bcd", "k".repeat(254), "k".repeat(255)])(
    "takes %s",
    async (key) => {
      expect((await disburse(new Api(), {}, key)).status).toBe(201);
    },
  );

  it.each(["1234567", "k".repeat(256), "_2345678", ":2345678", "-2345678", "key 12345", "key/12345"])(
    "refuses %s",
    async (key) => {
      expect(refusalOf(await disburse(new Api(), {}, key))).toEqual([400, "invalid_idempotency_key"]);
    },
  );

  it("replays the same body with 200, after a reversal and after an eviction of the gate", async () => {
    const api = new Api();
    const key = newKey();
    const first = await disburse(api, {}, key);
    const reversalKey = newKey();
    const reversal = await reverse(api, first.body.journal_entry_id, {}, reversalKey);
    for (const evict of [false, true]) {
      if (evict) await evictDurableObject(gateOf(api.tenant));
      for (const [before, again] of [
        [first, await disburse(api, {}, key)],
        [reversal, await reverse(api, first.body.journal_entry_id, {}, reversalKey)],
      ] as const) {
        expect([again.status, again.text]).toEqual([200, before.text]);
        expect(again.headers.get("Idempotent-Replayed")).toBe("true");
        expect(again.headers.get("x-d1-bookmark")).not.toBeNull();
      }
    }
    expect((await storedBooks(api.tenant)).events).toBe(2);
  });

  it("replays the same body from D1 when the gate has lost its memory of the key", async () => {
    const api = new Api();
    const key = newKey();
    const first = await disburse(api, {}, key);
    await loseKeys(gateOf(api.tenant));
    const again = await disburse(api, {}, key);
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(again.headers.get("Idempotent-Replayed")).toBe("true");
  });

  it("replays with any order of members and any white space", async () => {
    const api = new Api();
    const key = newKey();
    const first = await disburse(api, {}, key);
    const turned = Object.fromEntries(Object.entries(disbursement).reverse());
    const again = await api.post("/v1/disbursements", JSON.stringify(turned, null, 3), key);
    expect([again.status, again.text]).toEqual([200, first.text]);
  });

  it("answers 422 to another body, another route and /ingest, and changes nothing", async () => {
    const api = new Api();
    const key = newKey();
    const id = (await disburse(api, {}, key)).body.journal_entry_id;
    const before = await storedBooks(api.tenant);
    for (const answer of [
      await disburse(api, { amount_minor: "88850" }, key),
      await disburse(api, { metadata: undefined }, key),
      await reverse(api, id, {}, key),
      await api.ingest("client", individual, key),
    ]) {
      expect(refusalOf(answer)).toEqual([422, "idempotency_mismatch"]);
    }
    const ingested = newKey();
    await api.ingest("client", individual, ingested);
    expect(refusalOf(await disburse(api, {}, ingested))).toEqual([422, "idempotency_mismatch"]);
    expect(await storedBooks(api.tenant)).toEqual({ ...before, events: 2 });
  });

  it("is not used by a refusal", async () => {
    const api = new Api();
    const key = newKey();
    expect((await disburse(api, { currency: "usd" }, key)).status).toBe(400);
    expect((await disburse(api, {}, key)).status).toBe(201);
    const mismatch = newKey();
    expect((await disburse(api, { currency: "EUR" }, mismatch)).status).toBe(400);
    expect((await disburse(api, {}, mismatch)).status).toBe(201);
  });

  it("stores one event for twenty concurrent senders, who all get the same answer", async () => {
    const api = new Api();
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => disburse(api, {}, key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
    expect((await storedBooks(api.tenant)).events).toBe(1);
  });
});
