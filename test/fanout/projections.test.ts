import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { catchUp } from "../../src/fanout/catch-up.ts";
import { PROJECTIONS } from "../../src/fanout/projections.ts";
import { sweep } from "../../src/fanout/sweep.ts";
import { type Projection, projection } from "../../src/store/projections/projection.ts";
import { FaultyD1, isCommit, mentions } from "../support/faulty-d1.ts";
import { tamper } from "../support/tamper.ts";
import {
  DEAD_QUEUE,
  deadLettersOf,
  deliver,
  historyOf,
  insertEvents,
  messageFor,
  rowCount,
  textWith,
} from "./queue.ts";

const newTenant = () => `t-${crypto.randomUUID()}`;

/** Reads every event, derives a row from every tenth, and fails on the poison of the test. */
const tens = (poison: readonly number[] = []): Projection =>
  projection<number>({
    name: `tens-${poison.join()}`,
    wants: () => true,
    reads: sql`true`,
    derive: ({ sequence }) => {
      if (poison.includes(sequence)) throw new Error("too bad");
      return sequence % 10 === 0 ? [sequence] : [];
    },
    write: () => [],
  });

async function cursorsOf(tenant: string): Promise<Record<string, number>> {
  const query = "SELECT projection, sequence FROM projection_cursors WHERE tenant_id = ?";
  const { results } = await env.DB.prepare(query)
    .bind(tenant)
    .all<{ projection: string; sequence: number }>();
  return Object.fromEntries(results.map(({ projection: name, sequence }) => [name, sequence]));
}

describe("projections of one tenant", () => {
  it("each keep their own cursor, and share the reads", async () => {
    const tenant = newTenant();
    await insertEvents(tenant, 1, 40);
    const update = "UPDATE events SET makes_history = 0 WHERE tenant_id = ? AND sequence > 30";
    await tamper(env.DB.prepare(update).bind(tenant));
    const d1 = new FaultyD1(env.DB);
    const done = await catchUp({ ...env, DB: d1.binding }, tenant, [...PROJECTIONS, tens()]);
    expect(done).toMatchObject({ rows: 34, complete: true, stopped: [], calls: 3 });
    expect(d1.roundTrips).toBe(3);
    expect(await cursorsOf(tenant)).toEqual({ history: 30, "tens-": 40 });
  });

  it("do not stop each other: poison stops only its own projection", async () => {
    const tenant = newTenant();
    await insertEvents(tenant, 1, 250);
    const { stopped, complete } = await catchUp(env, tenant, [tens([123]), ...PROJECTIONS]);
    expect([complete, stopped.map((one) => one.projection)]).toEqual([true, ["tens-123"]]);
    expect(await cursorsOf(tenant)).toEqual({ history: 250, "tens-123": 122 });
  });

  it("do not stop each other: a batch that D1 refuses stops only its own projection", async () => {
    const tenant = newTenant();
    await insertEvents(tenant, 1, 20);
    const d1 = new FaultyD1(env.DB);
    const ofHistory = (call: Parameters<typeof isCommit>[0]) => isCommit(call) && mentions("history")(call);
    d1.meet(ofHistory, () => Promise.reject(new Error("D1_ERROR: too big")));
    const { stopped } = await catchUp({ ...env, DB: d1.binding }, tenant, [...PROJECTIONS, tens()]);
    expect(stopped.map((one) => one.projection)).toEqual(["history"]);
    expect(await cursorsOf(tenant)).toEqual({ "tens-": 20 });
  });

  it("together stay within 40 D1 calls, and the next call continues", async () => {
    const tenant = newTenant();
    await insertEvents(tenant, 1, 2_500);
    const all = [...PROJECTIONS, tens(), tens([9_999])];
    const first = await catchUp(env, tenant, all);
    expect([first.complete, first.calls]).toEqual([false, 40]);
    await catchUp(env, tenant, all);
    expect(await catchUp(env, tenant, all)).toMatchObject({ complete: true });
    expect(await cursorsOf(tenant)).toEqual({ history: 2_500, "tens-": 2_500, "tens-9999": 2_500 });
  });
});

describe("a dead letter", () => {
  it("names its projection, and does not keep the sweep from another projection", async () => {
    const tenant = newTenant();
    await insertEvents(tenant, 1, 2, () => "broken");
    await deliver([messageFor(tenant)], { queue: DEAD_QUEUE });
    expect(await deadLettersOf(tenant)).toMatchObject([{ projection: "history" }]);
    await env.DB.prepare("UPDATE dead_letters SET projection = 'other' WHERE tenant_id = ?")
      .bind(tenant)
      .run();
    const update = env.DB.prepare("UPDATE events SET data = ? WHERE tenant_id = ?");
    await tamper(update.bind(textWith("{}"), tenant));
    await sweep(env);
    expect(rowCount(await historyOf(tenant))).toBe(2);
    expect(await deadLettersOf(tenant)).toMatchObject([{ projection: "other", resolved_at: null }]);
  });
});
