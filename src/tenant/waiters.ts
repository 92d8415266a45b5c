import { causeOf } from "../domain/core/failure.ts";

/** What a read waits for: an event after `sequence`, or history that has reached it. */
export interface Wait {
  /** Names the wait, so that a caller who hangs up can end it. */
  readonly id: string;
  readonly for: "event" | "history";
  readonly sequence: number;
  /** Milliseconds until the wait ends without an outcome. */
  readonly ms: number;
}

/** How far the log and its history go, in sequences. */
export interface LogProgress {
  readonly head: number;
  readonly history: number;
}

interface Waiter extends Omit<Wait, "ms"> {
  readonly until: number;
  readonly resolve: (happened: boolean) => void;
}

/** Beyond these a read is answered at once with what there is. */
export const WAITERS_MAX = 200;
/** How often D1 is asked for history whose notice may be lost, while a reader waits for it. */
const LOOK_MS = 5_000;

/**
 * Reads that wait for something to happen in the tenant's log. The gate is the log's only writer, so it knows when a
 * read has to wake, and a wait costs no D1 call. It asks D1 in two cases only, while a reader waits: when it does not
 * know how far the log goes, and every 5 s while history is behind.
 */
export class Waiters {
  readonly #look: (tenant: string) => Promise<LogProgress>;
  readonly #waiting = new Map<string, Waiter>();
  /** The last event; null when this gate has not read or written any yet, or does not know what became of a write. */
  #head: number | null = null;
  /** The last event that history waits for: once history has come this far, it is as far as the log. */
  #wanted = 0;
  #history = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking = false;
  #nextLook = 0;
  #tenant = "";

  constructor(look: (tenant: string) => Promise<LogProgress>) {
    this.#look = look;
  }

  /** True when what is waited for in the gate's tenant has happened; false when the time is over, and at once when the room is full. */
  async wait(tenant: string, { id, for: what, sequence, ms }: Wait): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter = { id, for: what, sequence, until: Date.now() + ms, resolve };
    if (this.#hasHappened(waiter)) return true;
    if (this.#waiting.size >= WAITERS_MAX) return false;
    this.#tenant = tenant;
    this.#waiting.set(id, waiter);
    this.#arm();
    return promise;
  }

  /** Ends a wait whose caller has gone. */
  stop(id: string): void {
    this.#waiting.get(id)?.resolve(false);
    this.#waiting.delete(id);
    this.#arm();
  }

  /** The gate knows that the log goes as far as `head`; history waits for the event `wanted` of it, if for any. */
  landed(head: number, wanted: number | null): void {
    // An event before the first one that this gate knows of may still wait for its history.
    if (this.#head === null) this.#wanted = head;
    else if (wanted !== null) this.#wanted = wanted;
    this.#head = head;
    this.#wake();
  }

  /** History has everything up to `sequence`. */
  historyReached(sequence: number): void {
    this.#history = Math.max(this.#history, sequence);
    this.#wake();
  }

  /** The gate does not know any more how far the log goes: a write has an unknown outcome, or D1 was restored. */
  doubt(): void {
    this.#head = null;
    this.#history = 0;
    this.#arm();
  }

  get #reached(): number {
    if (this.#head === null) return 0;
    return this.#history >= this.#wanted ? this.#head : this.#history;
  }

  #hasHappened(waiter: Pick<Waiter, "for" | "sequence">): boolean {
    return (waiter.for === "event" ? (this.#head ?? 0) : this.#reached) >= boundOf(waiter);
  }

  #wake(): void {
    const now = Date.now();
    for (const waiter of this.#waiting.values()) {
      const happened = this.#hasHappened(waiter);
      if (waiter.until > now && !happened) continue;
      this.#waiting.delete(waiter.id);
      waiter.resolve(happened);
    }
    this.#arm();
  }

  /** One timer for all: it rings at the first end of a wait, or for the next look. */
  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#waiting.size === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const { until } of this.#waiting.values()) next = Math.min(next, until);
    if (this.#mustLook() && !this.#looking) next = Math.min(next, this.#nextLook);
    this.#timer = setTimeout(() => void this.#ring(), Math.max(next - Date.now(), 0));
  }

  /** True when D1 may know something that a waiter waits for. */
  #mustLook(): boolean {
    const head = this.#head;
    if (head === null) return true;
    if (this.#reached === head) return false;
    return [...this.#waiting.values()].some(
      ({ for: what, sequence }) => what === "history" && sequence <= head,
    );
  }

  async #ring(): Promise<void> {
    const now = Date.now();
    if (!this.#mustLook() || this.#looking || this.#nextLook > now) return this.#wake();
    this.#looking = true;
    this.#nextLook = now + LOOK_MS;
    this.#wake();
    try {
      this.#seen(await this.#look(this.#tenant));
    } catch (error) {
      const entry = { level: "warn", message: "progress not read", error: causeOf(error) };
      console.warn(JSON.stringify(entry));
    } finally {
      this.#looking = false;
      this.#wake();
    }
  }

  /** What D1 said a moment ago; the gate may have written more meanwhile. */
  #seen({ head, history }: LogProgress): void {
    if (this.#head === null) {
      this.#head = head;
      this.#wanted = head;
    }
    this.#history = Math.max(this.#history, history);
  }
}

/** The sequence that must be reached. */
const boundOf = ({ for: what, sequence }: Pick<Waiter, "for" | "sequence">): number =>
  what === "event" ? sequence + 1 : sequence;
