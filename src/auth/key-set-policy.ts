/** When a cached key set is used, renewed or given up. Times are milliseconds since the epoch. */

export const FRESH_MS = 10 * 60_000;
export const STALE_MAX_MS = 24 * 60 * 60_000;
export const REFRESH_COOLDOWN_MS = 30_000;
export const FIRST_FETCH_COOLDOWN_MS = 2_000;

export interface KeySetHistory {
  /** When the set that is held was fetched; null while there is none. */
  readonly loadedAtMs: number | null;
  /** When the last attempt ended, and whether it brought a set. */
  readonly lastAttempt: { readonly endedAtMs: number; readonly succeeded: boolean } | null;
}

/**
 * - `use`: the set as it is;
 * - `renew_aside`: the set as it is, while a fetch runs that nobody waits for;
 * - `renew_first`: wait for a fetch, then use what there is;
 * - `unavailable`: no set, and too soon to ask again.
 */
export type KeySetPlan = "use" | "renew_aside" | "renew_first" | "unavailable";

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

/** Whether a token's unknown `kid` may cause a fetch: anyone can invent one, so at most one per cooldown. */
export function mayRenewForUnknownKey(history: KeySetHistory, nowMs: number): boolean {
  return history.lastAttempt === null || nowMs - history.lastAttempt.endedAtMs >= REFRESH_COOLDOWN_MS;
}
