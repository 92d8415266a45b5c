import { describe, expect, it } from "vitest";
import { OWNER_GRACE_MS } from "../../src/auth/key-set.ts";
import type { Fetcher } from "../../src/auth/key-set-download.ts";
import {
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
