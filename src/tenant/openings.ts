import type { SwitchCommand } from "../domain/bookkeeping/switch.ts";
import { causeOf } from "../domain/core/failure.ts";
import type { Session } from "../store/session.ts";
import type { KeyStore } from "./key-store.ts";
import { logOf } from "./log.ts";
import { type OpeningTurn, openRecords } from "./opening.ts";
import type { Submission, SubmitReply } from "./submission.ts";

/** The name under which the object's storage says that records may be left to open. */
const OPENING = "opening";
/** How long an opening waits after something failed. */
const RETRY_MS = 5_000;
/** What openings need of their gate. */
interface OpeningsContext {
  readonly storage: DurableObjectStorage;
  readonly keys: KeyStore;
  readonly open: (tenant: string) => Promise<Session>;
  readonly submit: (tenant: string, submission: Submission) => Promise<SubmitReply>;
}

/** A tenant's switches of bookkeeping, and the turns that open the books of its records. */
export class Openings {
  readonly #context: OpeningsContext;

  constructor(context: OpeningsContext) {
    this.#context = context;
  }

  /**
   * Switches bookkeeping (docs/bookkeeping.md#the-switch). The switch is an event, so a group that was decided on the other
   * mode is void wherever it is, and decides again.
   */
  async switchTo(
    tenant: string,
    { mode }: SwitchCommand,
    settle: () => Promise<SubmitReply>,
  ): Promise<SubmitReply> {
    if (mode === "records") await this.plan(tenant, RETRY_MS);
    const reply = await settle();
    // Again, because a turn that began before the switch may have found nothing to do.
    if (mode === "records" && reply.kind === "accepted") await this.plan(tenant);
    return reply;
  }

  /** Remembers that there may be records to open, and sets the alarm that does it, both before the switch is moved. */
  async plan(tenant: string, afterMs = 0): Promise<void> {
    const { keys, storage } = this.#context;
    keys.setTenant(tenant);
    await storage.put(OPENING, true);
    await storage.setAlarm(Date.now() + afterMs);
  }

  /** Takes a turn at the opening, if there is one, and sees that the next comes. */
  async turn(tenant: string): Promise<void> {
    const { open, storage, submit } = this.#context;
    if (!(await storage.get(OPENING))) return;
    let turn: OpeningTurn = "stopped";
    try {
      turn = await openRecords({
        tenant,
        open: () => open(tenant),
        submit: (submission) => submit(tenant, submission),
        log: (entry) => logOf(tenant, entry),
      });
    } catch (error) {
      logOf(tenant, { message: "opening stopped", error: causeOf(error) });
    }
    if (turn === "complete") await storage.delete(OPENING);
    else await this.plan(tenant, turn === "more" ? 0 : RETRY_MS);
  }
}
