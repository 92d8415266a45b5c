import { goesAlone } from "../domain/command.ts";
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

const GATHER_MS = 1;
const GATHER_LONGER_MS = 2;
/** A group of this size does not wait for more commands. */
const GATHERED_MAX = 50;

const encoder = new TextEncoder();

/** What an event's data takes in the batch, where it is JSON text within JSON text. */
export const bytesInBatch = ({ data }: Submission): number => encoder.encode(JSON.stringify(data)).length;

/** What waits in a gate: the commands of the groups to come, and the callers who wait for another's key. Bounded. */
export class WaitingRoom {
  #queue: Waiting[] = [];
  #awaited: { readonly count: number; readonly resolve: () => void } | null = null;
  #commands = 0;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /**
   * Lets more commands come before the next group where some wait already: callers who were just answered send their next
   * ones now. Waits a moment, and a little longer while they are fewer than in the group before.
   */
  async gather(before: number): Promise<void> {
    if (this.isEmpty || this.#queue.length >= GATHERED_MAX) return;
    await scheduler.wait(GATHER_MS);
    const count = Math.min(before, GATHERED_MAX);
    if (this.#queue.length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { count, resolve };
    await Promise.race([promise, scheduler.wait(GATHER_LONGER_MS)]);
    this.#awaited = null;
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
