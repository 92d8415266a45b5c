import { LRUCache } from "lru-cache";
import type { KeySource } from "./key-set.ts";
import type { Principal } from "./principal.ts";
import type { UnverifiedToken } from "./unverified-token.ts";
import type { KeySet } from "./verification-key.ts";

/** A token has at most 8 KiB, so these take at most some megabytes of an isolate's 128. */
export const TOKENS_MAX = 500;

interface Verified {
  readonly principal: Principal;
  /** The set that it was verified with, and where that set comes from. */
  readonly keys: KeySet;
  readonly source: KeySource;
  /** Seconds since 1970, the clock's tolerance included. */
  readonly from: number;
  readonly until: number;
}

/** What a token was verified with; the tolerance is in seconds. */
interface VerifiedBy {
  readonly keys: KeySet;
  readonly source: KeySource;
  readonly toleranceS: number;
}

/**
 * Tokens whose signature and claims were verified, by their whole text. An entry is good within the token's own times and
 * for the very key set that it was verified with: after each renewal of the set a token is verified again, so that a key
 * which is gone is noticed as soon as without this memory.
 */
export class VerifiedTokens {
  readonly #tokens = new LRUCache<string, Verified>({ max: TOKENS_MAX });

  /** The caller compares the key set with the present one. */
  find(text: string, now: Date): Verified | null {
    const known = this.#tokens.get(text);
    if (!known) return null;
    const seconds = Math.floor(now.getTime() / 1000);
    if (seconds >= known.from && seconds < known.until) return known;
    this.#tokens.delete(text);
    return null;
  }

  add({ text, exp, nbf }: UnverifiedToken, principal: Principal, by: VerifiedBy): void {
    const { keys, source, toleranceS } = by;
    const from = nbf === null ? Number.NEGATIVE_INFINITY : nbf - toleranceS;
    this.#tokens.set(text, { principal, from, until: exp + toleranceS, keys, source });
  }
}
