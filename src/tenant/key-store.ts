import type { Answer } from "./submission.ts";

/** An idempotency key that an accepted event has used up. */
export interface UsedKey {
  readonly key: string;
  readonly fingerprint: string;
  readonly answer: Answer;
}

/**
 * The gate's own memory of idempotency keys, in the object's SQLite: a replay needs no D1. All calls are synchronous,
 * so a look and the step after it are atomic. It may lag behind D1 after a crash; D1's unique key is the second barrier.
 */
export class KeyStore {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS keys (
         key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, answer TEXT NOT NULL
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
    );
  }

  find(key: string): UsedKey | null {
    const [row] = this.#sql
      .exec<{ fingerprint: string; answer: string }>(
        "SELECT fingerprint, answer FROM keys WHERE key = ?",
        key,
      )
      .toArray();
    return row ? { key, fingerprint: row.fingerprint, answer: JSON.parse(row.answer) } : null;
  }

  remember(used: readonly UsedKey[]): void {
    for (const { key, fingerprint, answer } of used) {
      const text = JSON.stringify(answer);
      this.#sql.exec("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", key, fingerprint, text);
    }
  }

  /** The D1 bookmark of the tenant's last commit: a read that carries it sees every event before it. */
  bookmark(): string | null {
    return this.#fact("bookmark");
  }

  setBookmark(value: string): void {
    this.#setFact("bookmark", value);
  }

  /** The tenant's name, which an alarm is not told. */
  tenant(): string | null {
    return this.#fact("tenant");
  }

  setTenant(value: string): void {
    this.#setFact("tenant", value);
  }

  #fact(name: string): string | null {
    const rows = this.#sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = ?", name).toArray();
    return rows[0]?.value ?? null;
  }

  #setFact(name: string, value: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value);
  }
}
