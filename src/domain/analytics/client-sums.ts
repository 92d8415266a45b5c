import { clientOf, type DisbursementFacts } from "../position/facts.ts";

/** Outstanding principal by client, and the most that one client owes. Sums only grow. */
export class ClientSums {
  readonly #sums: Map<string, bigint>;
  #largest: bigint;

  constructor({ largest, sums }: SavedClientSums = { largest: 0n, sums: [] }) {
    this.#largest = largest;
    this.#sums = new Map(sums.map(([id, amount]) => [id, BigInt(amount)]));
  }

  /** A purchase with several clients or none is a client of its own. Returns how many clients more are known now. */
  add(disbursement: DisbursementFacts, outstanding: bigint): 0 | 1 {
    if (outstanding === 0n) return 0;
    const client = clientOf(disbursement);
    const before = client === null ? 0n : this.#sums.get(client);
    const now = (before ?? 0n) + outstanding;
    if (client !== null) this.#sums.set(client, now);
    if (now > this.#largest) this.#largest = now;
    return before === undefined ? 1 : 0;
  }

  get largest(): bigint {
    return this.#largest;
  }

  get size(): number {
    return this.#sums.size;
  }

  /** Once all is added, only the largest counts. */
  save(isComplete: boolean): SavedClientSums {
    const sums = isComplete ? [] : [...this.#sums].map(([id, sum]) => [id, String(sum)] as const);
    return { largest: this.#largest, sums };
  }
}

export interface SavedClientSums {
  readonly largest: bigint;
  readonly sums: readonly (readonly [client_id: string, sum: string])[];
}
