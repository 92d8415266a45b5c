import { RECORDS_BANK } from "../domain/bookkeeping/entries.ts";
import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { readSwitch, type Switch, switchOff, switchOn } from "../store/bookkeeping/switch.ts";
import { withDeadline } from "../store/d1/failure.ts";
import type { Session } from "../store/session.ts";
import type { KeyStore } from "./key-store.ts";
import { logOf } from "./log.ts";
import { type OpeningTurn, openRecords } from "./opening.ts";
import type { Submission, SubmitReply } from "./submission.ts";

/** The name under which the object's storage says that records may be left to open. */
const OPENING = "opening";
/** How long an opening waits after something failed. */
const RETRY_MS = 5_000;
const BANKS_ARE_FULL = "a_tenant_has_at_most_200_bank_accounts";

const TOO_MANY_BANKS: Problem = {
  code: "too_many_bank_accounts",
  detail: `The records' money is received by the bank account ${RECORDS_BANK}, and the tenant has 200 others.`,
};
const NOT_SWITCHED: Problem = {
  code: "unavailable",
  detail: "The database did not answer. Send the same request again.",
};

/** What openings need of their gate. */
interface OpeningsContext {
  readonly storage: DurableObjectStorage;
  readonly keys: KeyStore;
  readonly open: (tenant: string) => Promise<Session>;
  readonly submit: (tenant: string, submission: Submission) => Promise<SubmitReply>;
}

/** A tenant's switch of bookkeeping, and the turns that open the books of its records. */
export class Openings {
  readonly #context: OpeningsContext;

  constructor(context: OpeningsContext) {
    this.#context = context;
  }

  /**
   * Switches bookkeeping (docs/bookkeeping.md#the-switch). Not an event: the switch itself is the fence, so a group that was decided
   * on the other mode is void wherever it is, and decides again.
   */
  async keepBooks(tenant: string, mode: Switch["mode"]): Promise<Result<Switch, Problem>> {
    try {
      if (mode === "records") await this.plan(tenant, RETRY_MS);
      const { db } = await this.#context.open(tenant);
      await withDeadline(mode === "records" ? switchOn(db, tenant, RECORDS_BANK) : switchOff(db, tenant));
      const switched = await withDeadline(readSwitch(db, tenant));
      // Again, because a turn that began before the switch may have found nothing to do.
      if (switched.place !== null) await this.plan(tenant);
      return ok(switched);
    } catch (error) {
      logOf(tenant, { message: "bookkeeping not switched", error: causeOf(error) });
      return err(causeOf(error).includes(BANKS_ARE_FULL) ? TOO_MANY_BANKS : NOT_SWITCHED);
    }
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
