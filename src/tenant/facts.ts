/**
 * The version of what a gate stores. What a newer version wrote is not read: D1 knows it. Version 0 had no member for it
 * (docs/operate.md#order-of-deployments).
 */
export const STORED_VERSION = 1;

/** What was stored as JSON; null where there is nothing, or only a newer version knows what it means. */
export function readStored<T extends object>(text: string | null | undefined): T | null {
  if (text === null || text === undefined) return null;
  const stored: T & { readonly version?: number } = JSON.parse(text);
  return (stored.version ?? 0) > STORED_VERSION ? null : stored;
}

/** Single facts in a gate's own storage, by their names. Calls are synchronous. */
export class Facts {
  readonly #sql: SqlStorage;

  constructor({ sql }: DurableObjectStorage) {
    this.#sql = sql;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    );
  }

  get(name: string): string | null {
    const rows = this.#sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = ?", name).toArray();
    return rows[0]?.value ?? null;
  }

  set(name: string, value: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value);
  }
}
