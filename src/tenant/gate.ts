import { DurableObject } from "cloudflare:workers";
import type { Head } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import { catchUp, logStopped, PoisonEvent } from "../fanout/catch-up.ts";
import { MESSAGE_VERSION } from "../fanout/message.ts";
import { EventsPublisher } from "../fanout/publisher.ts";
import { HISTORY } from "../store/history/progress.ts";
import { readProgress } from "../store/projections/cursors.ts";
import { openSession } from "../store/session.ts";
import { AfterRestore } from "./after-restore.ts";
import { Erasures } from "./erasures.ts";
import { logOf } from "./log.ts";
import { Openings } from "./openings.ts";
import { OwnCopy } from "./own-copy.ts";
import { ownTrace } from "./own-trace.ts";
import type { News } from "./plan.ts";
import {
  isNewer,
  type KeyReservation,
  NO_TIMINGS,
  type Submission,
  type SubmitReply,
  UNAVAILABLE,
} from "./submission.ts";
import { NOT_WOKEN, type WaitCall, type Woken } from "./wait.ts";
import { Waiters } from "./waiters.ts";
import { Writer } from "./writer.ts";

/** How long the queue has for its work before the alarm does it. */
const HISTORY_WATCH_MS = 30_000;

/** During a deployment: the caller sends the event again, and reaches the newer gate. */
const NOT_READ: SubmitReply = { kind: "rejected", problem: UNAVAILABLE, timings: NO_TIMINGS };

