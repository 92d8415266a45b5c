import type { SeenEvent } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import { type GroupContext, settleGroup } from "./group.ts";
import { settleInOrder } from "./in-order.ts";
import { NO_EVENT } from "./key-store.ts";
import { logOf } from "./log.ts";
import type { OwnCopy } from "./own-copy.ts";
import type { News } from "./plan.ts";
import { replay } from "./replay.ts";
import {
  GATE_DEADLINE_MS,
  type KeyReservation,
  NO_TIMINGS,
  type Submission,
  type SubmitReply,
  UNAVAILABLE,
  type Verdict,
} from "./submission.ts";
import { bytesInBatch, type Waiting, WaitingRoom } from "./waiting-room.ts";

interface InFlight {
  readonly fingerprint: string;
  readonly reply: Promise<SubmitReply>;
}

const OVERLOADED: SubmitReply = {
  kind: "rejected",
  problem: {
    code: "overloaded",
    detail: "Too many events of this tenant are waiting. Retry with the same Idempotency-Key.",
  },
  timings: NO_TIMINGS,
};

/** What a writer needs of its gate. */
interface WriterContext {
  readonly copy: OwnCopy;
  /** Keeps the object alive until the work is done; no answer waits for it. */
  readonly afterAnswer: (work: Promise<void>) => void;
  /** Called with what is new in the log. */
  readonly announce: (tenant: string, news: NonNullable<News>) => void;
}

/**
 * Writes one tenant's log. It keeps one group in flight; what arrives meanwhile is the next group. So under load one or
 * two D1 round trips carry dozens of events, and an event that comes when nothing is under way waits for no other.
 */
export class Writer {
  readonly #context: WriterContext;
  readonly #copy: OwnCopy;
  readonly #inFlight = new Map<string, InFlight>();
  readonly #room = new WaitingRoom();
  #draining = false;
  /** The work on the tenant's records that is under way, or the last. */
  #lane: Promise<unknown> = Promise.resolve();

  constructor(context: WriterContext) {
    this.#context = context;
    this.#copy = context.copy;
  }

  submit(tenant: string, submission: Submission): Promise<SubmitReply> {
    return this.#settle(tenant, submission, this.#used(submission));
  }

