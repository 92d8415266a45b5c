/** Why a request in a line was not run. `full`: too many wait; `late`: it waited longer than its caller does. */
type NotRun = "full" | "late";

interface LineBounds {
  /** The most requests that wait or run. */
  readonly length: number;
  /** The longest wait after which a request is still run, in milliseconds. */
  readonly waitMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Runs requests one after another. */
export class Line {
  readonly #bounds: LineBounds;
  #last: Promise<unknown> = Promise.resolve();
  #length = 0;

  constructor(bounds: LineBounds) {
    this.#bounds = bounds;
  }

  /** Rejects when `work` does; the next request runs all the same. */
  async run<T>(work: () => Promise<T>): Promise<T | NotRun> {
    const { length, waitMs, now } = this.#bounds;
    if (this.#length >= length) return "full";
    this.#length += 1;
    const came = now();
    const done = this.#last.then(async (): Promise<T | NotRun> => (now() - came > waitMs ? "late" : work()));
    this.#last = done.catch(() => undefined);
    return done.finally(() => {
      this.#length -= 1;
    });
  }
}
