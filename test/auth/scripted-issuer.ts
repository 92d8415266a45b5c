import { type KeySource, RemoteKeySource } from "../../src/auth/key-set.ts";
import type { Fetcher } from "../../src/auth/key-set-download.ts";
import type { KeySet } from "../../src/auth/verification-key.ts";
import { TEST_JWKS } from "../support/auth-settings.ts";

export const ISSUER_URL = "https://issuer.test/jwks";
const testKey = TEST_JWKS.keys[0];

/** A key set under these kids, as the issuer writes it. */
export const jwks = (...kids: readonly string[]): string =>
  JSON.stringify({ keys: kids.map((kid) => ({ ...testKey, kid })) });

/** An issuer whose answer a test changes at will, a clock that it turns, and the work left after the response. */
export function issuer(first: Fetcher, timeoutMs = 50) {
  let nowMs = Date.parse("2026-10-01T12:00:00Z");
  const background: Promise<unknown>[] = [];
  const seen: { url: string; init: RequestInit }[] = [];
  const endpoint = { answer: first };
  const source = new RemoteKeySource(ISSUER_URL, {
    fetcher: (address, init) => {
      seen.push({ url: address, init });
      return endpoint.answer(address, init);
    },
    clock: () => nowMs,
    timeoutMs,
  });
  const waitUntil = (work: Promise<unknown>): void => {
    background.push(work);
  };
  return {
    issuer: endpoint,
    seen,
    kids: async () => kidsOf(await source.current(waitUntil)),
    current: () => source.current(waitUntil),
    newerThan: (tried: KeySet) => source.newerThan(tried, waitUntil),
    pass: (ms: number) => {
      nowMs += ms;
    },
    settle: () => Promise.all(background),
    settleLatest: () => background.at(-1),
  };
}

/** The kids of the set that was had, or why none was. */
export function kidsOf(
  keys: Awaited<ReturnType<KeySource["current"]>>,
): readonly (string | undefined)[] | string {
  return keys.ok ? keys.value.keys.map((key) => key.kid) : keys.error.kind;
}

export const serving =
  (...kids: readonly string[]): Fetcher =>
  async () =>
    new Response(jwks(...kids));
export const down: Fetcher = async () => new Response("down", { status: 503 });
export const never = (): Promise<never> => new Promise(() => {});
