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

function storedText(seen: Omit<SeenEvent, "key_hash">): string {
  const { fingerprint, event_id, sequence, category, step, record_id, answer, hash } = seen;
  const event = { fingerprint, event_id, sequence, category, step, record_id, answer, hash };
  return JSON.stringify({ version: STORED_VERSION, ...event } satisfies StoredEvent);
}

/** An event that is not written yet. */
interface Unsaved {
  readonly key: string;
  readonly sequence: number;
  readonly text: string;
}

/** Events that the store holds in memory at most, and before it has written them. D1 knows the others. */
const KNOWN_MAX = 5_000;

/** How many sequences' events share one row of the store: each row that is written is billed. */
const BLOCK_SEQUENCES = 64;
/** How many rows of the store hold the last events of the log. */
const BLOCKS_MAX = 32;
/** D1 alone knows an event whose answer is longer: a row has at most 2 MB. */
const STORED_TEXT_MAX = 16_000;
/** The keys of a block, which it holds one after another. */
const keysIn = (text: string): readonly string[] => text.match(/.{64}/g) ?? [];

interface Block {
  readonly number: number;
  readonly keys: readonly string[];
  readonly events: string[];
}

/** In the place of an event's id: the key belongs to a request that is no event. */
export const NO_EVENT = "";

/** What a key store needs besides its storage. */
interface KeyContext {
  readonly facts: Facts;
  /** True for the sequence of an event that a restore of D1 took from the log: its key counts as unknown. */
  readonly isLost: (sequence: number) => boolean;
}

/**
 * The gate's own memory of the idempotency keys of the last events, so that a retry needs no D1. It is saved to the
 * object's SQLite a moment after the answer, because a write to it would hold the answer back until it is durable, and by
 * blocks of sequences, because keys are hashes, and each would change a page of its own. D1's unique key is the second
 * barrier: it knows what this memory has lost in a crash, and what is too old for it. Keys of requests that are no events
 * are only here. All calls are synchronous, so a call and the step after it are atomic.
 */
export class KeyStore {
  readonly #storage: DurableObjectStorage;
  readonly #context: KeyContext;
  /** Events by their keys, each as the text that is stored: one object for the garbage collector instead of ten. */
  readonly #known = new LRUCache<string, string>({ maxSize: KNOWN_MAX, sizeCalculation: () => 1 });
  #unsaved: Unsaved[] = [];
  /** The keys that an earlier life of the object has left, each with the number of its block. */
  #left: ReadonlyMap<string, number> | null = null;
  /** Whether the table of single keys has any: those of requests that are no events. */
  #hasReserved: boolean;
  #isFollowed: boolean;
  /** How often fingerprints were forgotten. */
  forgettings = 0;

