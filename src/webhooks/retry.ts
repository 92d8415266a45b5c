const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The delay after the first, second, … failure of a delivery, in milliseconds; an hour after later ones. */
const DELAYS_MS = [5_000, 15_000, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS];
const JITTER = 0.1;
const RETRY_AFTER_MAX_MS = HOUR_MS;
/** A delivery is retried for this long after its first failure. */
export const GIVE_UP_MS = 72 * HOUR_MS;

/**
 * Milliseconds until the next attempt after `failures` consecutive failures (1 or more), ±10 % by `random` (0 to 1). A
 * longer `Retry-After` of the receiver counts, up to an hour.
 */
export function retryDelay(failures: number, random: number, retryAfter: number): number {
  const base = DELAYS_MS[failures - 1] ?? HOUR_MS;
  const jittered = base * (1 - JITTER + 2 * JITTER * random);
  return Math.round(Math.max(jittered, Math.min(retryAfter, RETRY_AFTER_MAX_MS)));
}

/** The delay of a `Retry-After` in ms (RFC 9110, 10.2.3: seconds or a date), 0 for none. `now` is in ms since 1970. */
export function parseRetryAfter(header: string | null | undefined, now: number): number {
  if (!header) return 0;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : now;
  return Number.isNaN(date) ? 0 : Math.max(date - now, 0);
}
