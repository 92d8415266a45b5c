import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { TenantGate } from "../../src/tenant/gate.ts";
import type { Submission } from "../../src/tenant/submission.ts";
import type { WaitCall } from "../../src/tenant/wait.ts";
import { deliver, messageFor } from "../fanout/queue.ts";
import { Api, newTenant } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { wrapDatabase } from "../support/faulty-d1.ts";
import { eventsOf, gateOf, loseKeys, submissionOf } from "../support/gate.ts";

/** What a worker of the version before sends: it has no member for the version. */
async function submissionBefore(): Promise<Submission> {
  const { version: _, ...before } = await submissionOf("client", individual);
  return before as Submission;
}

const waitBefore = { id: "w-1", for: "event", sequence: 0, ms: 10_000 } as unknown as WaitCall;

describe("a gate", () => {
  it("settles the writes and waits of a worker of the version before", async () => {
    const tenant = newTenant();
    const gate = gateOf(tenant);
    const submission = await submissionBefore();
    expect(await gate.submit(tenant, submission)).toMatchObject({ kind: "accepted", replayed: false });
    expect(await gate.submitAll(tenant, [submission])).toMatchObject([{ kind: "accepted", replayed: true }]);
    expect(await gate.wait(tenant, waitBefore)).toMatchObject({ happened: true });
  });

  it("does not guess what a newer worker means: the write is to be sent again", async () => {
    const tenant = newTenant();
    const gate = gateOf(tenant);
    const newer = { ...(await submissionBefore()), version: 2 } as unknown as Submission;
    const refused = { kind: "rejected", problem: { code: "unavailable" } };
    expect(await gate.submit(tenant, newer)).toMatchObject(refused);
    expect(await gate.submitAll(tenant, [await submissionBefore(), newer])).toMatchObject([refused, refused]);
    expect(await eventsOf(tenant)).toEqual([]);
    await gate.submit(tenant, await submissionBefore());
    const wait = { ...waitBefore, version: 2 } as unknown as WaitCall;
    expect(await gate.wait(tenant, wait)).toEqual({ happened: false, bookmark: null });
  });

  it("replays the keys that the version before stored, without D1", async () => {
    const api = new Api();
    const key = "key-of-the-version-before";
    const first = await api.ingest("client", individual, key);
    const gate = gateOf(api.tenant);
    const { key: hash, fingerprint } = await submissionOf("client", individual, key, api.tenant);
    await loseKeys(gate);
    const { event_id, sequence } = first.body;
    const receipt = first.headers.get("X-Log-Receipt");
    const [, chained] = /hash="(.*)"/.exec(receipt ?? "") ?? [];
    const event = { event_id, sequence, category: "client", step: "create", record_id: "C-1", hash: chained };
    const log = { head: { sequence, event_id, created_at: 0 }, heardAt: Date.now(), bookmark: null };
    await runInDurableObject(gate, (_: TenantGate, { storage }) => {
      const stored = JSON.stringify({ fingerprint, ...event, answer: null });
      storage.sql.exec("INSERT INTO keys VALUES (unhex(?), ?)", hash, stored);
      storage.sql.exec("INSERT OR REPLACE INTO facts VALUES ('log', ?)", JSON.stringify(log));
    });
    await evictDurableObject(gate);
    const d1 = await wrapDatabase(gate);
    const again = await api.ingest("client", individual, key);
    expect([again.status, again.body.event_id, d1.roundTrips]).toEqual([200, event_id, 0]);
    expect(again.headers.get("X-Log-Receipt")).toBe(receipt);
  });
});

describe("the consumer", () => {
  it("reads a message of the version before, and retries a newer one", async () => {
    const api = new Api();
    await api.accept("client", individual);
    const { version: _, ...before } = messageFor(api.tenant);
    expect(await deliver([before])).toEqual(["acked"]);
    expect(await deliver([{ ...before, version: 2 }])).toEqual(["retried"]);
  });
});
