/** When a cached key set is used, renewed or given up. Times are milliseconds since the epoch. */

export const FRESH_MS = 10 * 60_000;
export const STALE_MAX_MS = 24 * 60 * 60_000;
export const REFRESH_COOLDOWN_MS = 30_000;
export const FIRST_FETCH_COOLDOWN_MS = 2_000;

/** Fetches that tokens with an unknown `kid` may cause in a row, and the time after which one more is allowed. */
export const UNKNOWN_KEY_FETCHES_MAX = 5;
export const UNKNOWN_KEY_REFILL_MS = 30_000;

export interface KeySetHistory {
  /** When the set that is held was fetched; null while there is none. */
  readonly loadedAtMs: number | null;
  /** When the last attempt ended, and whether it brought a set. */
  readonly lastAttempt: { readonly endedAtMs: number; readonly succeeded: boolean } | null;
}

/**
 * - `use`: the set as it is;
 * - `renew_aside`: the set as it is, while a fetch runs that no request waits for;
 * - `renew_first`: wait for a fetch, then use what there is;
 * - `unavailable`: no set, and too soon to ask again.
 */
type KeySetPlan = "use" | "renew_aside" | "renew_first" | "unavailable";

/** Whether a set of this age may still be used when it cannot be renewed. */
export function isUsable(history: KeySetHistory, nowMs: number): boolean {
  return history.loadedAtMs !== null && nowMs - history.loadedAtMs < STALE_MAX_MS;
}

/**
 * What to do for a request at `nowMs`. A set past its freshness is renewed before use, so that a withdrawn key dies on
 * time; once a renewal has failed, the last good set serves without a wait and retries run aside, so that an issuer
 * which hangs slows down one request per isolate and not one every cooldown.
 */
export function planForRequest(history: KeySetHistory, nowMs: number): KeySetPlan {
  if (history.loadedAtMs !== null && nowMs - history.loadedAtMs < FRESH_MS) return "use";
  const usable = isUsable(history, nowMs);
  const { lastAttempt } = history;
  if (lastAttempt === null || lastAttempt.succeeded) return "renew_first";
  const cooldownMs = usable ? REFRESH_COOLDOWN_MS : FIRST_FETCH_COOLDOWN_MS;
  if (nowMs - lastAttempt.endedAtMs < cooldownMs) return usable ? "use" : "unavailable";
  return usable ? "renew_aside" : "renew_first";
}

/** A token bucket: what is left of UNKNOWN_KEY_FETCHES_MAX, counted up to `countedAtMs`. */
export interface UnknownKeyBudget {
  readonly left: number;
  readonly countedAtMs: number;
}

export const FULL_BUDGET: UnknownKeyBudget = { left: UNKNOWN_KEY_FETCHES_MAX, countedAtMs: 0 };

/**
 * The budget after a fetch for an unknown `kid`, or null when there is none left. Anyone can invent a `kid`, so such
 * fetches are few; a burst of them lets a key that was just rotated in be found although a caller has invented one.
 */
export function spendOnUnknownKey(budget: UnknownKeyBudget, nowMs: number): UnknownKeyBudget | null {
  // A clock that was set back refills nothing.
  const refills = Math.max(0, Math.floor((nowMs - budget.countedAtMs) / UNKNOWN_KEY_REFILL_MS));
  const left = Math.min(UNKNOWN_KEY_FETCHES_MAX, budget.left + refills);
  if (left === 0) return null;
  const isFull = left === UNKNOWN_KEY_FETCHES_MAX;
  return {
    left: left - 1,
    countedAtMs: isFull ? nowMs : budget.countedAtMs + refills * UNKNOWN_KEY_REFILL_MS,
  };
}
