import { DurableObject } from "cloudflare:workers";
import { RECORDS_BANK } from "../domain/bookkeeping/entries.ts";
import type { Head, SeenEvent } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { catchUp, logStopped, PoisonEvent } from "../fanout/catch-up.ts";
import { EventsPublisher } from "../fanout/publisher.ts";
import { readSwitch, type Switch, switchOff, switchOn } from "../store/bookkeeping/switch.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { HISTORY } from "../store/history/progress.ts";
import { loadHead } from "../store/load.ts";
import { readProgress } from "../store/projections/cursors.ts";
import { openSession } from "../store/session.ts";
import { type GroupContext, type Settled, settleGroup, UNAVAILABLE } from "./group.ts";
import { KeyStore } from "./key-store.ts";
import { GateMemory } from "./memory.ts";
import { type OpeningTurn, openRecords } from "./opening.ts";
import { replay } from "./plan.ts";
import { QUICK_MS, type Submission, type SubmitReply, type Verdict } from "./submission.ts";
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

/** The name under which the object's storage says that records may be left to open. */
const OPENING = "opening";
/** How long an opening waits after something failed. */
const OPENING_RETRY_MS = 5_000;
const BANKS_ARE_FULL = "a_tenant_has_at_most_200_bank_accounts";

const TOO_MANY_BANKS: Problem = {
  code: "too_many_bank_accounts",
  detail: `The records' money comes into the bank account ${RECORDS_BANK}, and the tenant has 200 others.`,
};
const NOT_SWITCHED: Problem = {
  code: "unavailable",
  detail: "The database did not answer. Send the same request again.",
};

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
  submit(tenant: string, submission: Submission): Promise<SubmitReply> {
    return this.#settle(tenant, submission, this.#keys.find(submission.key));
  }

  /** Settles some writes in their order, each for itself; each sees the ones before. */
  submitAll(tenant: string, submissions: readonly Submission[]): Promise<SubmitReply[]> {
    const used = this.#keys.findAll(submissions.map(({ key }) => key));
    return Promise.all(
      submissions.map((submission) => this.#settle(tenant, submission, used.get(submission.key) ?? null)),
    );
  }

  /** `known`: the event that holds the key, if any does, as of this moment. */
  async #settle(tenant: string, submission: Submission, known: SeenEvent | null): Promise<SubmitReply> {
    const { key, fingerprint } = submission;
    for (let used = known; ; used = this.#keys.find(key)) {
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

  /**
   * Switches bookkeeping (docs/bookkeeping.md#the-switch). Not an event: the switch itself is the fence, so a group that was decided
   * on the other mode is void wherever it is, and decides again.
   */
  async keepBooks(tenant: string, mode: Switch["mode"]): Promise<Result<Switch, Problem>> {
    try {
      if (mode === "records") await this.#planOpening(tenant, OPENING_RETRY_MS);
      const { db } = await openSession(this.env, tenant, "first-primary");
      await withDeadline(mode === "records" ? switchOn(db, tenant, RECORDS_BANK) : switchOff(db, tenant));
      const switched = await withDeadline(readSwitch(db, tenant));
      // Again, because a turn that began before the switch may have found nothing to do.
      if (switched.place !== null) await this.#planOpening(tenant, 0);
      return ok(switched);
    } catch (error) {
      this.#log(tenant, { message: "bookkeeping not switched", error: causeOf(error) });
      return err(causeOf(error).includes(BANKS_ARE_FULL) ? TOO_MANY_BANKS : NOT_SWITCHED);
    } finally {
      this.#memory.forget();
    }
  }

  /** Continues an opening that is unfinished. The sweep calls this in case the alarm is lost; it is harmless otherwise. */
  async resumeOpening(tenant: string): Promise<void> {
    await this.#planOpening(tenant, 0);
  }

  /** Remembers that there may be records to open, and sets the alarm that does it, both before the switch is moved. */
  async #planOpening(tenant: string, afterMs: number): Promise<void> {
    this.#keys.setTenant(tenant);
    await this.ctx.storage.put(OPENING, true);
    await this.ctx.storage.setAlarm(Date.now() + afterMs);
  }

  /** Takes a turn at the opening, if there is one, and sees that the next comes. */
  async #openRecords(tenant: string): Promise<void> {
    if (!(await this.ctx.storage.get(OPENING))) return;
    let turn: OpeningTurn = "stopped";
    try {
      turn = await openRecords({
        tenant,
        open: () => openSession(this.env, tenant, "first-primary"),
        submit: (submission) => this.submit(tenant, submission),
        log: (entry) => this.#log(tenant, entry),
      });
    } catch (error) {
      this.#log(tenant, { message: "opening stopped", error: causeOf(error) });
    }
    if (turn === "complete") await this.ctx.storage.delete(OPENING);
    else await this.#planOpening(tenant, turn === "more" ? 0 : OPENING_RETRY_MS);
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
      while (!this.#room.isEmpty) {
        const group = this.#room.nextGroup();
        const since = Date.now();
        await this.#runGroup(tenant, group);
        // A slow database gives the next events time enough to gather, and should not be left idle.
        if (Date.now() - since < QUICK_MS) await this.#room.gather(group.length);
      }
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
   * Fallback for lost queue messages: completes the projections, and re-arms while some work is left. The platform
   * retries an error, and the sweep goes on when it gives up. A retry does not help with a poisonous event, which the
   * dead-letter queue reports.
   */
  override async alarm(): Promise<void> {
    this.#watching = false;
    const tenant = this.#keys.tenant();
    if (tenant === null) return;
    await this.#openRecords(tenant);
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
