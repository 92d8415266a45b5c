import { DurableObject } from "cloudflare:workers";
import type { Head } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import { catchUp, logStopped, PoisonEvent } from "../fanout/catch-up.ts";
import { EventsPublisher } from "../fanout/publisher.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { openSession } from "../store/d1/session.ts";
import { HISTORY } from "../store/history/progress.ts";
import { loadHead } from "../store/load.ts";
import { readProgress } from "../store/projections/cursors.ts";
import { type GroupContext, type Settled, settleGroup, UNAVAILABLE } from "./group.ts";
import { KeyStore } from "./key-store.ts";
import { GateMemory } from "./memory.ts";
import { replay } from "./plan.ts";
import type { Submission, SubmitReply, Verdict } from "./submission.ts";
import type { Woken } from "./wait.ts";
import { type Wait, Waiters } from "./waiters.ts";
import { bytesInBatch, type Waiting, WaitingRoom } from "./waiting-room.ts";

interface InFlight {
  readonly fingerprint: string;
  readonly reply: Promise<SubmitReply>;
}

/** How long the queue has for its work before the alarm does it. */
const HISTORY_WATCH_MS = 30_000;
/** How long after an answer its key is saved. */
const SAVE_AFTER_MS = 50;
/** How long a gate trusts its own memory of keys without a word from D1, which may have been put back meanwhile. */
const TRUST_MS = 60_000;

const NO_TIMINGS = { queue: 0, load: 0, commit: 0 };

/** The event may have been stored all the same. */
const isUnknown = (verdict: Verdict): boolean =>
  verdict.kind === "rejected" && verdict.problem.code === UNAVAILABLE.code;

const OVERLOADED: SubmitReply = {
  kind: "rejected",
  problem: {
    code: "overloaded",
    detail: "Too many events of this tenant are waiting. Retry with the same Idempotency-Key.",
  },
  timings: NO_TIMINGS,
};

/**
 * The only writer of one tenant. It keeps one group in flight; what arrives meanwhile is the next group, so that under
 * load one or two D1 round trips carry dozens of events, and alone an event waits for nobody.
 */
