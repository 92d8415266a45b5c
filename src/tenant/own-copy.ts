import { noNeeds } from "../domain/command.ts";
import type { Head } from "../domain/core/event.ts";
import { causeOf } from "../domain/core/failure.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { load, loadEnd } from "../store/load.ts";
import type { Session } from "../store/session.ts";
import { Facts } from "./facts.ts";
import type { Settled } from "./group.ts";
import { KeptErasures } from "./kept-erasures.ts";
import { KeyStore } from "./key-store.ts";
import { logOf } from "./log.ts";
import { GateMemory } from "./memory.ts";
import { OwnLog } from "./own-log.ts";
import { recover } from "./recovery.ts";
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
  /** Called before the log says that D1 was restored to an earlier time. */
  readonly onRestoring: (tenant: string) => Promise<void>;
  /** Called once the log says so; `head` is its last event. */
  readonly onRestored: (tenant: string, head: Head) => void;
}

/**
 * A gate's own copy of what D1 holds: the end of the log, keys and records. Sees when D1 was restored to an earlier time
 * (docs/operate.md#after-a-restore).
 */
export class OwnCopy {
  readonly log: OwnLog;
  readonly keys: KeyStore;
  readonly erasures: KeptErasures;
  readonly records = new GateMemory();
  readonly #context: CopyContext;
  #saving = false;
  #confirming: Promise<void> | null = null;
  #recovering: Promise<void> | null = null;

  constructor(context: CopyContext) {
    this.#context = context;
    const { storage } = context;
    const facts = new Facts(storage);
    this.log = new OwnLog(facts, storage);
    this.erasures = new KeptErasures(storage, facts);
    this.keys = new KeyStore(storage, { facts, isLost: (sequence) => this.log.isLost(sequence) });
  }

  /** A session with the primary of the tenant's database. */
  open(tenant: string): Promise<Session> {
    return this.#context.open(tenant);
  }

  /** True when D1 has not said for long where the log ends. */
  get isStale(): boolean {
    return Date.now() - this.log.heardAt > TRUST_MS;
  }

  /** D1 says that the log ends here, and continues from what this gate knows. */
  heard(tenant: string, head: Head): void {
    const { isRestoring } = this.log;
    this.log.hear(head, Date.now());
    if (isRestoring) this.#context.onRestored(tenant, head);
  }

  /**
   * Compares D1's log with what this gate knows. If D1 was restored to an earlier time, the log says so before anything else
   * is written. Rejects when D1 does not answer.
   */
  recover(tenant: string): Promise<void> {
    const work = async () => {
      try {
        const prepare = () => this.#context.onRestoring(tenant);
        const open = () => this.open(tenant);
        this.records.forget();
        this.#context.onDoubt();
        const { log, erasures } = this;
        const { head, bookmark } = await recover({ tenant, log, erasures, open, prepare });
        if (bookmark !== null) this.log.bookmark = bookmark;
        this.heard(tenant, head);
        this.#saveSoon(tenant);
      } finally {
        this.#recovering = null;
      }
    };
    this.#recovering ??= work();
    return this.#recovering;
  }

  /** Asks D1 where the log ends. Rejects when it does not answer. */
  async end(tenant: string): Promise<Head> {
    const { db } = await this.open(tenant);
    const { head, isRestored } = await withDeadline(loadEnd(db, tenant, this.log.trusted));
    if (isRestored) await this.recover(tenant);
    else this.heard(tenant, head);
    return this.log.head;
  }

  /** Asks D1 where the log ends. When it does not answer, the copy is all there is. */
  confirm(tenant: string): Promise<void> {
    const ask = async () => {
      try {
        await this.end(tenant);
      } catch (error) {
        this.log.hearNothing(Date.now());
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
    const { trusted } = this.log;
    const { forgettings } = this.keys;
    const { head, isRestored, seen } = await withDeadline(
      load(db, tenant, { keys: [key], trusted, needs: noNeeds(), withBooks: false }),
    );
    // The event of a restore holds no other event's key.
    if (isRestored) await this.recover(tenant);
    else this.heard(tenant, head);
    // Fingerprints that were erased meanwhile are not remembered again.
    if (this.keys.forgettings !== forgettings) return this.askFor(tenant, key);
    this.keys.remember(seen);
    this.#saveSoon(tenant);
  }

  /** Takes over what became of a part of a group. */
  remember(tenant: string, { verdicts, used, head, bookmark, switched, erased }: Settled): void {
    this.keys.remember(used);
    this.erasures.keep(erased);
    if (head !== null) this.heard(tenant, head);
    if (bookmark !== null) this.log.bookmark = bookmark;
    if (switched !== null) this.log.switched = switched;
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
      this.#context.storage.transactionSync(() => {
        this.keys.save();
        this.log.save();
      });
    } catch (error) {
      logOf(tenant, { message: "keys not saved", error: causeOf(error) });
    }
  }
}
