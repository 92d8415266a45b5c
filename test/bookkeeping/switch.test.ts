import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { keyHash } from "../../src/domain/log/hash.ts";
import { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { type Call, failBefore, isCommit, mentions, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf, throughSecondGate } from "../support/gate.ts";
import { journalOf, linesOf, opened, provedOn, switchTo } from "./tape.ts";

const DAYS = ["2024-10-20", "2024-11-20", "2025-01-10", "2030-01-01"];

async function recorded(loans: number): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  for (let number = 1; number <= loans; number += 1) {
    await api.accept("disbursement", { ...loan, disbursement_id: `L-${number}` });
    await api.accept("payment", {
      ...payment,
      payment_id: `P-${number}`,
      disbursement_id: `L-${number}`,
      status: number % 3 === 0 ? "expected" : "paid",
    });
  }
  return api;
}

async function openingsOf(api: Api): Promise<readonly { readonly data: { readonly id: string } }[]> {
  const { body } = await api.get("/api/tables/events?category=ledger&step=opening&limit=200");
  return body.data;
}

describe("switching on", () => {
  it("books each earlier record once, as its events would have, and reports when it is done", async () => {
    const api = await recorded(6);
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "L-1",
      disbursement_amount: 9000,
      change_date: "2025-01-10",
      change_reason: "Agreed",
    });
    await api.accept("payment", { step: "delete", payment_id: "P-2" });
    const answer = await switchTo(api, "records");
    expect([answer.status, answer.body.since_sequence, answer.body.progress.total]).toEqual([202, 16, 11]);
    await opened(api);
    expect((await api.get("/v1/bookkeeping")).body.progress).toEqual({ done: 11, total: 11 });
    const openings = await openingsOf(api);
    expect(openings.map(({ data }) => data.id).sort()).toEqual(
      ["L-1", "L-2", "L-3", "L-4", "L-5", "L-6", "P-1", "P-4", "P-5"].sort(),
    );
    expect(linesOf(await journalOf(api.tenant)).slice(0, 2)).toEqual([
      "2024-10-20 disbursement: DR 1100 CR 2100 1000000, DR 1400 CR 2300 129300",
      "2025-01-10 terms_changed: DR 5100 CR 1100 100000",
    ]);
    expect(await provedOn(api, DAYS)).toEqual([]);
    expect((await switchTo(api, "records")).status).toBe(200);
    const keys = await env.DB.prepare(
      "SELECT lower(hex(key_hash)) AS key FROM events WHERE tenant_id = ? AND step = 'opening' ORDER BY 1",
    )
      .bind(api.tenant)
      .all();
    const records = ["L-1", "L-2", "L-3", "L-4", "L-5", "L-6"].map((id) => `disbursement:${id}`);
    const named = [...records, ...["P-1", "P-4", "P-5"].map((id) => `payment:${id}`)];
    const hashes = named.map((record) => keyHash(api.tenant, `~1:${record}`));
    expect(keys.results).toEqual(hashes.sort().map((key) => ({ key })));
  });

  it("continues where it stopped after any kill or failure, and books nothing twice", async () => {
    const api = await recorded(5);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const isOpening = (call: Call) => isCommit(call) && mentions("~")(call);
    d1.meet(isOpening, failBefore(), 2);
    expect((await switchTo(api, "records")).status).toBe(202);
    await evictDurableObject(gateOf(api.tenant));
    await api.accept("payment", { step: "update", payment_id: "P-3", status: "paid" });
    await evictDurableObject(gateOf(api.tenant));
    await opened(api);
    expect(await provedOn(api, DAYS)).toEqual([]);
    const journal = await journalOf(api.tenant);
    expect(journal.filter(({ event_type }) => event_type === "disbursement")).toHaveLength(5);
    expect(journal.filter(({ event_type }) => event_type === "payment_received")).toHaveLength(5);
  });

  it("again brings every record to its position, also one that was deleted meanwhile", async () => {
    const api = await recorded(3);
    await switchTo(api, "records");
    await opened(api);
    await switchTo(api, "off");
    await api.accept("payment", { step: "delete", payment_id: "P-1" });
    await api.accept("disbursement", {
      step: "update",
      disbursement_id: "L-2",
      disbursement_date: "2024-10-25",
    });
    expect(await provedOn(api, ["2030-01-01"])).not.toEqual([]);
    await switchTo(api, "records");
    await opened(api);
    expect(await provedOn(api, DAYS)).toEqual([]);
  });
});

it("commits no event unbooked once it is on, not even through a gate that does not know of the switch", async () => {
  const api = await recorded(1);
  // This gate remembers that bookkeeping is off.
  await throughSecondGate(api.tenant).send("PUT", "/v1/bookkeeping", { mode: "records" }, null);
  await api.accept("disbursement", { ...loan, disbursement_id: "L-9" });
  expect(linesOf(await journalOf(api.tenant))).toEqual([
    "2024-10-20 disbursement: DR 1100 CR 2100 1000000, DR 1400 CR 2300 129300",
  ]);
});

it("refuses a body that is not a mode, and a tenant whose bank accounts are full", async () => {
  const api = new Api();
  expect((await switchTo(api, "on")).body.errors).toMatchObject([{ field: "mode", code: "invalid_value" }]);
  const rows = Array.from({ length: 200 }, (_, index) => [`bank-${index}`, index + 1]);
  await env.DB.prepare(
    "INSERT INTO bank_accounts SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2) WHERE true",
  )
    .bind(api.tenant, JSON.stringify(rows))
    .run();
  expect((await switchTo(api, "records")).body.code).toBe("too_many_bank_accounts");
  expect((await api.get("/v1/bookkeeping")).body.mode).toBe("off");
});
