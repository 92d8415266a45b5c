import { goesAlone } from "../domain/command.ts";
import { utf8Length } from "../domain/core/utf8.ts";
import {
  GROUP_BYTES_MAX,
  GROUP_COMMANDS_MAX,
  type Submission,
  type SubmitReply,
  WAITING_BYTES_MAX,
  WAITING_COMMANDS_MAX,
} from "./submission.ts";

/** A submission that waits for its group. */
export interface Waiting {
  readonly submission: Submission;
  readonly bytes: number;
  readonly since: number;
  readonly settle: (reply: SubmitReply) => void;
}

/** How long a group waits for one more command: as long as the last group took, within these. */
const GATHER_MS = 2;
const GATHER_LONGER_MS = 5;
/** How often it waits while more come. */
const TURNS_MAX = 3;
/** Callers who were answered longer ago are not expected back. */
const RECENT_MS = 100;

/** What an event's data takes in the batch, where it is JSON text within JSON text. */
export const bytesInBatch = ({ data }: Submission): number => utf8Length(JSON.stringify(data));

/** What waits in a gate: the commands of the groups to come, and the callers who wait for another's key. Bounded. */
export class WaitingRoom {
  #queue: Waiting[] = [];
  #awaited: { readonly count: number; readonly resolve: () => void } | null = null;
  #callers = 1;
  #settledAt = 0;
  #pauseMs = GATHER_MS;
  #commands = 0;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /**
   * Takes note of a group that is settled: the number of its commands, and how long it took. Its callers and those who wait
   * by now are all who are known to be busy.
   */
  settled(count: number, ms: number): void {
    this.#settledAt = Date.now();
    this.#callers = Math.min(count + this.#queue.length, GROUP_COMMANDS_MAX);
    this.#pauseMs = Math.min(Math.max(ms, GATHER_MS), GATHER_LONGER_MS);
  }

  /**
   * Lets more commands come before the next group, for a large group costs hardly more than a small one: callers
   * who were just answered send their next ones now. Waits until all are back, or no more come.
   */
  async gather(): Promise<void> {
    const callers = Date.now() - this.#settledAt < RECENT_MS ? this.#callers : 1;
    for (let turn = 0, seen = 0; turn < TURNS_MAX; turn += 1) {
      if (this.#queue.length >= callers || this.#queue.length === seen) return;
      seen = this.#queue.length;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#awaited = { count: callers, resolve };
      await Promise.race([promise, scheduler.wait(this.#pauseMs)]);
      this.#awaited = null;
    }
  }

  /** Counts a caller in; false when the room is full. */
  admit(bytes: number): boolean {
    if (this.#commands >= WAITING_COMMANDS_MAX || this.#bytes + bytes > WAITING_BYTES_MAX) return false;
    this.#commands += 1;
    this.#bytes += bytes;
    return true;
  }

  leave(bytes: number): void {
    this.#commands -= 1;
    this.#bytes -= bytes;
  }

  /** Puts a command, which was admitted, at the end of the queue. */
  push(waiting: Waiting): void {
    this.#queue.push(waiting);
    if (this.#awaited && this.#queue.length >= this.#awaited.count) this.#awaited.resolve();
  }

  /** Takes the commands of the next group, as many as one D1 batch may carry; one that touches many loans goes alone. */
  nextGroup(): readonly Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const one of this.#queue) {
      if (count === GROUP_COMMANDS_MAX || (count > 0 && bytes + one.bytes > GROUP_BYTES_MAX)) break;
      const isAlone = goesAlone(one.submission.command);
      if (isAlone && count > 0) break;
      count += 1;
      bytes += one.bytes;
      if (isAlone) break;
    }
    const group = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    for (const one of group) this.leave(one.bytes);
    return group;
  }
}
