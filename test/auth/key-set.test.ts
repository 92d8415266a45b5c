import { describe, expect, it } from "vitest";
import { fixedKeySource } from "../../src/auth/key-set.ts";
import { type Fetcher, KEY_SET_BYTES_MAX } from "../../src/auth/key-set-download.ts";
import {
  FIRST_FETCH_COOLDOWN_MS,
  FRESH_MS,
  REFRESH_COOLDOWN_MS,
  STALE_MAX_MS,
  UNKNOWN_KEY_FETCHES_MAX,
} from "../../src/auth/key-set-policy.ts";
import { type KeySet, keySetOf } from "../../src/auth/verification-key.ts";
import { down, issuer, jwks, never, serving, ISSUER_URL as url } from "./scripted-issuer.ts";

describe("fetching the key set", () => {
  it("asks the issuer once, follows no redirect, and keeps the answer", async () => {
    const world = issuer(serving("a", "b"));
    expect(await world.kids()).toEqual(["a", "b"]);
    expect(await world.kids()).toEqual(["a", "b"]);
    expect(world.seen).toMatchObject([{ url, init: { redirect: "manual" } }]);
  });

  it("keeps the same set object, and so its imported keys, while it is fresh", async () => {
    const world = issuer(serving("a"));
    const [first, second] = [await world.current(), await world.current()];
    if (!first.ok || !second.ok) throw new Error("no set");
    expect(second.value).toBe(first.value);
  });

  const stream = (chunkBytes: number, chunks: number): ReadableStream<Uint8Array> => {
    let left = chunks;
    return new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left === 0) controller.close();
        else controller.enqueue(new Uint8Array(chunkBytes).fill(0x20));
        left -= 1;
      },
    });
  };

  it.each<[string, Fetcher, RegExp]>([
    ["an error status", down, /503/],
    ["a status without a body", async () => new Response(null, { status: 204 }), /204/],
    ["a redirect", async () => Response.redirect("https://evil.test/jwks", 302), /302/],
    ["text that is not JSON", async () => new Response("<html>"), /not JSON/],
    ["no keys", async () => new Response('{"keys":[]}'), /at least one key/],
    ["symmetric keys only", async () => new Response('{"keys":[{"kty":"oct","k":"AA"}]}'), /no usable key/],
    ["an endless body", async () => new Response(stream(64 * 1024, Number.POSITIVE_INFINITY)), /too large/],
    ["a body a byte too long", async () => new Response(stream(1, KEY_SET_BYTES_MAX + 1)), /too large/],
    ["no answer in time", never, /within 50 ms/],
    [
      "a body that stops half-way",
      async () => new Response(new ReadableStream({ pull: never })),
      /within 50 ms/,
    ],
    ["a refused connection", async () => Promise.reject(new TypeError("refused")), /could not be reached/],
  ])("refuses %s", async (_, answer, reason) => {
    const outcome = await issuer(answer).current();
    expect(outcome).toEqual({
      ok: false,
      error: { kind: "keys_unavailable", reason: expect.stringMatching(reason) },
    });
  });

  it.each<[string, number, () => ReadableStream<Uint8Array>]>([
    ["an error", 503, () => stream(1, 1)],
    ["a body that is too long", 200, () => stream(KEY_SET_BYTES_MAX + 1, 1)],
  ])("leaves the rest of %s unread", async (_, status, body) => {
    const rest = body();
    let cancelled = false;
    const reader = rest.getReader();
    const answer = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => controller.enqueue((await reader.read()).value ?? new Uint8Array()),
        cancel: () => {
          cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    await issuer(async () => new Response(answer, { status })).current();
    expect(cancelled).toBe(true);
  });

  it("takes a body of exactly the limit", async () => {
    const body = jwks("a").padEnd(KEY_SET_BYTES_MAX, " ");
    expect(await issuer(async () => new Response(body)).kids()).toEqual(["a"]);
  });

  it("aborts the request to a slow issuer", async () => {
    const world = issuer(never);
    await world.current();
    expect(world.seen[0]?.init.signal?.aborted).toBe(true);
  });
});

