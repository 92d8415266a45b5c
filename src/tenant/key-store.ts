import { LRUCache } from "lru-cache";
import type { SeenEvent } from "../domain/core/event.ts";
import { type Facts, readStored, STORED_VERSION } from "./facts.ts";

/** An event behind its key. */
type StoredEvent = Omit<SeenEvent, "key_hash"> & { readonly version: number };

function seenOf(key_hash: string, text: string | undefined): SeenEvent | null {
  const stored = readStored<StoredEvent>(text);
  if (stored === null) return null;
  const { version: _, ...event } = stored;
  return { key_hash, ...event };
}

/** Events that the store holds at most before it has written them; the oldest is dropped, and D1 still knows it. */
const UNSAVED_MAX = 5_000;

/** In the place of an event's id: the key belongs to a request that is no event. */
export const NO_EVENT = "";

/** What a key store needs besides its storage. */
interface KeyContext {
  readonly facts: Facts;
  /** True for the sequence of an event that a restore of D1 took from the log: its key counts as unknown. */
  readonly isLost: (sequence: number) => boolean;
}

/**
 * The gate's own memory of idempotency keys, so that a replay needs no D1. It is saved to the object's SQLite a moment
 * after the answer, because a write to it would hold the answer back until it is durable. It may therefore lag behind
 * D1 after a crash; D1's unique key is the second barrier. All calls are synchronous, so a call and the step after it are
 * atomic.
 */
export class KeyStore {
  readonly #storage: DurableObjectStorage;
  readonly #context: KeyContext;
  readonly #unsaved = new LRUCache<string, SeenEvent>({ maxSize: UNSAVED_MAX, sizeCalculation: () => 1 });
  #isFollowed: boolean;
  /** How often fingerprints were forgotten. */
  forgettings = 0;

  constructor(storage: DurableObjectStorage, context: KeyContext) {
    this.#storage = storage;
    this.#context = context;
    storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS keys (key BLOB PRIMARY KEY, event TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    );
    this.#isFollowed = context.facts.get("followed") === "true";
  }

  /** The event of a key, which is given as its hash, as everywhere here. */
  find(key: string): SeenEvent | null {
    const unsaved = this.#unsaved.get(key);
    if (unsaved) return this.#unlessLost(unsaved);
    const rows = this.#storage.sql
      .exec<{ event: string }>("SELECT event FROM keys WHERE key = unhex(?)", key)
      .toArray();
    return this.#unlessLost(seenOf(key, rows[0]?.event));
  }

  /** Those of the keys that are used, in one query. */
  findAll(keys: readonly string[]): ReadonlyMap<string, SeenEvent> {
    const found = new Map<string, SeenEvent>();
    const rows = this.#storage.sql.exec<{ key: string; event: string }>(
      "SELECT lower(hex(key)) AS key, event FROM keys WHERE key IN (SELECT unhex(value) FROM json_each(?))",
      JSON.stringify(keys),
    );
    for (const { key, event } of rows) {
      const seen = this.#unlessLost(seenOf(key, event));
      if (seen) found.set(key, seen);
    }
    for (const key of keys) {
      const unsaved = this.#unlessLost(this.#unsaved.get(key) ?? null);
      if (unsaved) found.set(key, unsaved);
    }
    return found;
  }

  /** Nothing is deleted after a restore: D1 may be restored again, to a time when it had the event. */
  #unlessLost(seen: SeenEvent | null): SeenEvent | null {
    return seen && this.#context.isLost(seen.sequence) ? null : seen;
  }

  /** Keeps a key for a request that is no event; D1 does not know it. False when another request holds the key. */
  reserve(key: string, fingerprint: string): boolean {
    const used = this.find(key);
    if (used) return used.event_id === NO_EVENT && used.fingerprint === fingerprint;
    const event: StoredEvent = {
      version: STORED_VERSION,
      fingerprint,
      event_id: NO_EVENT,
      sequence: 0,
      category: "",
      step: "",
      record_id: "",
      answer: null,
      hash: "",
    };
    this.#storage.sql.exec("INSERT OR REPLACE INTO keys VALUES (unhex(?), ?)", key, JSON.stringify(event));
    return true;
  }

  remember(used: readonly SeenEvent[]): void {
    for (const event of used) {
      const { key_hash, fingerprint, event_id, sequence, category, step, record_id, answer, hash } = event;
      const seen = { key_hash, fingerprint, event_id, sequence, category, step, record_id, answer, hash };
      this.#unsaved.set(key_hash, seen);
    }
  }

  /** Forgets what the requests of some keys were, of a person who is erased: from now on the key alone is the request. */
  forgetFingerprints(keys: readonly string[]): void {
    this.forgettings += 1;
    for (const key of keys) {
      const unsaved = this.#unsaved.get(key);
      if (unsaved) this.#unsaved.set(key, { ...unsaved, fingerprint: null });
    }
    this.#storage.sql.exec(
      `UPDATE keys SET event = json_set(event, '$.fingerprint', NULL)
      WHERE key IN (SELECT unhex(value) FROM json_each(?))`,
      JSON.stringify(keys),
    );
  }

  /** Writes what is not written yet. What the storage refuses is forgotten here; D1 knows it. */
  save(): void {
    const events = [...this.#unsaved.values()].map(({ key_hash, ...seen }) => {
      const event: StoredEvent = { version: STORED_VERSION, ...seen };
      return [key_hash, event];
    });
    this.#unsaved.clear();
    this.#storage.sql.exec(
      `INSERT OR REPLACE INTO keys (key, event) SELECT unhex(value ->> 0), value -> 1 FROM json_each(?)`,
      JSON.stringify(events),
    );
  }

  /** Whether the tenant has webhook endpoints, which follow every event. */
  get isFollowed(): boolean {
    return this.#isFollowed;
  }

  set isFollowed(followed: boolean) {
    this.#isFollowed = followed;
    this.#context.facts.set("followed", String(followed));
  }

  /** The tenant's name, which an alarm does not carry. */
  tenant(): string | null {
    return this.#context.facts.get("tenant");
  }

  setTenant(value: string): void {
    this.#context.facts.set("tenant", value);
  }
}
