import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Api } from "../support/api.ts";
import { loan, operation } from "../support/examples.ts";
import { FaultyD1, failAfter, failBefore, HeldCalls, isCommit, isLoad } from "../support/faulty-d1.ts";
import {
  deliver,
  dueHistoryOf,
  historyOf,
  messageFor,
  revise,
  rowCount,
  runSweep,
  tenantWithoutQueue,
} from "./queue.ts";

/** One event after another, each of which makes history; none is made yet. */
async function story(api: Api): Promise<void> {
  await api.accept("disbursement", loan);
  await api.accept("disbursement", revise({ maturity_date: "2026-01-31", total_expected_margin: 1000 }));
  await api.accept("operation", { ...operation, asset_condition: "new" });
  await api.accept("disbursement", revise({ disbursement_amount: 9000 }));
  await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
}

const STORY_ROWS = 7;

async function tenantWithStory(): Promise<string> {
  const { api } = await tenantWithoutQueue();
  await story(api);
  return api.tenant;
}

/** Every row once and in order: the very rows that the contract derives from the events. */
async function expectExact(tenant: string): Promise<void> {
  const history = await historyOf(tenant);
  expect(history).toEqual(await dueHistoryOf(tenant));
  expect(rowCount(history)).toBe(STORY_ROWS);
}

const faultyEnv = (d1: FaultyD1): Cloudflare.Env => ({ ...env, DB: d1.binding });

describe("each history row is derived exactly once", () => {
  it("when the messages of some events are lost", async () => {
    const tenant = await tenantWithStory();
    await deliver([messageFor(tenant, 4)]);
    await expectExact(tenant);
  });

  it("when messages are repeated, within a batch and across batches", async () => {
    const tenant = await tenantWithStory();
    const message = messageFor(tenant, 6);
    expect(await deliver([message, message, message])).toEqual(["acked", "acked", "acked"]);
    expect(await deliver([message])).toEqual(["acked"]);
    await expectExact(tenant);
  });

  it("when messages arrive out of order, between the events", async () => {
    const { api } = await tenantWithoutQueue();
    await deliver([messageFor(api.tenant, 6)]);
    await story(api);
    for (const upto of [6, 2, 5, 3, 4]) await deliver([messageFor(api.tenant, upto)]);
    await expectExact(api.tenant);
  });

  it("when two consumers have the same messages at the same time", async () => {
    const tenant = await tenantWithStory();
    const message = messageFor(tenant, 6);
    await Promise.all([deliver([message]), deliver([message]), runSweep()]);
    await expectExact(tenant);
  });

  it("when a consumer stops between its read and its write and continues after others have done more", async () => {
    const { api } = await tenantWithoutQueue();
    const { tenant } = api;
    await api.accept("disbursement", loan);
    const d1 = new FaultyD1(env.DB);
    const hold = new HeldCalls();
    d1.meet(isCommit, hold.fault);
    const stopped = deliver([messageFor(tenant)], { environment: faultyEnv(d1) });
    await hold.reached();
    await api.accept("disbursement", revise({ maturity_date: "2026-01-31", total_expected_margin: 1000 }));
    await api.accept("operation", { ...operation, asset_condition: "new" });
    await api.accept("disbursement", revise({ disbursement_amount: 9000 }));
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    await deliver([messageFor(tenant)]);
    hold.release();
    expect(await stopped).toEqual(["acked"]);
    await expectExact(tenant);
    const cursor = "SELECT sequence FROM projection_cursors WHERE tenant_id = ?";
    expect(await env.DB.prepare(cursor).bind(tenant).first("sequence")).toBe(6);
  });

  it("when a consumer dies after its batch is written and before it acknowledges", async () => {
    const tenant = await tenantWithStory();
    const d1 = new FaultyD1(env.DB).meet(isCommit, failAfter());
    const message = messageFor(tenant);
    expect(await deliver([message], { environment: faultyEnv(d1) })).toEqual(["retried"]);
    await expectExact(tenant);
    expect(await deliver([message], { attempts: 2 })).toEqual(["acked"]);
    await expectExact(tenant);
  });

  it.each([
    ["read", isLoad],
    ["write", isCommit],
  ])("when a consumer's %s fails and its message is retried", async (_what, applies) => {
    const tenant = await tenantWithStory();
    const d1 = new FaultyD1(env.DB).meet(applies, failBefore());
    expect(await deliver([messageFor(tenant)], { environment: faultyEnv(d1) })).toEqual(["retried"]);
    expect(rowCount(await historyOf(tenant))).toBe(0);
    await deliver([messageFor(tenant)], { attempts: 2 });
    await expectExact(tenant);
  });
});

describe("one tenant's failure affects no other tenant", () => {
  it("the other tenants of a batch are completed and acknowledged", async () => {
    const [first, failing, last] = [
      await tenantWithStory(),
      await tenantWithStory(),
      await tenantWithStory(),
    ];
    const d1 = new FaultyD1(env.DB);
    d1.meet(
      (call) => call.statements.some(({ params }) => params.includes(failing ?? "")),
      failBefore("D1_ERROR: storage failed"),
    );
    const bodies = [first, failing, last, failing].map((tenant) => messageFor(tenant));
    const fates = await deliver(bodies, { environment: faultyEnv(d1) });
    expect(fates).toEqual(["acked", "retried", "acked", "retried"]);
    await expectExact(first);
    await expectExact(last);
    expect(rowCount(await historyOf(failing))).toBe(0);
  });

  it("no tenant's row appears in another's history, even with the same ids", async () => {
    const tenants = [await tenantWithStory(), await tenantWithStory()];
    await deliver(tenants.map((tenant) => messageFor(tenant)));
    for (const tenant of tenants) await expectExact(tenant);
  });
});
