import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sweep } from "../../src/fanout/sweep.ts";
import { loan } from "../support/examples.ts";
import { type Call, FaultyD1, failBefore, isCommit, mentions } from "../support/faulty-d1.ts";
import { gateOf } from "../support/gate.ts";
import { deliver, insertEvents, messageFor, runSweep, tenantWithoutQueue } from "./queue.ts";

const tenantsNamed = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(4, "0")}`);

/** How many status rows each of the tenants has. */
async function madeOf(prefix: string): Promise<ReadonlyMap<string, number>> {
  const query = `SELECT tenant_id, count(*) AS made FROM disbursement_status
    WHERE tenant_id >= ?1 AND tenant_id < ?1 || '~' GROUP BY tenant_id`;
  const { results } = await env.DB.prepare(query).bind(prefix).all<{ tenant_id: string; made: number }>();
  return new Map(results.map(({ tenant_id, made }) => [tenant_id, made]));
}

/** Its place, the tenants, letters to resolve, webhooks that are behind, expired memos, unfinished work, tenants to check. */
const CALLS_OF_AN_IDLE_RUN = 7;

describe("the sweep", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("reads a few rows for each tenant, regardless of its events", async () => {
    const tenants = tenantsNamed("idle", 20);
    await insertEvents(tenants, 1, 50);
    // The sweep's budget of time is not this test's.
    vi.spyOn(Date, "now").mockReturnValue(Date.now());
    const d1 = new FaultyD1(env.DB);
    // The integrity check that follows a sweep visits 15 idle tenants in one run.
    for (let run = 0; run < 10 && d1.roundTrips !== CALLS_OF_AN_IDLE_RUN; run += 1) {
      d1.resetCounts();
      await runSweep({ ...env, DB: d1.binding });
    }
    expect(d1.rowsRead).toBeGreaterThanOrEqual(tenants.length);
    // Half of them for the sweep, and half for the integrity check, which has every tenant to check, too.
    expect(d1.rowsRead).toBeLessThanOrEqual(10 * tenants.length + 10);
    expect(d1.roundTrips).toBe(CALLS_OF_AN_IDLE_RUN);
  });

  it("continues past a hundred tenants, and past those that fail", async () => {
    const tenants = tenantsNamed("many", 110);
    await insertEvents(tenants, 1, 1);
    const failing = tenants.filter((_, index) => [0, 50, 99].includes(index));
    const d1 = new FaultyD1(env.DB);
    const reads = (call: Call, id: string) =>
      call.statements.some(({ sql, params }) => sql.startsWith("select") && params.includes(id));
    d1.meet((call) => failing.some((id) => reads(call, id)), failBefore());
    await sweep({ ...env, DB: d1.binding });
    const expected = tenants.filter((tenant) => !failing.includes(tenant));
    expect([...(await madeOf("many")).keys()]).toEqual(expected);
    await sweep(env);
    expect((await madeOf("many")).size).toBe(110);
  });

  it("completes a tenant with thousands of events after the others had their turn", async () => {
    await insertEvents("big-a", 1, 4_321);
    await insertEvents("big-b", 1, 1);
    const d1 = new FaultyD1(env.DB);
    await sweep({ ...env, DB: d1.binding });
    expect(await madeOf("big")).toEqual(new Map(Object.entries({ "big-a": 4_321, "big-b": 1 })));
    const turns = d1.calls.map(({ statements }) => statements.flatMap(({ params }) => params)).reverse();
    const lastOf = (tenant: string) => turns.findIndex((params) => params.includes(tenant));
    expect(lastOf("big-a")).toBeLessThan(lastOf("big-b"));
  });
});

describe("a sweep that cannot do everything", () => {
  afterEach(() => void vi.restoreAllMocks());

  const refused = () => Promise.reject(new Error("D1_ERROR: D1 DB exceeded its memory limit and was reset."));
  const commits = (prefix: string) => (call: Call) =>
    isCommit(call) &&
    mentions(prefix)(call) &&
    !call.statements.some(({ sql }) => sql.includes("sweep_place"));

  it("counts the calls of a tenant that fails", async () => {
    await insertEvents([...tenantsNamed("a-bad", 25), "z-good"], 1, 1);
    const d1 = new FaultyD1(env.DB).meet(commits("a-bad-"), refused);
    await sweep({ ...env, DB: d1.binding });
    expect(await madeOf("z-good")).toEqual(new Map([["z-good", 1]]));
    await sweep(env);
    expect((await madeOf("a-bad")).size).toBe(25);
  });

  it("stops after 750 D1 calls, and the next one continues there, past those that fail", async () => {
    await insertEvents([...tenantsNamed("b-bad", 400), "z-later"], 1, 1);
    const d1 = new FaultyD1(env.DB).meet(commits("b-bad-"), refused);
    const environment = { ...env, DB: d1.binding };
    await sweep(environment);
    expect(d1.roundTrips).toBeGreaterThanOrEqual(750);
    expect(d1.roundTrips).toBeLessThanOrEqual(795);
    expect((await madeOf("z-later")).size).toBe(0);
    await sweep(environment);
    expect((await madeOf("z-later")).size).toBe(1);
    await sweep(env);
    await sweep(env);
    expect((await madeOf("b-bad")).size).toBe(400);
    expect((await env.DB.prepare("SELECT * FROM sweep_place").all()).results).toEqual([]);
  });

  /** Twelve tenants, and a database in which the work of each takes ten seconds. */
  async function slowTenants(prefix: string) {
    const tenants = tenantsNamed(prefix, 12);
    await insertEvents(tenants, 1, 1);
    let now = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => now);
    const d1 = new FaultyD1(env.DB).meet(commits(prefix), async (send) => {
      now += 10_000;
      return send();
    });
    return { tenants, d1 };
  }

  it("stops after 45 seconds, and the next one continues there", async () => {
    const { tenants, d1 } = await slowTenants("slow");
    for (const made of [5, 10, 12]) {
      await sweep({ ...env, DB: d1.binding });
      expect([...(await madeOf("slow")).keys()]).toEqual(tenants.slice(0, made));
    }
  });

  it("does not fail when its place cannot be stored", async () => {
    const { tenants, d1 } = await slowTenants("c-slow");
    const writesPlace = ({ statements }: Call) =>
      statements.some(({ sql }) => /^insert into "sweep_place"/i.test(sql));
    d1.meet(writesPlace, failBefore());
    await sweep({ ...env, DB: d1.binding });
    expect([(await madeOf("c-slow")).size, d1.calls.filter(writesPlace).length]).toEqual([5, 1]);
    await sweep(env);
    expect([...(await madeOf("c-slow")).keys()]).toEqual(tenants);
  });
});

describe("a backlog of more events than one call derives", () => {
  it("is completed by successive messages, none of which counts as failed", async () => {
    const tenant = `backlog-${crypto.randomUUID()}`;
    await insertEvents(tenant, 1, 4_321);
    const queue: unknown[] = [messageFor(tenant)];
    const producer = { send: async (body: unknown) => void queue.push(body) } as unknown as Queue<unknown>;
    const environment = { ...env, HISTORY_QUEUE: producer };
    let calls = 0;
    for (let body = queue.shift(); body !== undefined; body = queue.shift()) {
      calls += 1;
      expect(await deliver([body, body], { environment })).toEqual(["acked", "acked"]);
    }
    expect(calls).toBe(3);
    expect(await madeOf(tenant)).toEqual(new Map([[tenant, 4_321]]));
  });

  it("is retried when the next message cannot be sent", async () => {
    const tenant = `backlog-${crypto.randomUUID()}`;
    await insertEvents(tenant, 1, 2_500);
    const away = { send: () => Promise.reject(new Error("away")) } as unknown as Queue<unknown>;
    const environment = { ...env, HISTORY_QUEUE: away };
    expect(await deliver([messageFor(tenant)], { environment })).toEqual(["retried"]);
    expect(await deliver([messageFor(tenant)], { environment, attempts: 2 })).toEqual(["acked"]);
    expect(await madeOf(tenant)).toEqual(new Map([[tenant, 2_500]]));
  });

  it("re-arms the gate's alarm until it is done", async () => {
    const { api } = await tenantWithoutQueue();
    await api.accept("disbursement", loan);
    await insertEvents(api.tenant, 3, 2_500);
    const rang = [];
    for (let turn = 0; turn < 3; turn += 1) rang.push(await runDurableObjectAlarm(gateOf(api.tenant)));
    expect(rang).toEqual([true, true, false]);
    expect(await madeOf(api.tenant)).toEqual(new Map([[api.tenant, 2_499]]));
  });
});
