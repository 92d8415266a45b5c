const MINUTE_MS = 60_000;

/** Counts what happens within a minute. */
export class MinuteLimit {
  readonly #most: number;
  #times: readonly number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Returns false, and counts nothing, when the minute before `now` (milliseconds) has had its most. */
  take(now: number): boolean {
    const recent = this.#times.filter((at) => at > now - MINUTE_MS);
    this.#times = recent.length < this.#most ? [...recent, now] : recent;
    return recent.length < this.#most;
  }
}
