import type { BatchItem } from "drizzle-orm/batch";
import type { Database } from "./session.ts";

type Query = BatchItem<"sqlite"> & PromiseLike<readonly unknown[]>;

/**
 * Queries that go to D1 in one round trip. D1 is single-threaded, so a query that can find nothing is not sent. Each is
 * read through what `add` returned, once `run` has resolved.
 */
export class ReadBatch {
  readonly #queries: Query[] = [];
  #results: readonly unknown[] = [];

  /** `needed` false: the query is neither built nor sent, and the rows are none. */
  add<Q extends Query>(build: () => Q, needed = true): () => Awaited<Q> | readonly [] {
    if (!needed) return () => [];
    const index = this.#queries.push(build()) - 1;
    return () => this.#results[index] as Awaited<Q>;
  }

  async run(db: Database): Promise<void> {
    const [first, ...rest] = this.#queries;
    if (first) this.#results = await db.batch([first, ...rest]);
  }
}
