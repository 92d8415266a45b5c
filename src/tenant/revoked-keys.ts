/** D1 can be restored to any minute of the last 30 days; what was revoked before that is revoked there, too. */
const KEPT_MS = 31 * 86_400_000;

/**
 * The API keys that a tenant has revoked, in its gate's own storage, which a restore of D1 does not touch
 * (docs/operate.md#after-a-restore). Calls are synchronous.
 */
export class RevokedKeys {
  readonly #sql: SqlStorage;

  constructor({ sql }: DurableObjectStorage) {
    this.#sql = sql;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS revoked_keys (id TEXT PRIMARY KEY, revoked_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    );
  }

  /** Keeps the ids of keys that are revoked as of `now`, in milliseconds since 1970. */
  keep(ids: readonly string[], now: number): void {
    this.#sql.exec("DELETE FROM revoked_keys WHERE revoked_at < ?", now - KEPT_MS);
    this.#sql.exec(
      "INSERT OR IGNORE INTO revoked_keys (id, revoked_at) SELECT value, ? FROM json_each(?)",
      now,
      JSON.stringify(ids),
    );
  }

  all(): readonly string[] {
    const rows = this.#sql.exec<{ id: string }>("SELECT id FROM revoked_keys").toArray();
    return rows.map(({ id }) => id);
  }
}
