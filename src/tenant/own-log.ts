import type { Switched } from "../domain/bookkeeping/switch.ts";
import { type Head, type LogPlace, NO_HEAD } from "../domain/core/event.ts";
import { type Facts, readStored, STORED_VERSION } from "./facts.ts";

/** What the gate knows of the log, as it is stored: one row, because each row that is written is billed. */
interface StoredLog {
  readonly version: number;
  readonly head: Head;
  readonly heardAt: number;
  readonly bookmark: string | null;
  /** The event of a restore that may be in the log. */
  readonly restoring?: LogPlace | null;
}

/** Sequences from the first to the last. */
type Stretch = readonly [first: number, last: number];

/** How many sequences are reserved at once. */
const RESERVED = 1_000;

/**
 * What a gate knows for sure of its tenant's log, in memory and in the object's storage, which a restore of D1 does not
 * touch (docs/operate.md#after-a-restore).
 */
export class OwnLog {
  readonly #facts: Facts;
  readonly #storage: DurableObjectStorage;
  #head: Head;
  #heardAt: number;
  #restoring: LogPlace | null;
  /** The sequence mark: no higher sequence was ever sent to D1. */
  #mark: number;
  /** Sequences of events that restores took from the log. */
  #lost: readonly Stretch[];
  /** The D1 bookmark of the tenant's last commit: a read that carries it sees every event before it. */
  bookmark: string | null;

  constructor(facts: Facts, storage: DurableObjectStorage) {
    this.#facts = facts;
    this.#storage = storage;
    const log = readStored<StoredLog>(facts.get("log"));
    this.#head = log?.head ?? NO_HEAD;
    this.#heardAt = log?.heardAt ?? 0;
    this.bookmark = log?.bookmark ?? null;
    this.#restoring = log?.restoring ?? null;
    this.#mark = Number(facts.get("mark") ?? 0);
    this.#lost = JSON.parse(facts.get("lost") ?? "[]");
  }

  /** The last event of the log that this gate knows of. */
  get head(): Head {
    return this.#head;
  }

  /** When D1 last said where the log ends, in milliseconds since 1970; 0 for never. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /**
   * Events that this gate has seen in the log, or may have written last. If none of them is there, D1 was restored to an
   * earlier time.
   */
  get trusted(): readonly LogPlace[] {
    const known = [this.#head, ...(this.#restoring ? [this.#restoring] : [])];
    return known.filter(({ sequence }) => sequence > 0);
  }

  /** True while it is not known whether the event of a restore is in the log. */
  get isRestoring(): boolean {
    return this.#restoring !== null;
  }

  /** A sequence that no event ever had, of a log that ends with `last` by now. */
  unusedAfter(last: number): number {
    return Math.max(this.#mark, this.#head.sequence, last) + 1;
  }

  /** The tenant's last switch of bookkeeping; null before the first. */
  get switched(): Switched | null {
    const stored = readStored<{ readonly switched: Switched }>(this.#facts.get("switched"))?.switched;
    return stored ? { ...stored, settle_bank: stored.settle_bank ?? null } : null;
  }

  set switched(switched: Switched) {
    this.#facts.set("switched", JSON.stringify({ version: STORED_VERSION, switched }));
  }

  /** True for the sequence of an event that a restore took from the log. */
  isLost(sequence: number): boolean {
    return this.#lost.some(([first, last]) => first <= sequence && sequence <= last);
  }

  /** Takes note of where D1 says that the log ends. */
  hear({ sequence, event_id, created_at, hash }: Head, now: number): void {
    this.#head = { sequence, event_id, created_at, hash };
    this.#heardAt = now;
    this.#restoring = null;
  }

  /** D1 has not answered: what this gate knows is all there is. */
  hearNothing(now: number): void {
    this.#heardAt = now;
  }

  /** Keeps, before anything is sent to D1, that sequences up to this one may be used from now on. */
  async reserve(upto: number): Promise<void> {
    if (upto <= this.#mark) return;
    this.#raise(upto);
    await this.#storage.sync();
  }

  /**
   * Keeps, before it is sent to D1, that the log continues with an event that names lost sequences. `upto` is the last
   * sequence that is sent with it.
   */
  async beginRestore(event: LogPlace, lost: Stretch, upto: number): Promise<void> {
    this.#restoring = { sequence: event.sequence, event_id: event.event_id };
    this.#lost = [...this.#lost, lost];
    this.bookmark = null;
    this.#storage.transactionSync(() => {
      this.#facts.set("lost", JSON.stringify(this.#lost));
      this.#raise(upto);
      this.save();
    });
    await this.#storage.sync();
  }

  /** Stores what was heard. */
  save(): void {
    const log: StoredLog = {
      version: STORED_VERSION,
      head: this.#head,
      heardAt: this.#heardAt,
      bookmark: this.bookmark,
      restoring: this.#restoring,
    };
    this.#facts.set("log", JSON.stringify(log));
  }

  #raise(upto: number): void {
    this.#mark = upto + RESERVED - 1;
    this.#facts.set("mark", String(this.#mark));
  }
}
