import { byText } from "./order.ts";

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
  #seen: number;

  constructor(descending: boolean, max: number, saved: readonly Ranked[] = [], seen = saved.length) {
    this.#descending = descending;
    this.#max = max;
    this.#saved = new Set(saved);
    this.#entries = [...saved];
    this.#seen = seen;
  }

  add(key: bigint, id: string): void {
    this.#seen += 1;
    this.#entries.push({ key, id });
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
    this.#entries = this.#entries.sort((a, b) => this.#compare(a, b)).slice(0, this.#max);
  }

  #compare(a: Ranked, b: Ranked): number {
    const [low, high] = this.#descending ? [b, a] : [a, b];
    return Number(low.key > high.key) - Number(low.key < high.key) || byText(a.id, b.id);
  }
}
