import { DurableObject } from "cloudflare:workers";
import { causeOf } from "../domain/core/failure.ts";
import { catchUp, logStopped, PoisonEvent } from "../fanout/catch-up.ts";
import { EventsPublisher } from "../fanout/publisher.ts";
import { openSession } from "../store/d1/session.ts";
import { type GroupContext, replay, type Settled, settleGroup, UNAVAILABLE } from "./group.ts";
import { KeyStore } from "./key-store.ts";
import {
  GROUP_BYTES_MAX,
  GROUP_COMMANDS_MAX,
  type Submission,
  type SubmitReply,
  type Verdict,
  WAITING_BYTES_MAX,
  WAITING_COMMANDS_MAX,
} from "./submission.ts";

interface Waiting {
  readonly submission: Submission;
  readonly bytes: number;
  readonly since: number;
  readonly settle: (reply: SubmitReply) => void;
}

interface InFlight {
  readonly fingerprint: string;
  readonly reply: Promise<SubmitReply>;
}

/** How long the queue has for its work before the alarm does it. */
const HISTORY_WATCH_MS = 30_000;

/** What an event's data takes in the batch, where it is JSON text within JSON text. */
const bytesInBatch = (data: string) => new TextEncoder().encode(JSON.stringify(data)).length;

const NO_TIMINGS = { queue: 0, load: 0, commit: 0 };

/**
 * The only writer of one tenant. It keeps one group in flight; what arrives meanwhile is the next group, so that under
 * load one pair of D1 round trips carries dozens of events, and alone an event waits for nobody.
 */
export class TenantGate extends DurableObject<Cloudflare.Env> {
  readonly #keys: KeyStore;
  readonly #queue: EventsPublisher;
  readonly #inFlight = new Map<string, InFlight>();
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #draining = false;
  #watching = false;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#keys = new KeyStore(ctx.storage);
    this.#queue = new EventsPublisher(() => this.env.HISTORY_QUEUE);
  }

  /**
   * Settles one write, exactly once per idempotency key whatever the platform replays (docs/api.md#idempotency). `tenant` is the
   * name this object was found by.
   */
  async submit(tenant: string, submission: Submission): Promise<SubmitReply> {
    const { key, fingerprint } = submission;
    for (;;) {
      const used = this.#keys.find(key);
      if (used) return { ...this.#withBookmark(replay(used, fingerprint)), timings: NO_TIMINGS };
      const running = this.#inFlight.get(key);
      if (!running) return this.#enqueue(tenant, submission);
      const reply = await running.reply;
      // A refused key is not used up: the same request was answered just now, another one may try.
      if (reply.kind === "rejected" && running.fingerprint === fingerprint) return reply;
    }
  }

  #enqueue(tenant: string, submission: Submission): Promise<SubmitReply> {
    const bytes = bytesInBatch(submission.data);
    if (this.#waiting.length >= WAITING_COMMANDS_MAX || this.#waitingBytes + bytes > WAITING_BYTES_MAX) {
      const detail = "Too many events of this tenant are waiting. Retry with the same Idempotency-Key.";
      const reply = { kind: "rejected", problem: { code: "overloaded", detail } } as const;
      return Promise.resolve({ ...reply, timings: NO_TIMINGS });
    }
    const { promise, resolve } = Promise.withResolvers<SubmitReply>();
    this.#inFlight.set(submission.key, { fingerprint: submission.fingerprint, reply: promise });
    this.#waiting.push({ submission, bytes, since: Date.now(), settle: resolve });
    this.#waitingBytes += bytes;
    if (!this.#draining) this.ctx.waitUntil(this.#drain(tenant));
    return promise;
  }

  async #drain(tenant: string): Promise<void> {
    this.#draining = true;
    try {
      while (this.#waiting.length > 0) {
        const group = this.#nextGroup();
        try {
          await this.#runGroup(tenant, group);
        } catch (error) {
          this.#abandon(tenant, group, error);
        }
      }
    } finally {
      this.#draining = false;
    }
  }

  #nextGroup(): Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const one of this.#waiting) {
      if (count === GROUP_COMMANDS_MAX || (count > 0 && bytes + one.bytes > GROUP_BYTES_MAX)) break;
      count += 1;
      bytes += one.bytes;
    }
    this.#waitingBytes -= bytes;
    const group = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return group;
  }

  async #runGroup(tenant: string, group: readonly Waiting[]): Promise<void> {
    const started = Date.now();
    const context: GroupContext = {
      tenant,
      open: () => openSession(this.env, tenant, "first-primary"),
      log: (entry) => console.error(JSON.stringify({ level: "error", tenant, ...entry })),
    };
    const settled = await settleGroup(
      context,
      group.map(({ submission }) => submission),
    );
    for (const part of settled) this.#remember(tenant, part);
    for (const { submission, since, settle } of group) {
      const part = settled.find(({ verdicts }) => verdicts.has(submission.key));
      const verdict = part?.verdicts.get(submission.key);
      if (!part || !verdict) throw new Error("every submission of a group gets a verdict");
      this.#inFlight.delete(submission.key);
      settle({ ...this.#withBookmark(verdict), timings: { queue: started - since, ...part.timings } });
    }
  }

  /** A bug, or this object's own storage failing: nobody may wait for ever, and nothing is claimed. */
  #abandon(tenant: string, group: readonly Waiting[], error: unknown): void {
    console.error(
      JSON.stringify({ level: "error", message: "group abandoned", tenant, error: causeOf(error) }),
    );
    for (const { submission, settle } of group) {
      this.#inFlight.delete(submission.key);
      settle({ kind: "rejected", problem: UNAVAILABLE, timings: NO_TIMINGS });
    }
  }

  #remember(tenant: string, part: Settled): void {
    this.#keys.remember(part.used);
    if (part.bookmark !== null) this.#keys.setBookmark(part.bookmark);
    if (part.history === null) return;
    // Neither is awaited: an answer never waits for the queue, and a failure of both is the sweep's to mend.
    this.ctx.waitUntil(this.#queue.publish({ tenant_id: tenant, ...part.history }));
    this.ctx.waitUntil(this.#watchHistory(tenant));
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
    const { complete, stopped } = await catchUp(this.env, tenant);
    for (const one of stopped) logStopped(tenant, one, null);
    const failed = stopped.find(({ error }) => !(error instanceof PoisonEvent));
    // Only the cause is thrown: the platform logs it, and Drizzle's own words repeat the rows.
    if (failed) throw new Error(causeOf(failed.error));
    if (!complete) await this.#watchHistory(tenant);
  }

  #withBookmark(verdict: Verdict): Verdict {
    return verdict.kind === "accepted" ? { ...verdict, bookmark: this.#keys.bookmark() } : verdict;
  }
}
