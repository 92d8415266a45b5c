import { noNeeds } from "../domain/command.ts";
import type { Head } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { load, loadHead } from "../store/load.ts";
import type { Session } from "../store/session.ts";
import type { Settled } from "./group.ts";
import { KeyStore } from "./key-store.ts";
import { logOf } from "./log.ts";
import { GateMemory } from "./memory.ts";
import { UNAVAILABLE, type Verdict } from "./submission.ts";

/** How long after an answer its key is saved. */
const SAVE_AFTER_MS = 50;
/** How long a gate trusts its own copy of the keys without an answer of D1, which may have been restored meanwhile. */
const TRUST_MS = 60_000;

/** The event may have been stored all the same. */
const isUnknown = (verdict: Verdict): boolean =>
  verdict.kind === "rejected" && verdict.problem.code === UNAVAILABLE.code;

/** What the copy needs of its gate. */
interface CopyContext {
  readonly storage: DurableObjectStorage;
  readonly open: (tenant: string) => Promise<Session>;
  /** Keeps the object alive until the work is done; no answer waits for it. */
  readonly afterAnswer: (work: Promise<void>) => void;
  /** Called when it is no longer known where the log ends. */
  readonly onDoubt: () => void;
}

/** A gate's own copy of what D1 holds: keys and records. Sees when D1 was restored to an earlier time. */
export class OwnCopy {
  readonly keys: KeyStore;
  readonly records = new GateMemory();
  readonly #context: CopyContext;
  #saving = false;
  #confirming: Promise<void> | null = null;

  constructor(context: CopyContext) {
    this.#context = context;
    this.keys = new KeyStore(context.storage);
  }

  /** A session with the primary of the tenant's database. */
  open(tenant: string): Promise<Session> {
    return this.#context.open(tenant);
  }

  /** True when D1 has not said for long where the log ends. */
  get isStale(): boolean {
    return Date.now() - this.keys.heardAt > TRUST_MS;
  }

  /**
   * Compares where D1 says that the log ends with what this gate knows. When the log ends earlier, or with another event,
   * D1 was restored to an earlier time: the events after it are gone, and so must be the copy of their keys.
   */
  heard(tenant: string, head: Head): void {
    const { sequence, event_id } = this.keys.head;
    const isBehind = head.sequence < sequence || (head.sequence === sequence && head.event_id !== event_id);
    if (isBehind) {
      logOf(tenant, { message: "database restored", known: sequence, found: head.sequence });
      this.keys.forget();
      this.records.forget();
      this.#context.onDoubt();
    }
    this.keys.hear(head, Date.now());
  }

  /** Asks D1 where the log ends. When it does not answer, the copy is all there is. */
  confirm(tenant: string): Promise<void> {
    const ask = async () => {
      try {
        const { db } = await this.open(tenant);
        this.heard(tenant, await withDeadline(loadHead(db, tenant)));
      } catch (error) {
        this.keys.hear(this.keys.head, Date.now());
        logOf(tenant, { message: "keys not confirmed", error: causeOf(error) });
      } finally {
        this.#confirming = null;
      }
    };
    this.#confirming ??= ask();
    return this.#confirming;
  }

  /** Asks D1 where the log ends, and which event holds the key. Rejects when it does not answer. */
  async askFor(tenant: string, key: string): Promise<void> {
    const { db } = await this.open(tenant);
    const { head, seen } = await withDeadline(
      load(db, tenant, { keys: [key], needs: noNeeds(), withBooks: false }),
    );
    this.heard(tenant, head);
    this.keys.remember(seen);
    this.#saveSoon(tenant);
  }

  /** Takes over what became of a part of a group. */
  remember(tenant: string, { verdicts, used, head, bookmark }: Settled): void {
    this.keys.remember(used);
    if (head !== null) this.keys.hear(head, Date.now());
    if (bookmark !== null) this.keys.bookmark = bookmark;
    this.#saveSoon(tenant);
    if ([...verdicts.values()].some(isUnknown)) this.#context.onDoubt();
  }

  #saveSoon(tenant: string): void {
    if (!this.#saving) this.#context.afterAnswer(this.#save(tenant));
  }

  /** D1 has the events: a copy that is not saved costs a round trip on replay, and no answer. */
  async #save(tenant: string): Promise<void> {
    this.#saving = true;
    await scheduler.wait(SAVE_AFTER_MS);
    this.#saving = false;
    try {
      this.keys.save();
    } catch (error) {
      logOf(tenant, { message: "keys not saved", error: causeOf(error) });
    }
  }
}
