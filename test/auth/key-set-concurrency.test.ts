import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { RemoteKeySource, type WaitUntil } from "../../src/auth/key-set.ts";
import type { Fetcher } from "../../src/auth/key-set-download.ts";
import { FIRST_FETCH_COOLDOWN_MS } from "../../src/auth/key-set-policy.ts";
import { TEST_JWKS, TEST_KEY_ID } from "../support/auth-settings.ts";
import { kidsOf, never, ISSUER_URL as url } from "./scripted-issuer.ts";

/**
 * Each Durable Object runs in an I/O context of its own in this isolate, as concurrent requests do, so these tests
 * meet the runtime's real rules on promises and bodies that cross requests. The cache stands for the issuer: its
 * answers are true I/O, bound to the context that asked.
 */
describe("concurrent requests in the real runtime", () => {
  beforeAll(async () => {
    const headers = { "cache-control": "max-age=3600" };
    await caches.default.put(url, Response.json(TEST_JWKS, { headers }));
  });

  const inOwnContext = <T>(name: string, work: (state: DurableObjectState) => Promise<T>): Promise<T> => {
    const stub = env.TENANT_GATE.get(env.TENANT_GATE.idFromName(`auth-${name}`));
    return runInDurableObject(stub, (_, state) => work(state));
  };
  const fromCache: Fetcher = async (address) =>
    (await caches.default.match(address)) ?? new Response(null, { status: 404 });

  it("share one fetch, and each gets the set", async () => {
    const requests = 24;
    const { promise: allWaiting, resolve: lastArrived } = Promise.withResolvers<void>();
    let arrived = 0;
    let fetches = 0;
    const source = new RemoteKeySource(url, {
      fetcher: async (address, init) => {
        fetches += 1;
        await allWaiting;
        return fromCache(address, init);
      },
      clock: Date.now,
    });
    const outcomes = await Promise.all(
      Array.from({ length: requests }, (_, index) =>
        inOwnContext(`shared-${index}`, async (state) => {
          const keys = source.current((work) => state.waitUntil(work));
          arrived += 1;
          if (arrived === requests) lastArrived();
          return kidsOf(await keys);
        }),
      ),
    );
    expect(outcomes).toEqual(Array.from({ length: requests }, () => [TEST_KEY_ID]));
    expect(fetches).toBe(1);
  });

  it("survive the fetching request: when it is torn down, another one takes over for all", async () => {
    let fetches = 0;
    const { promise: ownerGone, resolve: ownerWent } = Promise.withResolvers<void>();
    const source = new RemoteKeySource(url, {
      fetcher: (address, init) => {
        fetches += 1;
        return fetches === 1 ? never() : fromCache(address, init);
      },
      clock: Date.now,
      timeoutMs: 500,
    });
    const owner = inOwnContext("owner", async (state) => {
      const keys = source.current((work) => state.waitUntil(work));
      state.abort("the request that fetches is torn down");
      await keys;
    }).then(
      () => "survived",
      () => "torn down",
    );
    owner.finally(ownerWent);
    await ownerGone;
    const waiters = Array.from({ length: 8 }, (_, index) =>
      inOwnContext(`waiter-${index}`, async (state) =>
        kidsOf(await source.current((work) => state.waitUntil(work))),
      ),
    );
    expect(await Promise.all(waiters)).toEqual(Array.from({ length: 8 }, () => [TEST_KEY_ID]));
    expect(await owner).toBe("torn down");
    expect(fetches).toBe(2);
  });

  it("are bounded also when the successor is torn down: the others give up, and later ones recover", async () => {
    const { promise: bothGone, resolve: lastWent } = Promise.withResolvers<void>();
    let fetches = 0;
    let nowMs = Date.now();
    const source = new RemoteKeySource(url, {
      fetcher: (address, init) => {
        fetches += 1;
        return fetches <= 2 ? never() : fromCache(address, init);
      },
      clock: () => nowMs,
      timeoutMs: 200,
    });
    // Whoever starts one of the first two fetches is torn down on the spot.
    const waitUntil =
      (state: DurableObjectState): WaitUntil =>
      (work) => {
        if (fetches > 2) return state.waitUntil(work);
        if (fetches === 2) lastWent();
        state.abort("the request that fetches is torn down");
      };
    const ask = (name: string) =>
      inOwnContext(name, async (state) => kidsOf(await source.current(waitUntil(state)))).catch(
        () => "torn down",
      );
    const first = ask("first-owner");
    expect(await first).toBe("torn down");
    const others = await Promise.all(["x", "y", "z"].map((name) => ask(`heir-${name}`)));
    await bothGone;
    expect(others.sort()).toEqual(["keys_unavailable", "keys_unavailable", "torn down"]);
    expect(await ask("early")).toBe("keys_unavailable");
    expect(fetches).toBe(2);
    nowMs += FIRST_FETCH_COOLDOWN_MS;
    expect(await ask("late")).toEqual([TEST_KEY_ID]);
    expect(fetches).toBe(3);
  });

  it("stop waiting for a torn-down request although the clock is set back meanwhile", async () => {
    let fetches = 0;
    let nowMs = Date.now();
    const source = new RemoteKeySource(url, {
      fetcher: (address, init) => {
        fetches += 1;
        return fetches === 1 ? never() : fromCache(address, init);
      },
      clock: () => nowMs,
      timeoutMs: 200,
    });
    const owner = inOwnContext("owner-before", async (state) => {
      void source.current(() => state.abort("the request that fetches is torn down"));
      await never();
    });
    await expect(owner).rejects.toThrow();
    nowMs -= 3_600_000;
    const waiter = inOwnContext("waiter-after", async (state) =>
      kidsOf(await source.current((work) => state.waitUntil(work))),
    );
    expect(await waiter).toEqual([TEST_KEY_ID]);
  });
});
