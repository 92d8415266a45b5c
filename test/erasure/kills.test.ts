import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { sweep } from "../../src/fanout/sweep.ts";
import { Api } from "../support/api.ts";
import { expectSoundLog } from "../support/chain.ts";
import { type Fault, failAfter, failBefore, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { until } from "../support/until.ts";
import { bob, found } from "./ana.ts";
import { completed, erase, sendAna, storedText } from "./person.ts";

/** The number of keys of which the gate has forgotten what the request was. */
const forgotten = (gate: DurableObjectStub) =>
  runInDurableObject(gate, (_, { storage }) => {
    const blocks = storage.sql.exec<{ events: string }>("SELECT events FROM key_blocks").toArray();
    const events = blocks.flatMap(({ events }) => events.trimEnd().split("\n"));
    return events.filter((event) => JSON.parse(event).fingerprint === null).length;
  });

/** More than the background work of one erasure makes. */
const CALLS_MAX = 24;
const WALK = /unfinished_erasures/;

/** Erases Ana; the gate dies with the `n`-th call to D1 of the background work. False: the work has fewer calls. */
async function erasedWithKill(n: number, fault: Fault): Promise<boolean> {
  const api = new Api();
  await sendAna(api);
  const gate = gateOf(api.tenant);
  const d1 = await wrapDatabase(gate);
  let calls = 0;
  let isKilled = false;
  const isNth = ({ statements }: { statements: readonly { sql: string }[] }) => {
    if (calls > 0 || statements.some(({ sql }) => WALK.test(sql))) calls += 1;
    isKilled ||= calls === n;
    return isKilled;
  };
  d1.meet(isNth, fault);
  expect((await erase(api)).status).toBe(202);
  const isOver = async () => {
    const { body } = await api.get("/api/clients/C-1/erasure");
    return isKilled || body.status === "complete";
  };
  await until(isOver);
  // On a slow machine the runtime has ended an idle object by itself, and only one that runs can be evicted.
  await runInDurableObject(gate, () => {});
  await evictDurableObject(gate);
  await runDurableObjectAlarm(gate);
  await completed(api);
  expect(found(await storedText(api.tenant)), `call ${n}`).toEqual([]);
  expect(await forgotten(gate), `call ${n}`).toBe(5);
  await expectSoundLog(api.tenant);
  // The gate is alive, and decides on the records as they are.
  await api.accept("disbursement", { step: "update", disbursement_id: "L-1", bank_ref: "ES-NEW" });
  const { body } = await api.get("/api/tables/disbursements/L-1");
  expect([body.data.bank_ref, body.data.reason], `call ${n}`).toEqual(["ES-NEW", null]);
  return isKilled;
}

it.each([
  ["before", failBefore()],
  ["after", failAfter()],
])("completes though the gate dies %s any of its calls to D1", async (_, fault) => {
  const each = Array.from({ length: CALLS_MAX }, (_, index) => erasedWithKill(index + 1, fault));
  const killed = await Promise.all(each);
  expect(killed.slice(0, 8)).not.toContain(false);
  expect(killed).toContain(false);
});

it("is continued by the sweep where the gate has lost its alarm", async () => {
  const api = new Api();
  await sendAna(api);
  await api.accept("client", bob);
  const gate = gateOf(api.tenant);
  const d1 = await wrapDatabase(gate);
  d1.meet(({ statements }) => statements.some(({ sql }) => WALK.test(sql)), failBefore());
  await erase(api);
  await until(() => runInDurableObject(gate, async (_, { storage }) => (await storage.getAlarm()) !== null));
  await runInDurableObject(gate, (_, { storage }) => storage.deleteAlarm());
  await evictDurableObject(gate);
  expect((await api.get("/api/clients/C-1/erasure")).body.status).toBe("running");
  await sweep(env);
  await completed(api);
  expect(found(await storedText(api.tenant))).toEqual([]);
});
