/** One entry of a ranking, ordered by `key`, then by `id`. */
export interface Ranked {
  readonly key: bigint;
  readonly id: string;
}

/** Keeps the first entries of any number of entries, in memory for at most twice as many. */
export class Ranking {
  readonly #descending: boolean;
  readonly #max: number;
  readonly #saved: ReadonlySet<Ranked>;
  #entries: Ranked[];
  /** The last entry that is certainly among the first ones; null while there is room. */
  #last: Ranked | null = null;
  #seen: number;

  constructor(descending: boolean, max: number, saved: readonly Ranked[] = [], seen = saved.length) {
    this.#descending = descending;
    this.#max = max;
    this.#saved = new Set(saved);
    this.#entries = [...saved];
    this.#seen = seen;
    this.#cut();
  }

  add(key: bigint, id: string): void {
    this.#seen += 1;
    const entry = { key, id };
    if (this.#last && this.#compare(entry, this.#last) > 0) return;
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * this.#max) this.#cut();
  }

  /** How many entries were added. */
  get seen(): number {
    return this.#seen;
  }

  /** The first entries, in their order. */
  first(): readonly Ranked[] {
    this.#cut();
    return this.#entries;
  }

  /** Those of the first entries that are not among the saved ones. */
  added(): readonly Ranked[] {
    return this.first().filter((entry) => !this.#saved.has(entry));
  }

  #cut(): void {
    this.#entries.sort((a, b) => this.#compare(a, b));
    if (this.#entries.length > this.#max) this.#entries = this.#entries.slice(0, this.#max);
    this.#last = this.#entries.length === this.#max ? (this.#entries.at(-1) ?? null) : null;
  }

  #compare(a: Ranked, b: Ranked): number {
    if (a.key !== b.key) return a.key < b.key === this.#descending ? 1 : -1;
    return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
  }
}
