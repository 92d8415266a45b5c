import { setTimeout as pause } from "node:timers/promises";

const REQUEST_DEADLINE_MS = 40_000;
const RETRY_PAUSE_MS = 100;
const WAIT_S = 10;

interface FeedPage {
  readonly data: readonly { readonly sequence: number; readonly key_hash: string }[];
  readonly pagination: { readonly next_cursor: string };
}

/** A consumer of the feed: it keeps one cursor, waits for more, and asks again where the service was killed. */
export class Follower {
  /** Every event in the order in which it was read. */
  readonly seen: { readonly sequence: number; readonly key_hash: string }[] = [];
  /** Answers that had waited for their event. */
  woken = 0;
  /** Requests that a kill interrupted. */
  cut = 0;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  #cursor: string | null = null;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#headers = { Authorization: `Bearer ${token}`, Prefer: `wait=${WAIT_S}` };
  }

  /** Follows until so many events are read, or until `over`. */
  async follow(count: number, over: AbortSignal): Promise<void> {
    while (this.seen.length < count && !over.aborted) {
      const start = Date.now();
      const page = await this.#next();
      if (page === null) {
        this.cut += 1;
        await pause(RETRY_PAUSE_MS);
        continue;
      }
      if (page.data.length > 0 && Date.now() - start > RETRY_PAUSE_MS) this.woken += 1;
      this.seen.push(...page.data.map(({ sequence, key_hash }) => ({ sequence, key_hash })));
      this.#cursor = page.pagination.next_cursor;
    }
  }

  async #next(): Promise<FeedPage | null> {
    const query = new URLSearchParams({ sort_order: "asc", limit: "20" });
    if (this.#cursor !== null) query.set("cursor", this.#cursor);
    try {
      const signal = AbortSignal.timeout(REQUEST_DEADLINE_MS);
      const headers = this.#headers;
      const response = await fetch(`${this.#url}/api/tables/events?${query}`, { headers, signal });
      // The development server answers for a worker that is gone or not there yet.
      if (!response.ok) return null;
      return (await response.json()) as FeedPage;
    } catch {
      // Killed before it answered, or in the middle of its answer.
      return null;
    }
  }
}