  /**
   * The event that holds the submission's key, as far as this gate knows. An opening is always decided with a load: after a
   * restore its record may be unbooked again (docs/bookkeeping.md#the-switch).
   */
  #used({ key, command }: Submission): SeenEvent | null {
    return command.type === "opening" ? null : this.#copy.keys.find(key);
  }

  /** Settles some commands in their order, each for itself; each sees the ones before. */
  async submitAll(tenant: string, submissions: readonly Submission[]): Promise<readonly SubmitReply[]> {
    const used = this.#copy.keys.findAll(submissions.map(({ key }) => key));
    const replies = await Promise.all(
      submissions.map((submission) => this.#settle(tenant, submission, used.get(submission.key) ?? null)),
    );
    return settleInOrder(submissions, replies);
  }

  /**
   * Takes a key for a request that is no event; false when another request holds it. Asks D1 about a key that this gate
   * does not know, because its own copy of an event's key may be lost. Rejects when D1 does not answer.
   */
  async reserveKey({ tenant, key, fingerprint }: KeyReservation): Promise<boolean> {
    const known = this.#copy.keys.find(key);
    if (!known || (known.event_id !== NO_EVENT && this.#copy.isStale)) await this.#copy.askFor(tenant, key);
    return !this.#inFlight.has(key) && this.#copy.keys.reserve(key, fingerprint);
  }

  /** `known`: the event that holds the key, if any does, as of this moment. */
  async #settle(tenant: string, submission: Submission, known: SeenEvent | null): Promise<SubmitReply> {
    const { key, fingerprint } = submission;
    const since = Date.now();
    for (let used = known; ; used = this.#used(submission)) {
      if (used && this.#copy.isStale) {
        await this.#copy.confirm(tenant);
        continue;
      }
      if (used) return { ...this.#withBookmark(replay(used, fingerprint)), timings: NO_TIMINGS };
      const bytes = bytesInBatch(submission);
      if (!this.#room.admit(bytes)) return OVERLOADED;
      const running = this.#inFlight.get(key);
      if (!running) return this.#enqueue(tenant, submission, bytes, since);
      const reply = await running.reply;
      this.#room.leave(bytes);
      // A refused key is not used up: the same request was answered just now, another one may try.
      if (reply.kind === "rejected" && running.fingerprint === fingerprint) return reply;
    }
  }

  #enqueue(tenant: string, submission: Submission, bytes: number, since: number): Promise<SubmitReply> {
    const { promise, resolve } = Promise.withResolvers<SubmitReply>();
    this.#inFlight.set(submission.key, { fingerprint: submission.fingerprint, reply: promise });
    this.#room.push({ submission, bytes, since, settle: resolve });
    if (!this.#draining) this.#context.afterAnswer(this.#drain(tenant));
    return promise;
  }

  async #drain(tenant: string): Promise<void> {
    this.#draining = true;
    // The commands that come in the same call make one group.
    await Promise.resolve();
    try {
      while (!this.#room.isEmpty) {
        await this.#room.gather();
        const group = this.#room.nextGroup();
        const since = Date.now();
        await this.alone(() => this.#runGroup(tenant, group));
        this.#room.settled(group.length, Date.now() - since);
      }
    } finally {
      this.#draining = false;
    }
  }

  /** Does some work while no group is decided or written. Groups and works take turns in the order in which they came. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lane.then(work);
    this.#lane = result.catch(() => {});
    return result;
  }

  async #runGroup(tenant: string, group: readonly Waiting[]): Promise<void> {
    const started = Date.now();
    const unsettled = new Map(group.map((one) => [one.submission.key, one]));
    const sinceOf = (key: string) => unsettled.get(key)?.since ?? started;
    const answer = (key: string, reply: SubmitReply) => {
      this.#inFlight.delete(key);
      unsettled.get(key)?.settle(reply);
      unsettled.delete(key);
    };
    const isLate = ({ key }: Submission) => Date.now() - sinceOf(key) >= GATE_DEADLINE_MS;
    try {
      const submissions = group.map(({ submission }) => submission);
      for await (const part of settleGroup(this.#contextOf(tenant, isLate), submissions)) {
        this.#copy.remember(tenant, part);
        if (part.news !== null) this.#context.announce(tenant, part.news);
        for (const [key, verdict] of part.verdicts) {
          const timings = { queue: started - sinceOf(key), ...part.timings };
          answer(key, { ...this.#withBookmark(verdict), timings });
        }
      }
    } catch (error) {
      // A bug: no caller may wait for ever, and nothing is claimed.
      logOf(tenant, { message: "group abandoned", error: causeOf(error) });
    }
    for (const key of unsettled.keys()) {
      answer(key, { kind: "rejected", problem: UNAVAILABLE, timings: NO_TIMINGS });
    }
  }

  #contextOf(tenant: string, isLate: GroupContext["isLate"]): GroupContext {
    return {
      tenant,
      open: () => this.#copy.open(tenant),
      memory: this.#copy.records,
      isLate,
      trusted: () => this.#copy.log.trusted,
      recover: () => this.#copy.recover(tenant),
      onHead: (head) => this.#copy.heard(tenant, head),
      reserve: (upto) => this.#copy.log.reserve(upto),
      isErasing: () => this.#copy.erasures.isErasing,
      log: (entry) => logOf(tenant, entry),
    };
  }

  #withBookmark(verdict: Verdict): Verdict {
    return verdict.kind === "rejected" ? verdict : { ...verdict, bookmark: this.#copy.log.bookmark };
  }
}