export class TenantGate extends DurableObject<Cloudflare.Env> {
  readonly #keys: KeyStore;
  readonly #queue: EventsPublisher;
  readonly #inFlight = new Map<string, InFlight>();
  readonly #room = new WaitingRoom();
  readonly #memory = new GateMemory();
  readonly #waiters: Waiters;
  #draining = false;
  #watching = false;
  #saving = false;
  #hearing: Promise<void> | null = null;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#keys = new KeyStore(ctx.storage);
    this.#queue = new EventsPublisher(() => this.env.HISTORY_QUEUE);
    this.#waiters = new Waiters(async (tenant) => {
      const { db } = await openSession(this.env, tenant, "first-primary");
      const { head, reached } = await readProgress(db, tenant, HISTORY);
      return { head, history: reached };
    });
  }

  /** Holds a reader until something has happened in the log (docs/api.md#waiting-reads). */
  async wait(tenant: string, wait: Wait): Promise<Woken> {
    const happened = await this.#waiters.wait(tenant, wait);
    // History is written by others: its readers ask the primary.
    return { happened, bookmark: wait.for === "event" ? this.#keys.bookmark : null };
  }

  /** The reader has gone. */
  async stopWaiting(id: string): Promise<void> {
    this.#waiters.stop(id);
  }

  /** The queue's consumer has made history up to this sequence. */
  async historyReached(sequence: number): Promise<void> {
    this.#waiters.historyReached(sequence);
  }

  /**
   * Takes an idempotency key for a request that is no event: keys belong to the tenant, across all routes
   * (docs/api.md#idempotency). False when another request holds it.
   */
  async reserveKey(key: string, fingerprint: string): Promise<boolean> {
    return !this.#inFlight.has(key) && this.#keys.reserve(key, fingerprint);
  }

  /** Whether webhooks follow the tenant's log: then the queue must hear of every event. */
  async setFollowed(followed: boolean): Promise<void> {
    this.#keys.isFollowed = followed;
  }

  /**
   * Settles one write, exactly once per idempotency key whatever the platform replays (docs/api.md#idempotency). `tenant` is the
   * name this object was found by.
   */
  async submit(tenant: string, submission: Submission): Promise<SubmitReply> {
    const { key, fingerprint } = submission;
    for (;;) {
      const used = this.#keys.find(key);
      if (used && Date.now() - this.#keys.heardAt > TRUST_MS) {
        await this.#hearFromD1(tenant);
        continue;
      }
      if (used) return { ...this.#withBookmark(replay(used, fingerprint)), timings: NO_TIMINGS };
      const bytes = bytesInBatch(submission);
      if (!this.#room.admit(bytes)) return OVERLOADED;
      const running = this.#inFlight.get(key);
      if (!running) return this.#enqueue(tenant, submission, bytes);
      const reply = await running.reply;
      this.#room.leave(bytes);
      // A refused key is not used up: the same request was answered just now, another one may try.
      if (reply.kind === "rejected" && running.fingerprint === fingerprint) return reply;
    }
  }

  /** Settles some writes in their order, each for itself; each sees the ones before. */
  submitAll(tenant: string, submissions: readonly Submission[]): Promise<SubmitReply[]> {
    return Promise.all(submissions.map((submission) => this.submit(tenant, submission)));
  }

  #enqueue(tenant: string, submission: Submission, bytes: number): Promise<SubmitReply> {
    const { promise, resolve } = Promise.withResolvers<SubmitReply>();
    this.#inFlight.set(submission.key, { fingerprint: submission.fingerprint, reply: promise });
    this.#room.push({ submission, bytes, since: Date.now(), settle: resolve });
    if (!this.#draining) this.ctx.waitUntil(this.#drain(tenant));
    return promise;
  }

  async #drain(tenant: string): Promise<void> {
    this.#draining = true;
    // The commands that come in the same call make one group.
    await Promise.resolve();
    try {
      while (!this.#room.isEmpty) await this.#runGroup(tenant, this.#room.nextGroup());
    } finally {
      this.#draining = false;
    }
  }

  async #runGroup(tenant: string, group: readonly Waiting[]): Promise<void> {
    const started = Date.now();
    const unsettled = new Map(group.map((one) => [one.submission.key, one]));
    const answer = (key: string, reply: Verdict & Pick<SubmitReply, "timings">) => {
      this.#inFlight.delete(key);
      unsettled.get(key)?.settle(reply);
      unsettled.delete(key);
    };
    try {
      const submissions = group.map(({ submission }) => submission);
      for await (const part of settleGroup(this.#contextOf(tenant), submissions)) {
        this.#remember(tenant, part);
        for (const [key, verdict] of part.verdicts) {
          const queue = started - (unsettled.get(key)?.since ?? started);
          answer(key, { ...this.#withBookmark(verdict), timings: { queue, ...part.timings } });
        }
      }
    } catch (error) {
      // A bug: nobody may wait for ever, and nothing is claimed.
      this.#log(tenant, { message: "group abandoned", error: causeOf(error) });
    }
    for (const key of unsettled.keys()) {
      answer(key, { kind: "rejected", problem: UNAVAILABLE, timings: NO_TIMINGS });
    }
  }

  #contextOf(tenant: string): GroupContext {
    return {
      tenant,
      open: () => openSession(this.env, tenant, "first-primary"),
      memory: this.#memory,
      onHead: (head) => this.#heard(tenant, head),
      log: (entry) => this.#log(tenant, entry),
    };
  }

  #log(tenant: string, entry: Record<string, unknown>): void {
    console.error(JSON.stringify({ level: "error", tenant, ...entry }));
  }

  /**
   * Compares where D1 says that the log ends with what this gate knows. A log that ends earlier, or with another event,
   * was put back to an earlier time: the events after it are gone, and so must be the memory of their keys.
   */
  #heard(tenant: string, head: Head): void {
    const { sequence, event_id } = this.#keys.head;
    const isBehind = head.sequence < sequence || (head.sequence === sequence && head.event_id !== event_id);
    if (isBehind) {
      this.#log(tenant, { message: "database put back", known: sequence, found: head.sequence });
      this.#keys.forget();
      this.#memory.forget();
      this.#waiters.doubt();
    }
    this.#keys.hear(head, Date.now());
  }

  /** Asks D1 where the log ends. When it does not answer, the memory is all there is. */
  #hearFromD1(tenant: string): Promise<void> {
    const ask = async () => {
      try {
        const { db } = await openSession(this.env, tenant, "first-primary");
        this.#heard(tenant, await withDeadline(loadHead(db, tenant)));
      } catch (error) {
        this.#keys.hear(this.#keys.head, Date.now());
        this.#log(tenant, { message: "keys not confirmed", error: causeOf(error) });
      } finally {
        this.#hearing = null;
      }
    };
    this.#hearing ??= ask();
    return this.#hearing;
  }

  #remember(tenant: string, { verdicts, used, head, bookmark, news }: Settled): void {
    this.#keys.remember(used);
    if (head !== null) this.#keys.hear(head, Date.now());
    if (bookmark !== null) this.#keys.bookmark = bookmark;
    if (!this.#saving) this.ctx.waitUntil(this.#save(tenant));
    if ([...verdicts.values()].some(isUnknown)) this.#waiters.doubt();
    if (news === null) return;
    this.#waiters.landed(news.all.upto, news.wanted?.upto ?? null);
    const due = this.#keys.isFollowed ? news.all : news.wanted;
    // Neither is awaited: an answer never waits for the queue, and the sweep heals a failure of both.
    if (due) this.ctx.waitUntil(this.#queue.publish({ tenant_id: tenant, ...due }));
    if (news.wanted) this.ctx.waitUntil(this.#watchHistory(tenant));
  }

  /** D1 has the events: a memory that fails costs a round trip on replay, and no answer. */
  async #save(tenant: string): Promise<void> {
    this.#saving = true;
    await scheduler.wait(SAVE_AFTER_MS);
    this.#saving = false;
    try {
      this.#keys.save();
    } catch (error) {
      this.#log(tenant, { message: "keys not saved", error: causeOf(error) });
    }
  }

  /** Sets the alarm that looks after the queue, unless it is set. */
  async #watchHistory(tenant: string): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    try {
      this.#keys.setTenant(tenant);
      await this.ctx.storage.setAlarm(Date.now() + HISTORY_WATCH_MS);
    } catch (error) {
      this.#watching = false;
      throw error;
    }
  }

  /**
   * Fallback for lost queue messages: completes the projections, and re-arms while some work is left. The platform
   * retries an error, and the sweep goes on when it gives up. A retry does not help with a poisonous event, which the
   * dead-letter queue reports.
   */
  override async alarm(): Promise<void> {
    this.#watching = false;
    const tenant = this.#keys.tenant();
    if (tenant === null) return;
    const { complete, stopped, reached } = await catchUp(this.env, tenant);
    this.#waiters.historyReached(reached[HISTORY.name] ?? 0);
    for (const one of stopped) logStopped(tenant, one, null);
    const failed = stopped.find(({ error }) => !(error instanceof PoisonEvent));
    // Only the cause is thrown: the platform logs it, and Drizzle's own words repeat the rows.
    if (failed) throw new Error(causeOf(failed.error));
    if (!complete) await this.#watchHistory(tenant);
  }

  #withBookmark(verdict: Verdict): Verdict {
    return verdict.kind === "accepted" ? { ...verdict, bookmark: this.#keys.bookmark } : verdict;
  }
}
