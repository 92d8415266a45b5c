import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { runSweep } from "../fanout/stage.ts";
import { Api } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { type Call, FaultyD1, failBefore, isCommit, mentions, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { opened, provedOn, switchTo } from "./tape.ts";

afterEach(() => void vi.restoreAllMocks());

/** A tenant whose opening failed at its first record, and whose gate has lost its alarm and what it knew of the opening. */
async function abandoned(): Promise<Api> {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  const gate = gateOf(api.tenant);
  const d1 = await wrapDatabase(gate);
  let refused = 0;
  const isOpening = (call: Call) => isCommit(call) && mentions("~")(call);
  d1.meet(isOpening, (send) => {
    refused += 1;
    return failBefore()(send);
  });
  expect((await switchTo(api, "records")).status).toBe(202);
  await runDurableObjectAlarm(gate);
  await vi.waitUntil(() => refused > 0, { interval: 5, timeout: 10_000 });
  const loseAlarm = async () => {
    const isLost = await runInDurableObject(gate, async (_, { storage }) => {
      const isPlanned = (await storage.getAlarm()) !== null;
      await storage.deleteAlarm();
      await storage.delete("opening");
      return isPlanned;
    });
    return isLost;
  };
  await vi.waitUntil(loseAlarm, { interval: 20, timeout: 10_000 });
  await evictDurableObject(gate);
  return api;
}

it("the sweep resumes an opening whose gate has lost its alarm", async () => {
  const api = await abandoned();
  expect(await runDurableObjectAlarm(gateOf(api.tenant))).toBe(false);
  expect((await api.get("/v1/bookkeeping")).body.progress).toEqual({ done: 0, total: 1 });
  await runSweep();
  const isDone = async () => (await api.get("/v1/bookkeeping")).body.progress.done === 1;
  await vi.waitUntil(isDone, { interval: 20, timeout: 10_000 });
  expect(await provedOn(api, ["2030-01-01"])).toEqual([]);
});

it("the sweep finds unfinished openings by an index, and wakes no gate whose opening is complete", async () => {
  const api = new Api();
  expect((await switchTo(api, "records")).status).toBe(200);
  await opened(api);
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
     INSERT INTO bookkeeping (tenant_id, mode, version, since_sequence, total, done, after_category, after_id)
     SELECT 'complete-' || i, 'records', 1, 1, 0, 0, NULL, NULL FROM n`,
  ).run();
  await runSweep();
  const d1 = new FaultyD1(env.DB);
  const woken: string[] = [];
  const getByName = (name: string) => {
    woken.push(name);
    return gateOf(name);
  };
  const TENANT_GATE = { getByName } as unknown as Cloudflare.Env["TENANT_GATE"];
  await runSweep({ ...env, DB: d1.binding, TENANT_GATE });
  const asked = d1.calls.filter(({ statements }) =>
    statements.some(({ sql }) => sql.includes("bookkeeping")),
  );
  expect([asked.length, woken]).toEqual([1, []]);
  expect(d1.rowsRead).toBeLessThan(100);
});