describe("an issuer that fails", () => {
  it("gets one request per cooldown while there is no set, and the service recovers", async () => {
    const world = issuer(down);
    for (let request = 0; request < 5; request += 1) expect(await world.kids()).toBe("keys_unavailable");
    expect(world.seen.length).toBe(1);
    world.pass(FIRST_FETCH_COOLDOWN_MS);
    world.issuer.answer = serving("a");
    expect(await world.kids()).toEqual(["a"]);
    expect(world.seen.length).toBe(2);
  });

  it("leaves the last good set in place for a day", async () => {
    const world = issuer(serving("a"));
    await world.current();
    world.issuer.answer = down;
    world.pass(FRESH_MS);
    expect(await world.kids()).toEqual(["a"]);
    expect(await world.kids()).toEqual(["a"]);
    expect(world.seen.length).toBe(2);
    world.pass(STALE_MAX_MS - FRESH_MS - 1);
    expect(await world.kids()).toEqual(["a"]);
    await world.settle();
    world.pass(FIRST_FETCH_COOLDOWN_MS + 1);
    expect(await world.kids()).toBe("keys_unavailable");
  });

  it("delays no request a second time: the retry runs in the background and its set serves the next one", async () => {
    const world = issuer(serving("old"));
    await world.current();
    world.issuer.answer = down;
    world.pass(FRESH_MS);
    await world.current();
    world.pass(REFRESH_COOLDOWN_MS);
    const { promise: answered, resolve: answer } = Promise.withResolvers<Response>();
    world.issuer.answer = () => answered;
    expect(await world.kids()).toEqual(["old"]);
    answer(new Response(jwks("new")));
    await world.settle();
    expect(await world.kids()).toEqual(["new"]);
    expect(world.seen.length).toBe(3);
  });
});

describe("rotation", () => {
  const loadedSet = async (world: ReturnType<typeof issuer>): Promise<KeySet> => {
    const keys = await world.current();
    if (!keys.ok) throw new Error("no set");
    return keys.value;
  };

  it("drops a withdrawn key as soon as the set is no longer fresh", async () => {
    const world = issuer(serving("old", "new"));
    await world.current();
    world.issuer.answer = serving("new");
    world.pass(FRESH_MS);
    expect(await world.kids()).toEqual(["new"]);
  });

  it("brings a new key with one fetch for any number of requests that miss it together", async () => {
    const world = issuer(serving("old"));
    const old = await loadedSet(world);
    world.issuer.answer = serving("old", "new");
    world.pass(REFRESH_COOLDOWN_MS);
    const newer = await Promise.all(Array.from({ length: 20 }, () => world.newerThan(old)));
    expect(newer.every((set) => set?.keys[1]?.kid === "new")).toBe(true);
    expect(world.seen.length).toBe(2);
  });

  it("costs the issuer a burst and then one fetch each half minute under a flood of invented kids", async () => {
    const world = issuer(serving("a"));
    for (let second = 0; second < 300; second += 1) {
      for (let request = 0; request < 10; request += 1) await world.newerThan(await loadedSet(world));
      world.pass(1000);
    }
    expect(world.seen.length).toBe(1 + UNKNOWN_KEY_FETCHES_MAX + 9);
  });

  it("is found at once, even just after an invented kid", async () => {
    const world = issuer(serving("old"));
    const old = await loadedSet(world);
    expect((await world.newerThan(old))?.keys.map(({ kid }) => kid)).toEqual(["old"]);
    world.issuer.answer = serving("old", "new");
    const newer = await world.newerThan(await loadedSet(world));
    expect(newer?.keys.map(({ kid }) => kid)).toEqual(["old", "new"]);
  });

  it("gives a request that tried the old set the one that arrived meanwhile, without a fetch", async () => {
    const world = issuer(serving("old"));
    const old = await loadedSet(world);
    world.issuer.answer = serving("new");
    world.pass(FRESH_MS);
    const renewed = await loadedSet(world);
    expect(await world.newerThan(old)).toBe(renewed);
    expect(world.seen.length).toBe(2);
  });

  it("finds nothing newer when the fetch fails, and keeps the set", async () => {
    const world = issuer(serving("a"));
    const tried = await loadedSet(world);
    world.issuer.answer = down;
    world.pass(REFRESH_COOLDOWN_MS);
    expect(await world.newerThan(tried)).toBeNull();
    expect(await world.newerThan(tried)).toBeNull();
    expect(await world.kids()).toEqual(["a"]);
    expect(world.seen.length).toBe(3);
  });
});

it("keys from the settings are always available and never newer", async () => {
  const set = keySetOf([]);
  const source = fixedKeySource(set);
  expect(await source.current(() => {})).toEqual({ ok: true, value: set });
  expect(await source.newerThan(set, () => {})).toBeNull();
});
