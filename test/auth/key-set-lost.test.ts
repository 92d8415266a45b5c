import { describe, expect, it, vi } from "vitest";
import { OWNER_GRACE_MS } from "../../src/auth/key-set.ts";
import type { Fetcher } from "../../src/auth/key-set-download.ts";
import {
  FIRST_FETCH_COOLDOWN_MS,
  FRESH_MS,
  REFRESH_COOLDOWN_MS,
  UNKNOWN_KEY_FETCHES_MAX,
  UNKNOWN_KEY_REFILL_MS,
} from "../../src/auth/key-set-policy.ts";
import { down, issuer, jwks, serving } from "./scripted-issuer.ts";

/** Real time that no test reaches, so that a fetch ends when the test says so. */
const TIMEOUT_MS = 30_000;
const OVERDUE_MS = TIMEOUT_MS + OWNER_GRACE_MS;

/** An answer that stays away until the test sends it. */
function pending() {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const answer: Fetcher = () => promise;
  return { answer, send: resolve };
}

/** A world that holds the set "old" and has just begun to fetch a newer one aside, which nobody waits for. */
async function renewingAside(renewal: Fetcher) {
  const world = issuer(serving("old"), TIMEOUT_MS);
  await world.current();
  world.issuer.answer = down;
  world.pass(FRESH_MS);
  await world.current();
  world.pass(REFRESH_COOLDOWN_MS);
  world.issuer.answer = renewal;
  expect(await world.kids()).toEqual(["old"]);
  expect(world.seen.length).toBe(3);
  return world;
}

describe("a fetch that never ends", () => {
  it("does not block later ones when no request waits for it", async () => {
    const world = await renewingAside(pending().answer);
    world.issuer.answer = serving("new");
    world.pass(OVERDUE_MS - 1);
    expect(await world.kids()).toEqual(["old"]);
    expect(world.seen.length).toBe(3);
    world.pass(1);
    await world.current();
    await world.settleLatest();
    expect(await world.kids()).toEqual(["new"]);
    expect(world.seen.length).toBe(4);
  });

  it("does not make the next request wait, although there is no set yet", async () => {
    const world = issuer(pending().answer, TIMEOUT_MS);
    void world.current();
    world.pass(OVERDUE_MS);
    world.issuer.answer = serving("new");
    expect(await world.kids()).toEqual(["new"]);
    expect(world.seen.length).toBe(2);
  });

  it("counts: invented kids of senders that hang up cost a burst and then one fetch each half minute", async () => {
    const lost = pending();
    const world = issuer(serving("a"), 2_000);
    const set = await world.current();
    if (!set.ok) throw new Error("no set");
    world.issuer.answer = lost.answer;
    const asked: Promise<unknown>[] = [];
    for (let second = 0; second < 120; second += 1) {
      world.pass(1000);
      asked.push(world.newerThan(set.value));
    }
    expect(world.seen.length).toBeLessThanOrEqual(
      1 + UNKNOWN_KEY_FETCHES_MAX + 120_000 / UNKNOWN_KEY_REFILL_MS,
    );
    lost.send(new Response("down", { status: 503 }));
    await Promise.all(asked);
  });
});

