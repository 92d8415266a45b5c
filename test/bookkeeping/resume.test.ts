import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { switchStatements } from "../../src/store/bookkeeping/switch.ts";
import { runAll } from "../../src/store/d1/statement.ts";
import { openSession } from "../../src/store/session.ts";
import { runSweep } from "../fanout/queue.ts";
import { Api } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { FaultyD1 } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { until } from "../support/until.ts";
import { opened, provedOn, switchTo } from "./tape.ts";

/** A tenant whose opening is unfinished, and whose gate has lost its alarm and knows nothing of the opening. */
async function abandoned(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  const { db } = await openSession(env, api.tenant, "first-primary");
  await runAll(
    db,
    switchStatements(api.tenant, {
      mode: "records",
      settle_bank: null,
      version: 1,
      sequence: 3,
      opens: true,
    }),
  );
  const gate = gateOf(api.tenant);
  // The gate sets it after its answer, to look after the tenant's history.
  const loseAlarm = () =>
    runInDurableObject(gate, async (_, { storage }) => {
      const isSet = (await storage.getAlarm()) !== null;
      await storage.deleteAlarm();
      return isSet;
    });
  await until(loseAlarm, 5);
  await evictDurableObject(gate);
  return api;
}

it("the sweep resumes an opening whose gate has lost its alarm", async () => {
  const api = await abandoned();
  expect(await runDurableObjectAlarm(gateOf(api.tenant))).toBe(false);
  expect((await api.get("/v1/bookkeeping")).body.progress).toEqual({ done: 0, total: 1 });
  await runSweep();
  const isDone = async () => (await api.get("/v1/bookkeeping")).body.progress.done === 1;
  await until(isDone);
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