/** The only writer of one tenant: its calls and its alarm. Each call names the tenant by which the object was found. */
export class TenantGate extends DurableObject<Cloudflare.Env> {
  readonly #copy: OwnCopy;
  readonly #writer: Writer;
  readonly #openings: Openings;
  readonly #erasures: Erasures;
  readonly #afterRestore: AfterRestore;
  readonly #queue: EventsPublisher;
  readonly #waiters: Waiters;
  #watching = false;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    const { storage } = ctx;
    const open = (tenant: string) => openSession(this.env, tenant, "first-primary");
    const afterAnswer = (work: Promise<void>) => ctx.waitUntil(work);
    this.#queue = new EventsPublisher(() => this.env.HISTORY_QUEUE);
    this.#waiters = new Waiters(async (tenant) => {
      const { db } = await open(tenant);
      const { head, reached } = await readProgress(db, tenant, HISTORY);
      return { head, history: reached };
    });
    this.#copy = new OwnCopy({
      storage,
      open,
      afterAnswer,
      onDoubt: () => this.#waiters.doubt(),
      onRestoring: (tenant) => this.#prepareRestore(tenant),
      onRestored: (tenant, head) => this.#finishRestore(tenant, head),
    });
    const announce = (tenant: string, news: NonNullable<News>) => this.#announce(tenant, news);
    this.#writer = new Writer({ copy: this.#copy, afterAnswer, announce });
    const submit = (tenant: string, submission: Submission) => this.#writer.submit(tenant, submission);
    this.#openings = new Openings({ storage, keys: this.#copy.keys, open, submit });
    const alone = <T>(work: () => Promise<T>) => this.#writer.alone(work);
    this.#erasures = new Erasures({ storage, copy: this.#copy, alone });
    // Read from the object each time, because a test replaces it.
    this.#afterRestore = new AfterRestore(storage, () => this.env);
  }

  /** Holds a reader until something has happened in the log (docs/api.md#waiting-reads). */
  async wait(tenant: string, call: WaitCall): Promise<Woken> {
    if (isNewer(call)) return NOT_WOKEN;
    const happened = await this.#waiters.wait(tenant, call);
    // History is written by others: its readers ask the primary.
    return { happened, bookmark: call.for === "event" ? this.#copy.log.bookmark : null };
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
  reserveKey(reservation: KeyReservation): Promise<boolean> {
    return this.#writer.reserveKey(reservation);
  }

  /** Whether webhooks follow the tenant's log: then the queue must hear of every event. */
  async setFollowed(followed: boolean): Promise<void> {
    this.#copy.keys.isFollowed = followed;
  }

  /** Keeps the ids of API keys that the tenant has revoked: a restore of D1 may make them valid again. */
  async keepRevoked(ids: readonly string[]): Promise<void> {
    await this.#afterRestore.keepRevoked(ids);
  }

  /** Settles one write, exactly once per idempotency key, however often the platform repeats the call (docs/api.md#idempotency). */
  async submit(tenant: string, submission: Submission): Promise<SubmitReply> {
    if (isNewer(submission)) return NOT_READ;
    const settle = () => this.#writer.submit(tenant, submission);
    const { command } = submission;
    if (command.type === "switch") return this.#openings.switchTo(tenant, command, settle);
    return command.type === "erase" ? this.#erasures.begin(tenant, settle) : settle();
  }

  /** Settles some writes that came at the same time, each for itself. */
  submitEach(tenant: string, submissions: readonly Submission[]): Promise<readonly SubmitReply[]> {
    return Promise.all(submissions.map((submission) => this.submit(tenant, submission)));
  }

  /** Settles some writes in their order, each for itself; each sees the ones before. */
  async submitAll(tenant: string, submissions: readonly Submission[]): Promise<readonly SubmitReply[]> {
    if (submissions.some(isNewer)) return submissions.map(() => NOT_READ);
    return this.#writer.submitAll(tenant, submissions);
  }

  /** The last event of the log, as D1 says by now (docs/audit.md#checkpoints); null where it does not answer. */
  async endOfLog(tenant: string): Promise<Head | null> {
    try {
      return await this.#copy.end(tenant);
    } catch (error) {
      logOf(tenant, { message: "end of the log not read", error: causeOf(error) });
      return null;
    }
  }

  /** Continues an opening that is unfinished. The sweep calls this in case the alarm is lost; it is harmless otherwise. */
  async resumeOpening(tenant: string): Promise<void> {
    await this.#openings.plan(tenant);
  }

  /** Continues erasures that are unfinished. The sweep calls this in case the alarm is lost; it is harmless otherwise. */
  async resumeErasure(tenant: string): Promise<void> {
    await this.#erasures.plan(tenant);
  }

  /** Sees whether D1 was restored to an earlier time, and does what follows from that. */
  async checkRestore(tenant: string): Promise<void> {
    await this.#copy.recover(tenant);
    await this.#prepareRestore(tenant);
    await this.#afterRestore.finish(tenant);
  }

  /** What must follow a restore is done by the alarm, if the object does not live to do it itself. */
  async #prepareRestore(tenant: string): Promise<void> {
    this.#copy.keys.setTenant(tenant);
    await this.#afterRestore.plan();
    await this.#openings.plan(tenant, HISTORY_WATCH_MS);
    await this.#erasures.plan(tenant, HISTORY_WATCH_MS);
  }

  /** What follows a restore: readers and the queue hear of it, and so does what is kept beside the log. */
  #finishRestore(tenant: string, { sequence: upto }: Head): void {
    const all = { upto, traceparent: ownTrace().traceparent };
    this.#announce(tenant, { all, wanted: all });
    this.ctx.waitUntil(this.#openings.plan(tenant));
    this.ctx.waitUntil(this.#afterRestore.finish(tenant).then(() => {}));
  }

  /** Wakes readers, and pokes the queue. No answer waits for either: the sweep replaces a lost message. */
  #announce(tenant: string, { all, wanted }: NonNullable<News>): void {
    this.#waiters.landed(all.upto, wanted?.upto ?? null);
    const followed = this.#copy.keys.isFollowed;
    const due = followed ? all : wanted;
    if (due) {
      const message = { version: MESSAGE_VERSION, tenant_id: tenant, ...due, followed } as const;
      this.ctx.waitUntil(this.#queue.publish(message));
    }
    if (wanted) this.ctx.waitUntil(this.#watchHistory(tenant));
  }

  /** Sets the alarm that looks after the queue, unless it is set. */
  async #watchHistory(tenant: string): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    try {
      this.#copy.keys.setTenant(tenant);
      const at = Date.now() + HISTORY_WATCH_MS;
      const set = await this.ctx.storage.getAlarm();
      // The alarm of an opening comes sooner, and looks after the queue as well.
      if (set === null || set > at) await this.ctx.storage.setAlarm(at);
    } catch (error) {
      this.#watching = false;
      throw error;
    }
  }

  /**
   * Fallback for lost queue messages: completes the projections, and sets itself again while some work is left. The
   * platform retries an error, and the sweep continues when it gives up. A retry does not help with a poisonous event,
   * which the dead-letter queue reports.
   */
  override async alarm(): Promise<void> {
    this.#watching = false;
    const tenant = this.#copy.keys.tenant();
    if (tenant === null) return;
    if (this.#copy.log.isRestoring) await this.#copy.confirm(tenant);
    await this.#openings.turn(tenant);
    const isFinished = await this.#afterRestore.finish(tenant);
    const { complete, stopped, reached } = await catchUp(this.env, tenant);
    this.#waiters.historyReached(reached[HISTORY.name] ?? 0);
    for (const one of stopped) logStopped(tenant, one, null);
    await this.#erasures.turn(tenant);
    const failed = stopped.find(({ error }) => !(error instanceof PoisonEvent));
    // Only the cause is thrown: the platform logs it, and Drizzle's own words repeat the rows.
    if (failed) throw new Error(causeOf(failed.error));
    if (!complete || !isFinished) await this.#watchHistory(tenant);
  }
}
