import { causeOf } from "../domain/core/failure.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { objectOf } from "../store/placement/objects.ts";
import { findPlacement } from "../store/placement/placement.ts";
import { openSession } from "../store/session.ts";
import { readLogPage } from "../store/webhooks/log-page.ts";
import { mirrorEndpoints, readMirror } from "../store/webhooks/mirror.ts";
import type { SendRequest } from "./attempt.ts";
import { isDue } from "./endpoint.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import { parseWebhookSettings, type WebhookSettings } from "./settings.ts";
import { PAGE_EVENTS, Turn, type World } from "./turn.ts";

const MINUTE_MS = 60_000;
/** The delay before a turn or a copy that D1 failed is retried. It doubles each time, up to a minute. */
const AGAIN_MS = 5_000;
export const GATE_MS = 5_000;

/** What a courier needs of the sender's object. */
interface CourierContext {
  readonly env: () => Cloudflare.Env;
  readonly storage: DurableObjectStorage;
  readonly store: EndpointStore;
  readonly fetch: SendRequest;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Delivers to a tenant's endpoints from its sender's alarm, and updates the operators' rows and the gate. */
export class Courier {
  readonly #context: CourierContext;
  readonly #store: EndpointStore;
  #failures = 0;
  #running: Turn | null = null;

  constructor(context: CourierContext) {
    this.#context = context;
    this.#store = context.store;
  }

  /** Called when the tenant may have undelivered events; `isRestored`: the operators' rows may be of an earlier time. */
  async poke(tenant: string, isRestored = false): Promise<void> {
    this.#store.setFact("tenant", tenant);
    if (isRestored) this.#store.setFact("compare", "true");
    if (this.#running) this.#running.wake();
    else await this.#wakeAt(this.#context.now());
  }

  /** Delivers what is due. Never throws: the platform would drop the alarm after some failures. */
  async ring(): Promise<void> {
    const tenant = this.#store.fact("tenant");
    if (tenant === null) return;
    try {
      const again = await this.#turn(tenant);
      this.#failures = again ? this.#failures + 1 : 0;
    } catch (error) {
      this.#failures += 1;
      this.#log(tenant, { message: "webhook turn failed", error: causeOf(error) });
    }
    await this.#arm(tenant);
  }

  /** Returns true when D1 or the gate failed, so that a retry is due soon. */
  async #turn(tenant: string): Promise<boolean> {
    const settings = await parseWebhookSettings(this.#context.env());
    if (!settings.ok) {
      this.#log(tenant, { message: "misconfigured", ...settings.error });
      return true;
    }
    const turn = new Turn(this.world(tenant, settings.value));
    this.#running = turn;
    const { more, stuck } = await turn.run().finally(() => {
      this.#running = null;
    });
    const synced = await this.#sync(tenant);
    if (more) await this.#wakeAt(this.#context.now());
    return stuck || !synced;
  }

  /** Sets the alarm for the next retry of an endpoint, and for the work that this turn could not do. */
  async #arm(tenant: string): Promise<void> {
    try {
      const now = this.#context.now();
      const backoff = Math.min(AGAIN_MS * 2 ** (this.#failures - 1), MINUTE_MS);
      const earliest = this.#failures > 0 ? now + backoff : now;
      const retries = this.#store
        .all()
        .flatMap(({ status, next_attempt_at: at }) => (status === "enabled" && at !== null ? [at] : []));
      if (this.#failures > 0) retries.push(earliest);
      if (retries.length > 0) await this.#wakeAt(Math.max(Math.min(...retries), earliest));
    } catch (error) {
      this.#log(tenant, { message: "webhook alarm not set", error: causeOf(error) });
    }
  }

  async #wakeAt(at: number): Promise<void> {
    const set = await this.#context.storage.getAlarm();
    if (set === null || set > at) await this.#context.storage.setAlarm(at);
  }

  /** What a delivery needs from outside. */
  world(tenant: string, settings: WebhookSettings): World {
    return {
      ...settings,
      tenant,
      store: this.#store,
      readPage: async (after) => {
        const { db } = await openSession(this.#context.env(), tenant, "first-primary");
        return readLogPage(db, tenant, after, PAGE_EVENTS);
      },
      fetcher: (url, init) => this.#context.fetch(url, init),
      now: () => this.#context.now(),
      log: (entry) => this.#log(tenant, entry),
    };
  }

  /** Called after a change: updates the operators' rows and the gate, and starts a turn for what may be due. */
  async changed(tenant: string): Promise<void> {
    this.#store.setFact("tenant", tenant);
    if (!(await this.#sync(tenant))) await this.#wakeAt(this.#context.now() + AGAIN_MS);
    const now = this.#context.now();
    if (this.#store.all().some((endpoint) => isDue(endpoint, now))) await this.poke(tenant);
  }

  /** Updates the operators' rows and tells the gate whether endpoints follow the log. Returns false to be retried. */
  async #sync(tenant: string): Promise<boolean> {
    try {
      if (this.#store.fact("compare") === "true") {
        const { db } = await openSession(this.#context.env(), tenant, "first-primary");
        this.#store.setMirrored(await readMirror(db, tenant));
        this.#store.setFact("compare", "false");
      }
      const { changed, removed } = this.#store.unmirrored();
      if (changed.length + removed.length > 0) {
        const updated_at = this.#context.now();
        const rows = changed.map((row) => ({ ...row, updated_at }));
        const { db } = await openSession(this.#context.env(), tenant, "first-primary");
        await mirrorEndpoints(db, tenant, rows, removed);
        this.#store.mirrored(changed, removed);
      }
      const followed = String(this.#store.all().some(({ status }) => status === "enabled"));
      if (this.#store.fact("followed") !== followed) {
        const gate = await this.gate(tenant);
        await withDeadline(gate.setFollowed(followed === "true"), GATE_MS);
        this.#store.setFact("followed", followed);
      }
      return true;
    } catch (error) {
      this.#log(tenant, { message: "webhook endpoints not mirrored", error: causeOf(error) });
      return false;
    }
  }

  #log(tenant: string, entry: Record<string, unknown>): void {
    console.warn(JSON.stringify({ level: "warn", tenant, ...entry }));
  }

  /** The tenant's gate. */
  async gate(tenant: string) {
    const placement = await findPlacement(this.#context.env(), tenant);
    if (placement === null) throw new Error("the tenant has no placement yet");
    return objectOf(this.#context.env().TENANT_GATE, tenant, placement);
  }
}
