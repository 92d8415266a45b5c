import type { ErasureReason, NewErasure } from "../domain/erasure/erasure.ts";
import type { Facts } from "./facts.ts";

const ERASING = "erasing";

/** A kept erasure as the object's storage has it. */
interface Row extends Readonly<Record<string, SqlStorageValue>> {
  readonly person: string;
  readonly sequence: number;
  readonly reason: string;
  readonly created_at: number;
}

/**
 * The erasures of a tenant's log, in its gate's own storage, which a restore of D1 does not touch: what a restore takes from
 * the log is written anew (docs/operate.md#after-a-restore). Calls are synchronous.
 */
export class KeptErasures {
  readonly #sql: SqlStorage;
  readonly #facts: Facts;
  #isErasing: boolean;

  constructor({ sql }: DurableObjectStorage, facts: Facts) {
    this.#sql = sql;
    this.#facts = facts;
    this.#isErasing = facts.get(ERASING) === "true";
    sql.exec(
      `CREATE TABLE IF NOT EXISTS erasures (sequence INTEGER PRIMARY KEY, person TEXT NOT NULL, reason TEXT NOT NULL,
        created_at INTEGER NOT NULL) STRICT;`,
    );
  }

  /** True while records may still hold what an erasure takes from them. */
  get isErasing(): boolean {
    return this.#isErasing;
  }

  set isErasing(isErasing: boolean) {
    if (this.#isErasing !== isErasing) this.#facts.set(ERASING, String(isErasing));
    this.#isErasing = isErasing;
  }

  /** Keeps erasures that are in the log. */
  keep(some: readonly NewErasure[]): void {
    for (const { sequence, person, reason, created_at } of some) {
      this.isErasing = true;
      this.#sql.exec(
        "INSERT OR REPLACE INTO erasures (sequence, person, reason, created_at) VALUES (?, ?, ?, ?)",
        sequence,
        person,
        reason,
        created_at,
      );
    }
  }

  /** The kept erasures with a higher sequence. */
  above(sequence: number): readonly NewErasure[] {
    const query = "SELECT person, sequence, reason, created_at FROM erasures WHERE sequence > ?";
    return this.#sql
      .exec<Row>(query, sequence)
      .toArray()
      .map(({ reason, ...row }) => ({ ...row, reason: reason as ErasureReason }));
  }
}
