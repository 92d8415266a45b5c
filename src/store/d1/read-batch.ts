import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "./session.ts";

type Query = BatchItem<"sqlite"> & PromiseLike<readonly unknown[]>;

/** The rows that each of some queries comes back with. */
export type Rows<Q extends readonly Query[]> = { [K in keyof Q]: Awaited<Q[K]> };

/**
 * Queries that go to D1 in one round trip. D1 is single-threaded, so a query that can find nothing is not sent. Each is
 * read through what `add` returned, once `run` has resolved.
 */
export class ReadBatch {
  readonly #queries: Query[] = [];
  #results: readonly unknown[] = [];

  /** `needed` false: nothing is sent, and the rows are none. */
  add<Q extends Query>(query: Q, needed = true): () => Awaited<Q> | readonly [] {
    if (!needed) return () => [];
    const index = this.#queries.push(query) - 1;
    return () => this.#results[index] as Awaited<Q>;
  }

  addAll<const Q extends readonly Query[]>(queries: Q): () => Rows<Q> {
    const start = this.#queries.push(...queries) - queries.length;
    return () => this.#results.slice(start, start + queries.length) as Rows<Q>;
  }

  async run(db: Database): Promise<void> {
    const [first, ...rest] = this.#queries;
    if (first) this.#results = await db.batch([first, ...rest]);
  }
}
