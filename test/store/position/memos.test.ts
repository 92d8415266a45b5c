import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sessionOf } from "../../../src/store/d1/session.ts";
import {
  type AboutMemo,
  readMemo,
  renewMemo,
  sweepMemos,
  writeMemo,
} from "../../../src/store/position/memos.ts";
import { insertEvents } from "../../fanout/queue.ts";
import { newTenant } from "../../support/api.ts";
import { tamper } from "../../support/tamper.ts";

const HOUR_MS = 3_600_000;
const { db } = sessionOf(env.DB, "first-primary");
const complete: AboutMemo = { from_sequence: 1, to_sequence: 1, heads: [], after: null, done: 1 };
const unfinished = { ...complete, after: "L-1" };

const write = (
  tenant: string,
  question: string,
  now: number,
  { about = complete, parts = ["figures"] }: { about?: AboutMemo; parts?: string[] } = {},
) => writeMemo(db, { tenant, question }, { about, was: null, first: 1, parts }, now);

async function keptOf(tenant: string): Promise<readonly string[]> {
  const sql = "SELECT question FROM position_memos WHERE tenant_id = ? AND part = 0 ORDER BY question";
  const { results } = await env.DB.prepare(sql).bind(tenant).all<{ question: string }>();
  return results.map(({ question }) => question);
}

async function bytesOf(tenant: string): Promise<number> {
  const sql = "SELECT ifnull(sum(octet_length(body)), 0) AS bytes FROM position_memos WHERE tenant_id = ?";
  return (await env.DB.prepare(sql).bind(tenant).first<number>("bytes")) ?? 0;
}

const named = (index: number) => `question ${String(index).padStart(3, "0")}`;

describe("the memos of a tenant", () => {
  it("are at most 200: those that were not used for the longest time go", async () => {
    const [tenant, other] = [newTenant(), newTenant()];
    await write(other, "question", 1_000);
    for (let index = 0; index < 200; index += 1) await write(tenant, named(index), 1_000 + index);
    const { memo } = await readMemo(db, { tenant, question: named(0) }, 2_000);
    expect(memo).not.toBeNull();
    if (memo) await renewMemo(db, { tenant, question: named(0) }, memo, 1_000 + HOUR_MS / 2);
    await write(tenant, named(200), 1_001 + HOUR_MS / 2);
    const kept = await keptOf(tenant);
    expect(kept).toHaveLength(200);
    expect([kept[0], kept[1]]).toEqual([named(0), named(2)]);
    expect(await keptOf(other)).toEqual(["question"]);
  });

  it("take at most 8 MB: those that were not used for the longest time go", async () => {
    const tenant = newTenant();
    const megabyte = "x".repeat(900_000);
    for (let index = 0; index < 12; index += 1) {
      await write(tenant, named(index), 1_000 + index, { parts: [megabyte, megabyte] });
      expect(await bytesOf(tenant)).toBeLessThanOrEqual(8_000_000);
    }
    expect(await keptOf(tenant)).toEqual([8, 9, 10, 11].map(named));
  });

  it("expire an hour after the last use, an unfinished walk a minute after its last step", async () => {
    const tenant = newTenant();
    await write(tenant, "answer", 1_000);
    await write(tenant, "walk", 1_000, { about: unfinished });
    const found = async (question: string, now: number) =>
      (await readMemo(db, { tenant, question }, now)).memo !== null;
    expect(await found("walk", 60_999)).toBe(true);
    expect(await found("walk", 61_000)).toBe(false);
    expect(await found("answer", 1_000 + HOUR_MS - 1)).toBe(true);
    expect(await found("answer", 1_000 + HOUR_MS)).toBe(false);
  });

  it("count only while the events that their walk saw are in the log", async () => {
    const tenant = newTenant();
    await insertEvents(tenant, 1, 2);
    const head = (sequence: number) => ({ sequence, event_id: `event-${sequence}` });
    const about = { ...complete, heads: [head(1), head(2)] };
    const found = async (question: string) => (await readMemo(db, { tenant, question }, 2_000)).memo !== null;
    await write(tenant, "before the restore", 1_000, { about });
    expect(await found("before the restore")).toBe(true);
    // As D1 that is restored to the first event, and then takes another second one.
    await tamper(env.DB.prepare("DELETE FROM events WHERE tenant_id = ? AND sequence = 2").bind(tenant));
    await write(tenant, "after the restore", 1_000, { about });
    expect([await found("before the restore"), await found("after the restore")]).toEqual([false, false]);
    expect(await keptOf(tenant)).toEqual([]);
  });

  it("are not written where another request has written one meanwhile", async () => {
    const tenant = newTenant();
    await write(tenant, "walk", 1_000, { about: unfinished, parts: ["first"] });
    await write(tenant, "walk", 1_000, { about: unfinished, parts: ["second"] });
    expect((await readMemo(db, { tenant, question: "walk" }, 2_000)).memo?.parts).toEqual(["first"]);
  });
});

it("the sweep deletes expired memos of every tenant with all their parts, and no others", async () => {
  // The sweep deletes some at a time: those of the tests above would come first.
  await env.DB.prepare("DELETE FROM position_memos").run();
  const [first, second] = [newTenant(), newTenant()];
  for (const tenant of [first, second]) {
    await write(tenant, "old", 1_000, { parts: ["a", "b"] });
    await write(tenant, "walk", HOUR_MS, { about: unfinished });
    await write(tenant, "new", HOUR_MS);
  }
  await sweepMemos(db, 1_000 + HOUR_MS);
  for (const tenant of [first, second]) expect(await keptOf(tenant)).toEqual(["new", "walk"]);
  await sweepMemos(db, 60_000 + HOUR_MS);
  for (const tenant of [first, second]) expect(await keptOf(tenant)).toEqual(["new"]);
});
