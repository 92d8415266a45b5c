import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sweep } from "../../src/fanout/sweep.ts";
import { Api } from "../support/api.ts";
import { individual, loan, operation, payment } from "../support/examples.ts";
import { failBefore, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { until } from "../support/until.ts";
import {
  deliver,
  dueHistoryOf,
  historyOf,
  insertEvents,
  messageFor,
  replaceQueue,
  rowCount,
} from "./queue.ts";

const FAILURES: readonly (readonly [how: string, send: () => unknown])[] = [
  [
    "throws",
    () => {
      throw new Error("no queue");
    },
  ],
  ["rejects", () => Promise.reject(new Error("the queue is away"))],
  ["never answers", () => new Promise(() => {})],
];

/** A tenant with a loan whose event was answered while `send` failed: no history is made of it yet. */
async function answeredWithout(send: () => unknown): Promise<Api> {
  const api = new Api();
  await replaceQueue(api.tenant, send);
  await api.accept("client", individual);
  const answer = await api.ingest("disbursement", loan);
  expect([answer.status, answer.body.status]).toEqual([201, "success"]);
  expect(rowCount(await historyOf(api.tenant))).toBe(0);
  return api;
}

async function expectComplete(api: Api, rows: number): Promise<void> {
  const history = await historyOf(api.tenant);
  expect(history).toEqual(await dueHistoryOf(api.tenant));
  expect(rowCount(history)).toBe(rows);
}

describe.each(FAILURES)("a queue that %s costs no event and no answer", (_how, send) => {
  it("the next message completes history", async () => {
    const api = await answeredWithout(send);
    const next = await api.ingest("operation", { ...operation, asset_condition: "new" });
    expect(next.status).toBe(201);
    expect(await deliver([messageFor(api.tenant)])).toEqual(["acked"]);
    await expectComplete(api, 2);
  });

  it("the gate's alarm completes history", async () => {
    const api = await answeredWithout(send);
    expect(await runDurableObjectAlarm(gateOf(api.tenant))).toBe(true);
    await expectComplete(api, 1);
    expect(await runDurableObjectAlarm(gateOf(api.tenant))).toBe(false);
  });

  it("the scheduled sweep completes history", async () => {
    const api = await answeredWithout(send);
    await sweep(env);
    await expectComplete(api, 1);
  });
});

describe("the gate's alarm", () => {
  it("outlives the gate that set it", async () => {
    const api = await answeredWithout(async () => {});
    await evictDurableObject(gateOf(api.tenant));
    expect(await runDurableObjectAlarm(gateOf(api.tenant))).toBe(true);
    await expectComplete(api, 1);
  });

  it("is set again by the next event after it rang", async () => {
    const api = await answeredWithout(async () => {});
    await runDurableObjectAlarm(gateOf(api.tenant));
    await api.accept("disbursement", { ...loan, disbursement_id: "L-2" });
    expect(await runDurableObjectAlarm(gateOf(api.tenant))).toBe(true);
    await expectComplete(api, 2);
  });

  it("asks for no retry when an event is poisonous: the dead letter reports it", async () => {
    const api = await answeredWithout(async () => {});
    await insertEvents(api.tenant, 3, 3, () => "broken");
    expect(await runDurableObjectAlarm(gateOf(api.tenant))).toBe(true);
    expect(rowCount(await historyOf(api.tenant))).toBe(1);
  });

  it("is retried by the platform when the database is unavailable", async () => {
    const api = await answeredWithout(async () => {});
    const d1 = await wrapDatabase(gateOf(api.tenant));
    d1.meet(() => true, failBefore());
    await expect(runDurableObjectAlarm(gateOf(api.tenant))).rejects.toThrow("Network connection lost");
    expect(rowCount(await historyOf(api.tenant))).toBe(0);
  });

  it("is not set by events without history", async () => {
    const api = await answeredWithout(async () => {});
    await runDurableObjectAlarm(gateOf(api.tenant));
    await api.accept("payment", payment);
    expect(await runDurableObjectAlarm(gateOf(api.tenant))).toBe(false);
  });
});

describe("without a failure", () => {
  it("the queue derives history without the fallbacks", async () => {
    const api = new Api();
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    await until(async () => rowCount(await historyOf(api.tenant)) > 0);
    await expectComplete(api, 1);
  });
});
