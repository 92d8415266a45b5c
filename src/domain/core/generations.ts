/**
 * A map of bounded size that drops what was neither set nor read for long. It keeps two generations: what is set or read
 * joins the young one; when that would have more than half of the bound, it becomes the old one, and what the old one held
 * is dropped. So nothing is ever searched for a place to be freed (docs/decisions/bounded-maps.md).
 */
export class Generations<V extends object | string> {
  readonly #halfMax: number;
  readonly #sizeOf: (value: V) => number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #size = 0;

  constructor(max: number, sizeOf: (value: V) => number = () => 1) {
    this.#halfMax = max / 2;
    this.#sizeOf = sizeOf;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  /** What alone takes more than half of the bound is not kept. */
  set(key: string, value: V): void {
    this.delete(key);
    const size = this.#sizeOf(value);
    if (size > this.#halfMax) return;
    if (this.#size + size > this.#halfMax) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    this.#young.set(key, value);
    this.#size += size;
  }

  delete(key: string): void {
    const young = this.#young.get(key);
    if (young !== undefined) this.#size -= this.#sizeOf(young);
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#size = 0;
  }
}
