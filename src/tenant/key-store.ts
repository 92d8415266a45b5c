import { LRUCache } from "lru-cache";
import { type Head, NO_HEAD, type SeenEvent } from "../domain/core/event.ts";

/**
 * The version of what the store writes. What a newer version wrote is not read: D1 knows it. Version 0 had no member for
 * it (docs/operate.md#order-of-deployments).
 */
const STORED_VERSION = 1;

/** What the store knows of the tenant's log. */
interface Log {
  readonly version: number;
  readonly head: Head;
  readonly heardAt: number;
  readonly bookmark: string | null;
}

const NO_LOG: Log = { version: STORED_VERSION, head: NO_HEAD, heardAt: 0, bookmark: null };

/** What was stored as JSON; null where there is nothing, or only a newer version knows what it means. */
function readStored<T extends object>(text: string | null | undefined): T | null {
  if (text === null || text === undefined) return null;
  const stored: T & { readonly version?: number } = JSON.parse(text);
  return (stored.version ?? 0) > STORED_VERSION ? null : stored;
}

/** Events that the store holds at most before it has written them; the oldest is dropped, and D1 still knows it. */
const UNSAVED_MAX = 5_000;

/** In the place of an event's id: the key belongs to a request that is no event. */
export const NO_EVENT = "";

/**
 * The gate's own memory of idempotency keys, so that a replay needs no D1. It is saved to the object's SQLite a moment
 * after the answer, because a write to it would hold the answer back until it is durable. It may therefore lag behind
 * D1 after a crash; D1's unique key is the second barrier. All calls are synchronous, so a call and the step after it are
 * atomic.
 */
export class KeyStore {
  readonly #storage: DurableObjectStorage;
  readonly #unsaved = new LRUCache<string, SeenEvent>({ maxSize: UNSAVED_MAX, sizeCalculation: () => 1 });
  #head: Head;
  #heardAt: number;
  #bookmark: string | null;
  #isFollowed: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, event TEXT NOT NULL) STRICT, WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
    );
    const log = readStored<Log>(this.#fact("log")) ?? NO_LOG;
    this.#head = log.head;
    this.#heardAt = log.heardAt;
    this.#bookmark = log.bookmark;
    this.#isFollowed = this.#fact("followed") === "true";
  }

  find(key: string): SeenEvent | null {
    const unsaved = this.#unsaved.get(key);
    if (unsaved) return unsaved;
    const rows = this.#storage.sql
      .exec<{ event: string }>("SELECT event FROM keys WHERE key = ?", key)
      .toArray();
    return readStored(rows[0]?.event);
  }

  /** Those of the keys that are used, in one query. */
  findAll(keys: readonly string[]): ReadonlyMap<string, SeenEvent> {
    const found = new Map<string, SeenEvent>();
    const rows = this.#storage.sql.exec<{ key: string; event: string }>(
      "SELECT key, event FROM keys WHERE key IN (SELECT value FROM json_each(?))",
      JSON.stringify(keys),
    );
    for (const { key, event } of rows) {
      const seen = readStored<SeenEvent>(event);
      if (seen) found.set(key, seen);
    }
    for (const key of keys) {
      const unsaved = this.#unsaved.get(key);
      if (unsaved) found.set(key, unsaved);
    }
    return found;
  }

  /** Keeps a key for a request that is no event; D1 does not know it. False when another request holds the key. */
  reserve(key: string, fingerprint: string): boolean {
    const used = this.find(key);
    if (used) return used.event_id === NO_EVENT && used.fingerprint === fingerprint;
    const event: SeenEvent & Pick<Log, "version"> = {
      version: STORED_VERSION,
      idempotency_key: key,
      fingerprint,
      event_id: NO_EVENT,
      sequence: 0,
      category: "",
      step: "",
      record_id: "",
      answer: null,
    };
    this.#storage.sql.exec("INSERT OR REPLACE INTO keys VALUES (?, ?)", key, JSON.stringify(event));
    return true;
  }

  remember(used: readonly SeenEvent[]): void {
    for (const event of used) {
      const { idempotency_key, fingerprint, event_id, sequence, category, step, record_id, answer } = event;
      const seen = { idempotency_key, fingerprint, event_id, sequence, category, step, record_id, answer };
      this.#unsaved.set(idempotency_key, seen);
    }
  }

  /** The last event of the tenant's log that this gate knows of. */
  get head(): Head {
    return this.#head;
  }

  /** When D1 last said where the log ends, in milliseconds since 1970; 0 for never. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Takes note of where D1 says that the log ends. */
  hear({ sequence, event_id, created_at }: Head, now: number): void {
    this.#head = { sequence, event_id, created_at };
    this.#heardAt = now;
  }

  /** The D1 bookmark of the tenant's last commit: a read that carries it sees every event before it. */
  get bookmark(): string | null {
    return this.#bookmark;
  }

  set bookmark(bookmark: string | null) {
    this.#bookmark = bookmark;
  }

  /** Writes what is not written yet, together. What the storage refuses is forgotten here; D1 knows it. */
  save(): void {
    const events = [...this.#unsaved.values()].map((seen) => ({ version: STORED_VERSION, ...seen }));
    this.#unsaved.clear();
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec(
        `INSERT OR REPLACE INTO keys (key, event) SELECT value ->> 'idempotency_key', value FROM json_each(?)`,
        JSON.stringify(events),
      );
      const log: Log = {
        version: STORED_VERSION,
        head: this.#head,
        heardAt: this.#heardAt,
        bookmark: this.#bookmark,
      };
      // One row: each row that is written is billed.
      this.#setFact("log", JSON.stringify(log));
    });
  }

  /** Forgets every key of an event: D1 was restored to an earlier time. Reserved keys are only here. */
  forget(): void {
    this.#unsaved.clear();
    this.#bookmark = null;
    this.#head = NO_HEAD;
    this.#heardAt = 0;
    this.#storage.sql.exec("DELETE FROM keys WHERE event ->> 'event_id' <> ?", NO_EVENT);
    this.#storage.sql.exec("DELETE FROM facts WHERE name = 'log'");
  }

  /** Whether the tenant has webhook endpoints, which follow every event. */
  get isFollowed(): boolean {
    return this.#isFollowed;
  }

  set isFollowed(followed: boolean) {
    this.#isFollowed = followed;
    this.#setFact("followed", String(followed));
  }

  /** The tenant's name, which an alarm does not carry. */
  tenant(): string | null {
    return this.#fact("tenant");
  }

  setTenant(value: string): void {
    this.#setFact("tenant", value);
  }

  #fact(name: string): string | null {
    const rows = this.#storage.sql
      .exec<{ value: string }>("SELECT value FROM facts WHERE name = ?", name)
      .toArray();
    return rows[0]?.value ?? null;
  }

  #setFact(name: string, value: string): void {
    this.#storage.sql.exec("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value);
  }
}
