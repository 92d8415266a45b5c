import type { Category } from "../../domain/tape/fields.ts";
import type { Checkpoint } from "./checkpoint.ts";

/** What an import knows of the records of its files, in its checkpoint. */
export class Records {
  readonly #checkpoint: Checkpoint;

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
  }

  /** Stores a record's parent, so that its later lines use the lane of its first, and its currency. */
  add(category: Category, id: string, parent: string, currency: string | null): void {
    this.#checkpoint.run(
      "INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?, 0, 0)",
      ...[category, id, parent, currency],
    );
  }

  parentOf(category: Category, id: string): string | null {
    const row = this.#checkpoint
      .prepared("SELECT parent FROM records WHERE category = ? AND id = ?")
      .get(category, id);
    return row ? String(row.parent) : null;
  }

  /** True for a record with a refused create and no accepted one. */
  isRefused(category: Category, id: string): boolean {
    const row = this.#checkpoint
      .prepared(
        "SELECT 1 AS found FROM records WHERE category = ? AND id = ? AND refused = 1 AND accepted = 0",
      )
      .get(category, id);
    return row !== undefined;
  }

  settle(category: Category, id: string, accepted: boolean): void {
    const column = accepted ? "accepted" : "refused";
    this.#checkpoint.run(`UPDATE records SET ${column} = 1 WHERE category = ? AND id = ?`, category, id);
  }

  /** The currency that the record's create names, or that the service named; remembers what is not known. */
  currencyOf(category: Category, id: string): string | null {
    const own = this.#checkpoint
      .prepared("SELECT currency FROM records WHERE category = ? AND id = ?")
      .get(category, id);
    if (own?.currency) return String(own.currency);
    const asked = this.#checkpoint
      .prepared("SELECT currency FROM currencies WHERE category = ? AND id = ?")
      .get(category, id);
    if (asked === undefined) this.#checkpoint.run("INSERT INTO currencies VALUES (?, ?, NULL)", category, id);
    return asked?.currency ? String(asked.currency) : null;
  }

  /** Takes the currencies of creates that the files hold further on. True if any is unknown still. */
  learnFromFiles(): void {
    this.#checkpoint.run(
      `UPDATE currencies SET currency = (SELECT currency FROM records
         WHERE records.category = currencies.category AND records.id = currencies.id) WHERE currency IS NULL`,
    );
  }

  /** The records whose currency is not known, at most `limit` of them after `after`. */
  unknown(after: readonly [string, string], limit: number): readonly (readonly [Category, string])[] {
    return this.#checkpoint
      .prepared(
        `SELECT category, id FROM currencies WHERE currency IS NULL AND (category, id) > (?, ?)
         ORDER BY category, id LIMIT ?`,
      )
      .all(...after, limit)
      .map((row) => [String(row.category) as Category, String(row.id)] as const);
  }

  learn(category: Category, id: string, currency: string): void {
    this.#checkpoint.run(
      "UPDATE currencies SET currency = ? WHERE category = ? AND id = ?",
      ...[currency, category, id],
    );
  }

  /** True when some amount was read without its currency. */
  hasAsked(): boolean {
    return this.#checkpoint.prepared("SELECT 1 AS found FROM currencies LIMIT 1").get() !== undefined;
  }
}
