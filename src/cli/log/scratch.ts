import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Claim } from "../../domain/log/claims.ts";
import type { EarlierEvents } from "../../domain/log/derived.ts";

const TABLES = `
  PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768;
  CREATE TABLE records (category TEXT NOT NULL, id TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (category, id))
    STRICT, WITHOUT ROWID;
  CREATE TABLE claims (sequence INTEGER NOT NULL, number INTEGER NOT NULL, hash TEXT NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (sequence, number)) STRICT, WITHOUT ROWID;
  BEGIN;`;

/** What a check of a log must find again, in a temporary database, so that its memory does not grow with the log. */
export class Scratch implements EarlierEvents {
  /** A database without a name is SQLite's own temporary file; it ends with the process. */
  readonly #database = new DatabaseSync("");
  readonly #last: StatementSync;
  readonly #keep: StatementSync;
  readonly #claim: StatementSync;
  #claims = 0;

  constructor() {
    this.#database.exec(TABLES);
    this.#last = this.#database.prepare("SELECT sequence FROM records WHERE category = ? AND id = ?");
    this.#keep = this.#database.prepare("INSERT OR REPLACE INTO records VALUES (?, ?, ?)");
    this.#claim = this.#database.prepare("INSERT INTO claims VALUES (?, ?, ?, ?)");
  }

  lastOf(category: string, id: string): number | null {
    const row = this.#last.get(category, id);
    return row === undefined ? null : Number(row.sequence);
  }

  note(category: string, id: string, sequence: number): void {
    this.#keep.run(category, id, sequence);
  }

  addClaim({ sequence, hash, source }: Claim): void {
    this.#claims += 1;
    this.#claim.run(sequence, this.#claims, hash, source);
  }

  /** All claims in the order of their sequences. */
  *claims(): Generator<Claim> {
    const rows = this.#database.prepare(
      "SELECT sequence, hash, source FROM claims ORDER BY sequence, number",
    );
    for (const row of rows.iterate()) {
      yield { sequence: Number(row.sequence), hash: String(row.hash), source: String(row.source) };
    }
  }

  close(): void {
    this.#database.close();
  }
}