describe("a fetch that dies with the request that started it", () => {
  const DEAD_MS = 2_000;
  const WAIT_MS = DEAD_MS + OWNER_GRACE_MS;

  /** Time of its own, in which the timers of each fetch die too, as when the runtime drops a request. */
  async function inTime(run: () => Promise<void>): Promise<void> {
    vi.useFakeTimers();
    const { setTimeout } = globalThis;
    const timers = vi.spyOn(globalThis, "setTimeout");
    timers.mockImplementation((work, ms) => setTimeout(work, ms === DEAD_MS ? 2 ** 31 - 1 : ms));
    try {
      await run();
    } finally {
      timers.mockRestore();
      vi.useRealTimers();
    }
  }
  const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  it("is begun again by the first that waits for it; the others join", async () => {
    await inTime(async () => {
      const next = pending();
      const world = issuer(pending().answer, DEAD_MS);
      const waiting = [world.kids(), world.kids(), world.kids()];
      world.issuer.answer = next.answer;
      await wait(WAIT_MS - 1);
      expect(world.seen.length).toBe(1);
      await wait(1);
      waiting.push(world.kids());
      expect(world.seen.length).toBe(2);
      next.send(new Response(jwks("new")));
      expect(await Promise.all(waiting)).toEqual(Array.from({ length: 4 }, () => ["new"]));
    });
  });

  it("is begun again once, also when the second one lands before the others notice", async () => {
    await inTime(async () => {
      const world = issuer(pending().answer, DEAD_MS);
      const waiting = [world.kids(), world.kids()];
      world.issuer.answer = serving("new");
      await wait(WAIT_MS);
      expect(await Promise.all(waiting)).toEqual([["new"], ["new"]]);
      expect(world.seen.length).toBe(2);
    });
  });

  it("is given up when it dies twice, and counts as an attempt", async () => {
    await inTime(async () => {
      const world = issuer(pending().answer, DEAD_MS);
      const waiting = world.current();
      await wait(2 * WAIT_MS);
      expect(await waiting).toEqual({
        ok: false,
        error: { kind: "keys_unavailable", reason: expect.stringContaining("torn down") },
      });
      world.issuer.answer = serving("new");
      expect(await world.kids()).toBe("keys_unavailable");
      expect(world.seen.length).toBe(2);
      world.pass(FIRST_FETCH_COOLDOWN_MS);
      expect(await world.kids()).toEqual(["new"]);
    });
  });
});

it("a dead fetch does not let an invented kid go around the budget", async () => {
  const world = issuer(serving("a"), 2_000);
  const set = await world.current();
  if (!set.ok) throw new Error("no set");
  world.issuer.answer = pending().answer;
  for (let time = 0; time < UNKNOWN_KEY_FETCHES_MAX; time += 1) {
    void world.newerThan(set.value);
    world.pass(2_000 + OWNER_GRACE_MS);
  }
  expect(world.seen.length).toBe(1 + UNKNOWN_KEY_FETCHES_MAX);
  expect(await world.newerThan(set.value)).toBeNull();
  expect(world.seen.length).toBe(1 + UNKNOWN_KEY_FETCHES_MAX);
});

describe("a fetch that ends after its successor", () => {
  it("does not undo the successor's result", async () => {
    const late = pending();
    const world = issuer(late.answer, TIMEOUT_MS);
    const lost = world.kids();
    world.pass(OVERDUE_MS);
    world.issuer.answer = serving("new");
    expect(await world.kids()).toEqual(["new"]);
    late.send(new Response(jwks("withdrawn")));
    expect(await lost).toEqual(["new"]);
    expect(await world.kids()).toEqual(["new"]);
  });

  it("does not report its failure as the successor's", async () => {
    const late = pending();
    const world = issuer(late.answer, TIMEOUT_MS);
    const lost = world.kids();
    world.pass(OVERDUE_MS);
    world.issuer.answer = serving("new");
    await world.current();
    late.send(new Response("down", { status: 503 }));
    expect(await lost).toEqual(["new"]);
    world.issuer.answer = serving("newer");
    world.pass(FRESH_MS);
    expect(await world.kids()).toEqual(["newer"]);
  });

  it("does not end a successor that is in flight", async () => {
    const [late, next] = [pending(), pending()];
    const world = issuer(late.answer, TIMEOUT_MS);
    const lost = world.kids();
    world.pass(OVERDUE_MS);
    world.issuer.answer = next.answer;
    const waiting = world.kids();
    late.send(new Response(jwks("withdrawn")));
    expect(await lost).toBe("keys_unavailable");
    const joined = world.kids();
    next.send(new Response(jwks("new")));
    expect(await Promise.all([waiting, joined])).toEqual([["new"], ["new"]]);
    expect(world.seen.length).toBe(2);
  });
});
