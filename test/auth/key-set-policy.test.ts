import { describe, expect, it } from "vitest";
import { FETCH_TIMEOUT_MS, OWNER_GRACE_MS } from "../../src/auth/key-set.ts";
import { KEY_SET_BYTES_MAX } from "../../src/auth/key-set-download.ts";
import {
  FIRST_FETCH_COOLDOWN_MS,
  FRESH_MS,
  FULL_BUDGET,
  isUsable,
  type KeySetHistory,
  planForRequest,
  REFRESH_COOLDOWN_MS,
  STALE_MAX_MS,
  spendOnUnknownKey,
  UNKNOWN_KEY_FETCHES_MAX,
  UNKNOWN_KEY_REFILL_MS,
  type UnknownKeyBudget,
} from "../../src/auth/key-set-policy.ts";
import { TOKEN_BYTES_MAX } from "../../src/auth/unverified-token.ts";
import { TOKENS_MAX } from "../../src/auth/verified-tokens.ts";

/** As docs/api.md#tokens promises them. */
it.each([
  ["a set is fresh", FRESH_MS, 10 * 60_000],
  ["the last good set serves", STALE_MAX_MS, 24 * 3_600_000],
  ["a failed renewal is repeated", REFRESH_COOLDOWN_MS, 30_000],
  ["a failed first fetch is repeated", FIRST_FETCH_COOLDOWN_MS, 2_000],
  ["one more fetch for an unknown kid is allowed", UNKNOWN_KEY_REFILL_MS, 30_000],
  ["a fetch ends", FETCH_TIMEOUT_MS, 3_000],
  ["a fetch that nobody answers for is given up", OWNER_GRACE_MS, 500],
])("%s: %i ms", (_, ms, promised) => {
  expect(ms).toBe(promised);
});
it.each([
  ["bytes of a key set", KEY_SET_BYTES_MAX, 262_144],
  ["bytes of a token", TOKEN_BYTES_MAX, 8_192],
  ["fetches in a row for unknown kids", UNKNOWN_KEY_FETCHES_MAX, 5],
  ["remembered tokens", TOKENS_MAX, 500],
])("the most %s: %i", (_, most, promised) => {
  expect(most).toBe(promised);
});

const loadedAtMs = 1_000_000;
const never: KeySetHistory = { loadedAtMs: null, lastAttempt: null };
const loaded: KeySetHistory = { loadedAtMs, lastAttempt: { endedAtMs: loadedAtMs, succeeded: true } };
const failedAt = (endedAtMs: number, since: number | null = loadedAtMs): KeySetHistory => ({
  loadedAtMs: since,
  lastAttempt: { endedAtMs, succeeded: false },
});

describe("without a set", () => {
  it("fetches at once the first time", () => {
    expect(planForRequest(never, 0)).toBe("renew_first");
  });

  it("answers at once during the cooldown of a failed fetch, and then retries", () => {
    const failed = failedAt(5_000, null);
    expect(planForRequest(failed, 5_000)).toBe("unavailable");
    expect(planForRequest(failed, 5_000 + FIRST_FETCH_COOLDOWN_MS - 1)).toBe("unavailable");
    expect(planForRequest(failed, 5_000 + FIRST_FETCH_COOLDOWN_MS)).toBe("renew_first");
  });
});

describe("with a set", () => {
  it("uses it without a fetch while it is fresh", () => {
    expect(planForRequest(loaded, loadedAtMs)).toBe("use");
    expect(planForRequest(loaded, loadedAtMs + FRESH_MS - 1)).toBe("use");
  });

  it("renews it before use when it is not", () => {
    expect(planForRequest(loaded, loadedAtMs + FRESH_MS)).toBe("renew_first");
  });

  it("uses the last good set after a failed renewal, and retries in the background after the cooldown", () => {
    const failedAtMs = loadedAtMs + FRESH_MS;
    const failed = failedAt(failedAtMs);
    expect(planForRequest(failed, failedAtMs)).toBe("use");
    expect(planForRequest(failed, failedAtMs + REFRESH_COOLDOWN_MS - 1)).toBe("use");
    expect(planForRequest(failed, failedAtMs + REFRESH_COOLDOWN_MS)).toBe("renew_aside");
  });

  it("discards the last good set after a day", () => {
    const end = loadedAtMs + STALE_MAX_MS;
    expect(planForRequest(failedAt(end - 10), end - 1)).toBe("use");
    expect(isUsable(failedAt(end - 10), end - 1)).toBe(true);
    expect(planForRequest(failedAt(end - 10), end)).toBe("unavailable");
    expect(isUsable(failedAt(end - 10), end)).toBe(false);
    expect(planForRequest(failedAt(end - FIRST_FETCH_COOLDOWN_MS), end)).toBe("renew_first");
  });
});

describe("an unknown kid", () => {
  /** How many of `count` fetches in a row the budget allows at one time. */
  function fetches(count: number, nowMs: number, from: UnknownKeyBudget) {
    let budget = from;
    let allowed = 0;
    for (let fetch = 0; fetch < count; fetch += 1) {
      const after = spendOnUnknownKey(budget, nowMs);
      if (after === null) continue;
      budget = after;
      allowed += 1;
    }
    return { allowed, budget };
  }

  it("may cause a small burst of fetches, and then one each half minute", () => {
    const burst = fetches(50, loadedAtMs, FULL_BUDGET);
    expect(burst.allowed).toBe(UNKNOWN_KEY_FETCHES_MAX);
    const early = fetches(50, loadedAtMs + UNKNOWN_KEY_REFILL_MS - 1, burst.budget);
    expect(early.allowed).toBe(0);
    const later = fetches(50, loadedAtMs + 2 * UNKNOWN_KEY_REFILL_MS + 1, burst.budget);
    expect(later.allowed).toBe(2);
    expect(fetches(50, loadedAtMs + 3 * UNKNOWN_KEY_REFILL_MS, later.budget).allowed).toBe(1);
  });

  it("never accumulates more than one burst, and gains nothing from a clock that is set back", () => {
    const { budget } = fetches(50, loadedAtMs, FULL_BUDGET);
    const dayLater = loadedAtMs + 86_400_000;
    expect(fetches(50, dayLater, budget).allowed).toBe(UNKNOWN_KEY_FETCHES_MAX);
    expect(fetches(50, loadedAtMs - 86_400_000, budget).allowed).toBe(0);
  });
});
