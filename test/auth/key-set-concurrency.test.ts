import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type KeySource, RemoteKeySource } from "../../src/auth/key-set.ts";
import type { Fetcher } from "../../src/auth/key-set-download.ts";
import { TEST_JWKS, TEST_KEY_ID } from "../support/auth-settings.ts";

const url = "https://issuer.test/jwks";
const never = (): Promise<never> => new Promise(() => {});

function kidsOf(keys: Awaited<ReturnType<KeySource["current"]>>): readonly (string | undefined)[] | string {
  return keys.ok ? keys.value.keys.map((key) => key.kid) : keys.error.kind;
}

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

  it("share one fetch, and every one of them gets the set", async () => {
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

  it("outlive the one that fetches: when it is torn down, one of the others takes over for all", async () => {
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
});
