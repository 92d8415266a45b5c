import type { EndpointRow } from "../store/webhooks/mirror.ts";
import { type Endpoint, mirrorOf } from "./endpoint.ts";

/** The answer that is stored with an idempotency key, without a secret. */
export interface KeptAnswer {
  readonly fingerprint: string;
  readonly body: string;
}

/** `compare`: whether D1's copy of the endpoints may be of an earlier time. */
type Fact = "tenant" | "followed" | "compare";

/** A sender's storage, in the object's SQLite. Calls are synchronous, so a read and the write after it are atomic. */
export class EndpointStore {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#sql.exec(
      `CREATE TABLE IF NOT EXISTS endpoints (endpoint_id TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS mirrored (endpoint_id TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS keys (
         key BLOB PRIMARY KEY, fingerprint TEXT NOT NULL, body TEXT NOT NULL
       ) STRICT, WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
    );
  }

  /** All endpoints, the oldest first. */
  all(): readonly Endpoint[] {
    const rows = this.#sql.exec<{ state: string }>("SELECT state FROM endpoints").toArray();
    const endpoints: Endpoint[] = rows.map(({ state }) => JSON.parse(state));
    return endpoints.sort((a, b) => a.created_at - b.created_at || (a.endpoint_id < b.endpoint_id ? -1 : 1));
  }

  find(endpoint_id: string): Endpoint | null {
    const query = "SELECT state FROM endpoints WHERE endpoint_id = ?";
    const [row] = this.#sql.exec<{ state: string }>(query, endpoint_id).toArray();
    return row ? JSON.parse(row.state) : null;
  }

  put(endpoint: Endpoint): void {
    const state = JSON.stringify(endpoint);
    this.#sql.exec("INSERT OR REPLACE INTO endpoints VALUES (?, ?)", endpoint.endpoint_id, state);
  }

  remove(endpoint_id: string): void {
    this.#sql.exec("DELETE FROM endpoints WHERE endpoint_id = ?", endpoint_id);
  }

  /** What the operators' rows lack: changed endpoints, and the ids of removed ones. */
  unmirrored(): { readonly changed: readonly Omit<EndpointRow, "updated_at">[]; readonly removed: string[] } {
    const rows = this.#sql.exec<{ endpoint_id: string; state: string }>("SELECT * FROM mirrored").toArray();
    const known = new Map(rows.map(({ endpoint_id, state }) => [endpoint_id, state]));
    const mirrors = this.all().map(mirrorOf);
    const changed = mirrors.filter((row) => known.get(row.endpoint_id) !== JSON.stringify(row));
    const there = new Set(mirrors.map(({ endpoint_id }) => endpoint_id));
    return { changed, removed: [...known.keys()].filter((id) => !there.has(id)) };
  }

  mirrored(changed: readonly Omit<EndpointRow, "updated_at">[], removed: readonly string[]): void {
    for (const row of changed) {
      this.#sql.exec("INSERT OR REPLACE INTO mirrored VALUES (?, ?)", row.endpoint_id, JSON.stringify(row));
    }
    for (const id of removed) this.#sql.exec("DELETE FROM mirrored WHERE endpoint_id = ?", id);
  }

  /** Takes over what the operators' rows are. */
  setMirrored(rows: readonly Omit<EndpointRow, "updated_at">[]): void {
    this.#sql.exec("DELETE FROM mirrored");
    this.mirrored(rows, []);
  }

  answerTo(key: string): KeptAnswer | null {
    const query = "SELECT fingerprint, body FROM keys WHERE key = unhex(?)";
    return this.#sql.exec<{ fingerprint: string; body: string }>(query, key).toArray()[0] ?? null;
  }

  keepAnswer(key: string, { fingerprint, body }: KeptAnswer): void {
    this.#sql.exec("INSERT INTO keys VALUES (unhex(?), ?, ?)", key, fingerprint, body);
  }

  fact(name: Fact): string | null {
    const query = "SELECT value FROM facts WHERE name = ?";
    return this.#sql.exec<{ value: string }>(query, name).toArray()[0]?.value ?? null;
  }

  setFact(name: Fact, value: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value);
  }
}
