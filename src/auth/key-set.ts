import { err, ok, type Result } from "../domain/core/result.ts";
import { type DownloadFault, downloadKeySet, type Fetcher } from "./key-set-download.ts";
import {
  FULL_BUDGET,
  isUsable,
  type KeySetHistory,
  planForRequest,
  spendOnUnknownKey,
  type UnknownKeyBudget,
} from "./key-set-policy.ts";
import type { KeySet } from "./verification-key.ts";

export const FETCH_TIMEOUT_MS = 3_000;
/** How much longer than its fetch may take a flight is waited for before its owner counts as dead. */
export const OWNER_GRACE_MS = 500;

/** Keeps work alive after the response: `ExecutionContext.waitUntil`. */
export type WaitUntil = (work: Promise<unknown>) => void;

/** No key set can be had now; `reason` is for the log. */
interface KeysUnavailable {
  readonly kind: "keys_unavailable";
  readonly reason: string;
}

/** Where the keys come from: the settings, or the issuer. */
export interface KeySource {
  /** The set to verify with now. */
  current(waitUntil: WaitUntil): Promise<Result<KeySet, KeysUnavailable>>;
  /** A set newer than `tried`, which lacks a token's key; null when there is none to be had. */
  newerThan(tried: KeySet, waitUntil: WaitUntil): Promise<KeySet | null>;
}

/** The keys of the settings: always there, never renewed. */
export function fixedKeySource(keys: KeySet): KeySource {
  return { current: async () => ok(keys), newerThan: async () => null };
}

/** What a remote source reaches the world with: `clock` in milliseconds since the epoch. */
interface KeySetAccess {
  readonly fetcher: Fetcher;
  readonly clock: () => number;
  readonly timeoutMs?: number;
}

/**
 * A fetch under way. `landed` resolves, never rejects, once its outcome is recorded. The flight belongs to the request
 * that started it, and dies with it: when the runtime drops that request's I/O, `landed` never resolves.
 */
interface Flight {
  readonly landed: Promise<void>;
  readonly startedAtMs: number;
}

const LOST: DownloadFault = { reason: "every request that fetched the key set was torn down" };

/**
 * Waits in this request's own I/O context: whether the flight is dead only a timer of the waiter's own can tell.
 * Answers false for a flight that is overdue.
 */
async function landsInTime(flight: Flight, waitMs: number): Promise<boolean> {
  const { promise: overdue, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), waitMs);
  try {
    return await Promise.race([flight.landed.then(() => true), overdue]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The issuer's key set, fetched once for all concurrent requests of an isolate (docs/api.md#tokens). A request may await
 * another's promise, but not touch its I/O: so the flight is shared, it lands as plain data and keys (a `Response`
 * cannot cross requests), and each waiter keeps a timer of its own for a flight that never lands.
 */
export class RemoteKeySource implements KeySource {
  readonly #url: string;
  readonly #access: Required<KeySetAccess>;
  #keys: KeySet | null = null;
  #history: KeySetHistory = { loadedAtMs: null, lastAttempt: null };
  #fault: DownloadFault = { reason: "the key set was not fetched yet" };
  #flight: Flight | null = null;
  #unknownKeyBudget: UnknownKeyBudget = FULL_BUDGET;

  constructor(url: string, access: KeySetAccess) {
    this.#url = url;
    this.#access = { timeoutMs: FETCH_TIMEOUT_MS, ...access };
  }

  async current(waitUntil: WaitUntil): Promise<Result<KeySet, KeysUnavailable>> {
    this.#giveUpOverdue();
    const plan = planForRequest(this.#history, this.#access.clock());
    if (plan === "renew_aside") this.#joinOrStart(waitUntil);
    if (plan === "renew_first") await this.#renew(waitUntil);
    if (this.#keys === null || !isUsable(this.#history, this.#access.clock())) {
      return err({ kind: "keys_unavailable", reason: this.#fault.reason });
    }
    return ok(this.#keys);
  }

  async newerThan(tried: KeySet, waitUntil: WaitUntil): Promise<KeySet | null> {
    this.#giveUpOverdue();
    if (this.#keys === tried && (this.#flight !== null || this.#spend())) await this.#renew(waitUntil);
    return this.#keys === tried ? null : this.#keys;
  }

  /** Joining a flight is free; starting one for an unknown `kid` is not. */
  #spend(): boolean {
    const budget = spendOnUnknownKey(this.#unknownKeyBudget, this.#access.clock());
    if (budget !== null) this.#unknownKeyBudget = budget;
    return budget !== null;
  }

  /**
   * Waits for the shared flight. The first waiter to find it overdue drops it and flies again, once; the others join
   * that flight, or find that it has landed already.
   */
  async #renew(waitUntil: WaitUntil): Promise<void> {
    for (const isLastTry of [false, true]) {
      const flight = this.#joinOrStart(waitUntil);
      // Never longer than a flight may take, even if the clock was set back.
      const leftMs = Math.min(this.#overdueInMs(flight), this.#flightMs);
      if (await landsInTime(flight, leftMs)) return;
      if (this.#flight === null) return;
      if (this.#flight !== flight) continue;
      this.#flight = null;
      if (isLastTry) this.#record(err(LOST), flight.startedAtMs);
    }
  }

  #joinOrStart(waitUntil: WaitUntil): Flight {
    if (this.#flight !== null) return this.#flight;
    const { promise: landed, resolve: land } = Promise.withResolvers<void>();
    const flight: Flight = { landed, startedAtMs: this.#access.clock() };
    this.#flight = flight;
    const fly = async (): Promise<void> => {
      const outcome = await downloadKeySet(this.#url, this.#access.fetcher, this.#access.timeoutMs);
      // A flight given up for lost may come home after its successor: the successor's news is the newer one.
      if (this.#flight === flight) this.#record(outcome, this.#access.clock());
      land();
    };
    waitUntil(fly());
    return flight;
  }

  get #flightMs(): number {
    return this.#access.timeoutMs + OWNER_GRACE_MS;
  }

  #overdueInMs(flight: Flight): number {
    return flight.startedAtMs + this.#flightMs - this.#access.clock();
  }

  /**
   * A dead flight that no request waits for (a renewal aside, a single caller who hung up) would bar every later one. It
   * counts as an attempt from its start, so that hanging up does not get a caller around the cooldown.
   */
  #giveUpOverdue(): void {
    const flight = this.#flight;
    if (flight !== null && this.#overdueInMs(flight) <= 0) this.#record(err(LOST), flight.startedAtMs);
  }

  #record(outcome: Result<KeySet, DownloadFault>, endedAtMs: number): void {
    this.#flight = null;
    if (outcome.ok) {
      this.#keys = outcome.value;
      this.#history = { loadedAtMs: endedAtMs, lastAttempt: { endedAtMs, succeeded: true } };
      return;
    }
    this.#fault = outcome.error;
    this.#history = { ...this.#history, lastAttempt: { endedAtMs, succeeded: false } };
  }
}
