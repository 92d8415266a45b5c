import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attempt, type SendRequest } from "../../src/webhooks/attempt.ts";
import { KeyRing } from "../../src/webhooks/key-ring.ts";
import { parseRetryAfter, retryDelay } from "../../src/webhooks/retry.ts";
import { newSecret, signatureHeader } from "../../src/webhooks/signature.ts";

const KEYS = ["a", "b", "c"].map((letter) => new Uint8Array(32).fill(letter.charCodeAt(0)).toBase64());
const OWNER = { tenant: "t", endpoint_id: "e" };

async function ringOf(...keys: readonly (string | undefined)[]): Promise<KeyRing> {
  const ring = await KeyRing.parse(keys.join(","));
  if (!ring.ok) throw new Error(ring.error);
  return ring.value;
}

describe("secrets at rest", () => {
  it("decrypt with the key that encrypted them, under a new nonce each time", async () => {
    const ring = await ringOf(KEYS[0]);
    const [one, two] = [await ring.seal("whsec_x", OWNER), await ring.seal("whsec_x", OWNER)];
    expect(await ring.open(one, OWNER)).toEqual({ ok: true, value: "whsec_x" });
    expect([one.nonce === two.nonce, one.ciphertext === two.ciphertext, one.key_id === two.key_id]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("decrypt with any key of the setting; the first one encrypts", async () => {
    const old = await (await ringOf(KEYS[0])).seal("whsec_x", OWNER);
    const both = await ringOf(KEYS[1], KEYS[0]);
    expect(await both.open(old, OWNER)).toEqual({ ok: true, value: "whsec_x" });
    const fresh = await both.seal("whsec_y", OWNER);
    expect(await (await ringOf(KEYS[1])).open(fresh, OWNER)).toEqual({ ok: true, value: "whsec_y" });
    expect(await (await ringOf(KEYS[1])).open(old, OWNER)).toEqual({
      ok: false,
      error: expect.stringContaining("WEBHOOK_KEY lacks the key"),
    });
  });

  it.each([
    ["another tenant", { ...OWNER, tenant: "u" }],
    ["another endpoint", { ...OWNER, endpoint_id: "f" }],
  ])("do not decrypt for %s", async (_whose, owner) => {
    const ring = await ringOf(KEYS[0]);
    expect((await ring.open(await ring.seal("whsec_x", OWNER), owner)).ok).toBe(false);
  });

  it.each([undefined, "", " ", "x", "c2hvcnQ=", `${KEYS[0]},`, `${KEYS[0]},x`, 5])(
    "need a setting: not %j",
    async (setting) => {
      const ring = await KeyRing.parse(setting);
      expect(ring.ok).toBe(false);
      if (!ring.ok) expect(ring.error).not.toContain(KEYS[0]);
    },
  );
});

describe("signatures", () => {
  it("equal those of the Standard Webhooks library", async () => {
    const secret = newSecret();
    const timestamp = Math.floor(Date.now() / 1000);
    const signed = { id: "msg_1", timestamp, body: '{"type":"ping","Zahl":"ü"}' };
    const header = await signatureHeader([newSecret(), secret], signed);
    const library = new Webhook(secret);
    expect(header.split(" ")[1]).toBe(library.sign(signed.id, new Date(timestamp * 1000), signed.body));
    const headers = {
      "webhook-id": signed.id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": header,
    };
    expect(library.verify(signed.body, headers)).toEqual({ type: "ping", Zahl: "ü" });
    expect(() => library.verify(`${signed.body} `, headers)).toThrow();
  });
});

describe("the next attempt", () => {
  it.each([
    [1, 5],
    [2, 15],
    [3, 60],
    [4, 300],
    [5, 900],
    [6, 1_800],
    [7, 3_600],
    [50, 3_600],
  ])("after failure %i comes after %i s, a tenth more or less", (failures, seconds) => {
    expect([0, 0.5, 1].map((random) => retryDelay(failures, random, null))).toEqual([
      seconds * 900,
      seconds * 1_000,
      seconds * 1_100,
    ]);
  });

  it("is not before Retry-After, which counts up to an hour", () => {
    expect(retryDelay(1, 0.5, 90_000)).toBe(90_000);
    expect(retryDelay(4, 0.5, 90_000)).toBe(300_000);
    expect(retryDelay(1, 0.5, 1e9)).toBe(3_600_000);
  });

  it.each([
    ["120", 120_000],
    ["0", 0],
    ["Thu, 01 Jan 1970 00:01:40 GMT", 40_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["-5", null],
    ["1.5", null],
    ["soon", null],
    ["99999999999999", null],
    [null, null],
  ])("Retry-After %j asks for %j ms", (header, ms) => {
    expect(parseRetryAfter(header, 60_000)).toBe(ms);
  });
});

describe("an attempt", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const delivery = { url: "https://example.com/", headers: {}, body: "{}" };
  const run = async (fetcher: SendRequest) => {
    const result = attempt(fetcher, delivery, Date.now);
    await vi.advanceTimersByTimeAsync(10_000);
    return result;
  };

  it("sends one POST and follows no redirect", async () => {
    const fetcher = vi.fn(async () => new Response("ok"));
    expect(await run(fetcher)).toMatchObject({ delivered: true, status: 200, error: null });
    expect(fetcher).toHaveBeenCalledExactlyOnceWith(
      delivery.url,
      expect.objectContaining({ method: "POST", redirect: "manual" }),
    );
  });

  it.each([
    ["does not connect", () => new Promise<Response>(() => {})],
    [
      "answers and never ends its answer",
      async () => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) })),
    ],
  ])("that %s ends after ten seconds, aborted", async (_what, fetcher) => {
    let signal: AbortSignal | null | undefined;
    const start = Date.now();
    const result = await run((_url, init) => {
      signal = init.signal;
      return fetcher();
    });
    expect(result).toMatchObject({ delivered: false, error: "timeout", duration_ms: 10_000 });
    expect([Date.now() - start, signal?.aborted]).toEqual([10_000, true]);
  });

  it("reads 64 KiB of an answer and no more", async () => {
    let sent = 0;
    let cancelled = false;
    const endless = new ReadableStream({
      pull: (controller) => {
        sent += 8_192;
        controller.enqueue(new Uint8Array(8_192));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    expect(await run(async () => new Response(endless))).toMatchObject({ delivered: true });
    expect([sent <= 65_536 + 16_384, cancelled]).toEqual([true, true]);
  });

  it.each([
    [200, null],
    [204, null],
    [299, null],
    [301, "redirect"],
    [304, "redirect"],
    [308, "redirect"],
    [400, "status"],
    [410, "status"],
    [500, "status"],
  ])("answered with %i is %j", async (status, error) => {
    const result = await run(async () => new Response(null, { status }));
    expect([result.error, result.delivered]).toEqual([error, error === null]);
  });
});
