import { type ErasingContext, type ErasingPage, eraseNextPage } from "./erasing.ts";
import type { SubmitReply } from "./submission.ts";

/** How long one turn lasts, one page at least; the alarm then begins the next. */
const TURN_MS = 200;
/** How long an erasure waits after something failed. */
const RETRY_MS = 5_000;

/** What erasures need of their gate. */
interface ErasuresContext extends Omit<ErasingContext, "tenant"> {
  readonly storage: DurableObjectStorage;
}

/** The erasures of a tenant's persons: their events, and the turns that do the rest in the background. */
export class Erasures {
  readonly #context: ErasuresContext;
  /** Erasures whose event is being written. */
  #begun = 0;

  constructor(context: ErasuresContext) {
    this.#context = context;
  }

  /** Erases a person. The alarm that continues is set before the event is written, so that no crash can lose it. */
  async begin(tenant: string, settle: () => Promise<SubmitReply>): Promise<SubmitReply> {
    this.#begun += 1;
    try {
      await this.plan(tenant, RETRY_MS);
      const reply = await settle();
      if (reply.kind === "accepted") await this.plan(tenant);
      return reply;
    } finally {
      this.#begun -= 1;
    }
  }

  /** Remembers that there may be something to erase, and sets the alarm that does it. */
  async plan(tenant: string, afterMs = 0): Promise<void> {
    const { copy, storage } = this.#context;
    copy.keys.setTenant(tenant);
    copy.erasures.isErasing = true;
    const at = Date.now() + afterMs;
    const set = await storage.getAlarm();
    if (set === null || set > at) await storage.setAlarm(at);
  }

  /** Takes a turn, if something is to be erased, and sees that the next comes. */
  async turn(tenant: string): Promise<void> {
    const { copy } = this.#context;
    if (!copy.erasures.isErasing) return;
    const started = Date.now();
    let page: ErasingPage;
    do page = await eraseNextPage({ tenant, ...this.#context });
    while (page === "more" && Date.now() - started < TURN_MS);
    if (page === "complete") copy.erasures.isErasing = this.#begun > 0;
    else await this.plan(tenant, page === "more" ? 0 : RETRY_MS);
  }
}