  constructor(storage: DurableObjectStorage, context: KeyContext) {
    this.#storage = storage;
    this.#context = context;
    storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS keys (key BLOB PRIMARY KEY, event TEXT NOT NULL) STRICT, WITHOUT ROWID;
       CREATE TABLE IF NOT EXISTS key_blocks (
         block INTEGER PRIMARY KEY, keys TEXT NOT NULL, events TEXT NOT NULL) STRICT;`,
    );
    this.#hasReserved = storage.sql.exec("SELECT 1 FROM keys LIMIT 1").toArray().length > 0;
    this.#isFollowed = context.facts.get("followed") === "true";
  }

  /** The event of a key, which is given as its hash, as everywhere here. */
  find(key: string): SeenEvent | null {
    const seen = seenOf(key, this.#known.get(key) ?? this.#findLeft(key) ?? this.#findReserved(key));
    // Nothing is deleted after a restore: D1 may be restored again, to a time when it had the event.
    return seen && this.#context.isLost(seen.sequence) ? null : seen;
  }

  /** Those of the keys that are used. */
  findAll(keys: readonly string[]): ReadonlyMap<string, SeenEvent> {
    const found = new Map<string, SeenEvent>();
    for (const key of keys) {
      const seen = this.find(key);
      if (seen) found.set(key, seen);
    }
    return found;
  }

  #findLeft(key: string): string | undefined {
    this.#left ??= this.#readLeft();
    const number = this.#left.get(key);
    if (number === undefined) return undefined;
    const [block] = this.#readBlocks("WHERE block = ?", number);
    const text = block?.events[block.keys.lastIndexOf(key)];
    if (text !== undefined) this.#known.set(key, text);
    return text;
  }

  #readLeft(): ReadonlyMap<string, number> {
    const left = new Map<string, number>();
    const rows = this.#storage.sql.exec<{ block: number; keys: string }>(
      "SELECT block, keys FROM key_blocks",
    );
    for (const { block, keys } of rows) for (const key of keysIn(keys)) left.set(key, block);
    return left;
  }

  /** Blocks with their keys, and their events in the order of the keys. */
  *#readBlocks(where: string, ...values: readonly number[]): Generator<Block> {
    const rows = this.#storage.sql.exec<{ block: number; keys: string; events: string }>(
      `SELECT block, keys, events FROM key_blocks ${where}`,
      ...values,
    );
    for (const { block, keys, events } of rows) {
      yield { number: block, keys: keysIn(keys), events: events.split("\n") };
    }
  }

  #findReserved(key: string): string | undefined {
    if (!this.#hasReserved) return undefined;
    const [row] = this.#storage.sql
      .exec<{ event: string }>("SELECT event FROM keys WHERE key = unhex(?)", key)
      .toArray();
    return row?.event;
  }

  /** Keeps a key for a request that is no event; D1 does not know it. False when another request holds the key. */
  reserve(key: string, fingerprint: string): boolean {
    const used = this.find(key);
    if (used) return used.event_id === NO_EVENT && used.fingerprint === fingerprint;
    const none = { sequence: 0, category: "", step: "", record_id: "", answer: null, hash: "" };
    const event = storedText({ fingerprint, event_id: NO_EVENT, ...none });
    this.#storage.sql.exec("INSERT OR REPLACE INTO keys VALUES (unhex(?), ?)", key, event);
    this.#hasReserved = true;
    return true;
  }

  remember(used: readonly SeenEvent[]): void {
    for (const event of used) {
      const { key_hash: key, sequence } = event;
      const text = storedText(event);
      if (this.#known.get(key) !== text) this.#unsaved.push({ key, sequence, text });
      this.#known.set(key, text);
    }
    if (this.#unsaved.length > KNOWN_MAX) this.#unsaved = this.#unsaved.slice(-KNOWN_MAX);
  }

  /** Forgets what the requests of some keys were, of a person who is erased: from now on the key alone is the request. */
  forgetFingerprints(keys: readonly string[]): void {
    this.forgettings += 1;
    const gone = new Set(keys);
    const forgotten = (key: string, text: string | undefined): string | null => {
      const seen = gone.has(key) ? seenOf(key, text) : null;
      return seen && storedText({ ...seen, fingerprint: null });
    };
    for (const key of keys) {
      const text = forgotten(key, this.#known.get(key));
      if (text !== null) this.#known.set(key, text);
    }
    this.#unsaved = this.#unsaved.map((one) => ({ ...one, text: forgotten(one.key, one.text) ?? one.text }));
    for (const { number, keys: own, events } of [...this.#readBlocks("")]) {
      let isChanged = false;
      for (const [index, key] of own.entries()) {
        const text = forgotten(key, events[index]);
        if (text === null) continue;
        events[index] = text;
        isChanged = true;
      }
      const update = "UPDATE key_blocks SET events = ? WHERE block = ?";
      if (isChanged) this.#storage.sql.exec(update, events.join("\n"), number);
    }
    if (!this.#hasReserved) return;
    // The version before kept the keys of events here too.
    this.#storage.sql.exec(
      `UPDATE keys SET event = json_set(event, '$.fingerprint', NULL)
      WHERE key IN (SELECT unhex(value) FROM json_each(?))`,
      JSON.stringify(keys),
    );
  }

  /** Writes what is not written yet. What the storage refuses is not written again; D1 knows it. */
  save(): void {
    const unsaved = this.#unsaved;
    if (unsaved.length === 0) return;
    this.#unsaved = [];
    const blocks = new Map<number, { keys: string; events: string }>();
    for (const { key, sequence, text } of unsaved) {
      if (text.length > STORED_TEXT_MAX) continue;
      const number = Math.floor(sequence / BLOCK_SEQUENCES);
      const block = blocks.get(number) ?? { keys: "", events: "" };
      block.keys += key;
      block.events += `${text}\n`;
      blocks.set(number, block);
    }
    if (blocks.size === 0) return;
    const last = Math.max(...blocks.keys());
    for (const [number, { keys, events }] of blocks) {
      this.#storage.sql.exec(
        `INSERT INTO key_blocks VALUES (?, ?, ?)
        ON CONFLICT (block) DO UPDATE SET keys = keys || excluded.keys, events = events || excluded.events`,
        number,
        keys,
        events,
      );
    }
    this.#storage.sql.exec("DELETE FROM key_blocks WHERE block <= ?", last - BLOCKS_MAX);
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
