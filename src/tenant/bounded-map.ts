const SHARE_REMOVED = 1 / 8;

/** A map of bounded weight: what was neither read nor written for the longest time makes room for what is new. */
export class BoundedMap<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly weight: number }>();
  readonly #weightMax: number;
  readonly #weightOf: (value: V) => number;
  #weight = 0;

  constructor(weightMax: number, weightOf: (value: V) => number) {
    this.#weightMax = weightMax;
    this.#weightOf = weightOf;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    // A Map keeps the order of insertion, so the last one is the most recent.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    this.delete(key);
    const entry = { value, weight: this.#weightOf(value) };
    this.#entries.set(key, entry);
    this.#weight += entry.weight;
    if (this.#weight > this.#weightMax) this.#makeRoom();
  }

  /**
   * Removes the oldest entries, a share of all at once: to find the oldest, a Map passes over the places of those that
   * were removed before.
   */
  #makeRoom(): void {
    const weight = this.#weightMax * (1 - SHARE_REMOVED);
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= weight) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
