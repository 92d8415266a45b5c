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

  it("are encrypted with a nonce of 96 bits, and name their key by the first 4 bytes of its SHA-256", async () => {
    const { key_id, nonce } = await (await ringOf(KEYS[0])).seal("whsec_x", OWNER);
    expect(Uint8Array.fromBase64(nonce).length).toBe(12);
    const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(32).fill(97));
    expect(new Uint8Array(digest).toHex().startsWith(key_id)).toBe(true);
    expect(key_id.length).toBe(8);
  });

  it("take several keys with white space between them", async () => {
    const ring = await ringOf(` ${KEYS[0]} `, ` ${KEYS[1]}`);
    const sealed = await (await ringOf(KEYS[1])).seal("whsec_x", OWNER);
    expect(await ring.open(sealed, OWNER)).toEqual({ ok: true, value: "whsec_x" });
  });

  it.each<[unknown, string]>([
    [undefined, "is missing"],
    ["", "is missing"],
    [" ", "is missing"],
    [5, "is missing"],
    ["x", "must be base64 of 32 bytes"],
    ["c2hvcnQ=", "must be base64 of 32 bytes"],
    [`${KEYS[0]},`, "must be base64 of 32 bytes"],
    [`${KEYS[0]},x`, "must be base64 of 32 bytes"],
    [`AAAA${KEYS[0]}`, "must be base64 of 32 bytes"],
    [`${KEYS[0]}=`, "must be base64 of 32 bytes"],
  ])("need a setting: %j %s", async (setting, reason) => {
    const ring = await KeyRing.parse(setting);
    expect(ring).toEqual({ ok: false, error: expect.stringContaining(reason) });
    expect(JSON.stringify(ring)).not.toContain(KEYS[0]);
  });
});

it("no key can be read back, neither one that encrypts secrets nor one that signs", async () => {
  const imported = vi.spyOn(crypto.subtle, "importKey");
  await ringOf(KEYS[0], KEYS[1]);
  await signatureHeader([newSecret()], { id: "msg_1", timestamp: 1, body: "" });
  expect(imported.mock.calls.map(([, , , extractable]) => extractable)).toEqual([false, false, false]);
  imported.mockRestore();
});

describe("signatures", () => {
  it("are made with a secret of 32 random bytes", () => {
    const [one, other] = [newSecret(), newSecret()];
    expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(one).not.toBe(other);
  });

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
    expect([0, 0.5, 1].map((random) => retryDelay(failures, random, 0))).toEqual([
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
    [" 120 ", 120_000],
    ["-5", 0],
    ["1.5", 0],
    ["x120", 0],
    ["120 s", 0],
    ["soon", 0],
    ["Thu, soon", 0],
    ["after Thu, 01 Jan 1970 00:01:40 GMT", 0],
    ["1970-01-01T00:01:40Z", 0],
    ["99999999999999", 0],
    ["", 0],
    [null, 0],
    [undefined, 0],
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
    const result = { delivered: true, status: 200, error: null, duration_ms: 0, retry_after: 0 };
    expect(await attempt(fetcher, delivery, Date.now)).toEqual(result);
    expect(vi.getTimerCount()).toBe(0);
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
    const late = { delivered: false, status: null, error: "timeout", duration_ms: 10_000, retry_after: 0 };
    expect(result).toEqual(late);
    expect([Date.now() - start, signal?.aborted]).toEqual([10_000, true]);
  });

  it.each([[[65_536, 1], 1] as const, [[65_535, 1, 1], 2] as const])(
    "reads 64 KiB of an answer and no more: of parts of %j bytes only %i",
    async (parts, count) => {
      let sent = 0;
      let cancelled = false;
      const endless = new ReadableStream(
        {
          pull: (controller) => {
            controller.enqueue(new Uint8Array(parts[sent] ?? 1));
            sent += 1;
          },
          cancel: () => {
            cancelled = true;
          },
        },
        { highWaterMark: 0 },
      );
      expect(await run(async () => new Response(endless))).toMatchObject({ delivered: true });
      expect([sent, cancelled]).toEqual([count, true]);
    },
  );

  it.each([
    ["TLS handshake failed", "tls"],
    ["the server's certificate has expired", "tls"],
    ["SSL error", "tls"],
    ["Network connection lost.", "connection"],
    ["no route to hostls", "connection"],
  ])("that fails with %j is a failure of %s", async (message, error) => {
    const result = await run(async () => {
      throw new Error(message);
    });
    expect(result).toEqual({ delivered: false, status: null, error, duration_ms: 0, retry_after: 0 });
  });

  it("says how long the receiver asks to wait", async () => {
    const headers = { "Retry-After": "90" };
    const result = await run(async () => new Response(null, { status: 503, headers }));
    expect(result).toMatchObject({ status: 503, error: "status", retry_after: 90_000 });
  });

  it.each([
    [200, null],
    [204, null],
    [299, null],
    [300, "redirect"],
    [301, "redirect"],
    [399, "redirect"],
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
