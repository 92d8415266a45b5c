import { DurableObject } from "cloudflare:workers";
import { causeOf } from "../domain/core/failure.ts";
import { invalid, type Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { WebhookType } from "../domain/core/webhook.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { readHead } from "../store/log.ts";
import { openSession } from "../store/session.ts";
import type { Attempt, Fetcher } from "./attempt.ts";
import { Courier } from "./courier.ts";
import {
  afterChange,
  afterReplay,
  briefView,
  type Change,
  type Endpoint,
  endpointView,
  NO_PLACE,
} from "./endpoint.ts";
import { EndpointStore } from "./endpoint-store.ts";
import { KeyRing } from "./key-ring.ts";
import { KeyedRequests, type KeyOfRequest, type Made, type Managed, NOT_FOUND } from "./keyed-requests.ts";
import { newSecret } from "./signature.ts";
import { send } from "./turn.ts";

export type { KeyOfRequest, Managed };

export interface NewEndpoint {
  readonly url: string;
  readonly own_host: string;
  readonly event_types: readonly WebhookType[];
  readonly description: string | null;
  readonly from_sequence: number | null;
}

type Reply<T> = Promise<Result<T, Problem>>;

const ENDPOINTS_MAX = 20;
const PREVIOUS_SECRET_MS = 24 * 3_600_000;
const TESTS_A_MINUTE = 10;
const MINUTE_MS = 60_000;

const UNAVAILABLE: Problem = {
  code: "unavailable",
  detail: "The database did not answer. Retry with the same Idempotency-Key.",
};
/**
 * Keeps one tenant's webhook endpoints and delivers to them from its alarm. Neither the gate nor the queue's consumer
 * ever waits for a receiver.
 */
export class WebhookSender extends DurableObject<Cloudflare.Env> {
  readonly #store: EndpointStore;
  readonly #courier: Courier;
  readonly #keyed: KeyedRequests;
  readonly #tests = new Map<string, number[]>();
  /** Tests replace these: a receiver, and a clock. */
  fetcher: Fetcher = (url, init) => fetch(url, init);
  now: () => number = () => Date.now();

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#store = new EndpointStore(ctx.storage);
    this.#courier = new Courier({
      // Read from the object each time, because a test replaces its members.
      env: () => this.env,
      storage: ctx.storage,
      store: this.#store,
      fetch: (url, init) => this.fetcher(url, init),
      now: () => this.now(),
    });
    this.#keyed = new KeyedRequests(ctx.storage, this.#store, this.#courier);
  }

  /** Called when the tenant may have undelivered events. */
  poke(tenant: string): Promise<void> {
    return this.#courier.poke(tenant);
  }

  override alarm(): Promise<void> {
    return this.#courier.ring();
  }

  /** Creates an endpoint. The answer shows its secret once; a replay's answer does not. */
  create(tenant: string, request: KeyOfRequest, wanted: NewEndpoint): Reply<Managed> {
    return this.#once(tenant, request, async (ring) => {
      if (this.#store.all().length >= ENDPOINTS_MAX) {
        const detail = `A tenant can have ${ENDPOINTS_MAX} webhook endpoints. Delete one first.`;
        return err({ code: "too_many_endpoints", detail });
      }
      const from = await this.#startOf(tenant, wanted.from_sequence);
      if (!from.ok) return from;
      const endpoint_id = crypto.randomUUID();
      const secret = newSecret();
      const { url, own_host, event_types, description } = wanted;
      const endpoint: Endpoint = {
        endpoint_id,
        url,
        own_host,
        event_types,
        description,
        status: "enabled",
        created_at: this.now(),
        secret: await ring.seal(secret, { tenant, endpoint_id }),
        previous: null,
        cursor: { sequence: from.value - 1, place: NO_PLACE },
        epoch: 1,
        failed_since: null,
        next_attempt_at: null,
        last_success_at: null,
        last_failure: null,
      };
      return ok(() => ({ endpoint, secret, view: briefView(endpoint) }));
    });
  }

  /** Rotates the secret. The previous one also signs for 24 hours, unless `expirePrevious`. */
  rotate(tenant: string, request: KeyOfRequest, id: string, expirePrevious: boolean): Reply<Managed> {
    return this.#once(tenant, request, async (ring) => {
      const secret = newSecret();
      const sealed = await ring.seal(secret, { tenant, endpoint_id: id });
      const head = await this.#head(tenant);
      const until = this.now() + PREVIOUS_SECRET_MS;
      return this.#keyed.changing(id, (found) => {
        const previous = expirePrevious ? null : { secret: found.secret, until };
        const endpoint = { ...found, secret: sealed, previous };
        return { endpoint, secret, view: endpointView(endpoint, head) };
      });
    });
  }

  /** Delivers again from a sequence on. */
  replay(tenant: string, request: KeyOfRequest, id: string, from_sequence: number): Reply<Managed> {
    return this.#once(tenant, request, async () => {
      if (!this.#store.find(id)) return err(NOT_FOUND);
      const head = await this.#head(tenant);
      const from = startWithin(from_sequence, head);
      if (!from.ok) return from;
      return this.#keyed.changing(id, (found) => {
        const endpoint = afterReplay(found, from.value);
        return { endpoint, secret: null, view: endpointView(endpoint, head) };
      });
    });
  }

  async list(tenant: string): Reply<string> {
    return this.#answered(async () => {
      const endpoints = this.#store.all();
      const head = endpoints.length === 0 ? 0 : await this.#head(tenant);
      return ok(JSON.stringify({ data: endpoints.map((endpoint) => endpointView(endpoint, head)) }));
    });
  }

  async get(tenant: string, id: string): Reply<string> {
    return this.#answered(async () => {
      if (!this.#store.find(id)) return err(NOT_FOUND);
      const head = await this.#head(tenant);
      const found = this.#store.find(id);
      return found ? ok(JSON.stringify(endpointView(found, head))) : err(NOT_FOUND);
    });
  }

  async change(tenant: string, id: string, change: Change & { readonly own_host: string }): Reply<string> {
    return this.#answered(async () => {
      if (!this.#store.find(id)) return err(NOT_FOUND);
      const head = await this.#head(tenant);
      const found = this.#store.find(id);
      if (!found) return err(NOT_FOUND);
      const own_host = change.url === undefined ? found.own_host : change.own_host;
      const endpoint = { ...afterChange(found, change), own_host };
      this.#store.put(endpoint);
      await this.#courier.changed(tenant);
      return ok(JSON.stringify(endpointView(endpoint, head)));
    });
  }

  /** Removes the endpoint at once. A request in flight may still arrive. */
  async remove(tenant: string, id: string): Reply<null> {
    return this.#answered(async () => {
      if (!this.#store.find(id)) return err(NOT_FOUND);
      this.#store.remove(id);
      await this.#courier.changed(tenant);
      return ok(null);
    });
  }

  /** Sends `ping` once, regardless of the endpoint's status. */
  async ping(tenant: string, id: string): Reply<Attempt> {
    return this.#answered(async (ring) => {
      const endpoint = this.#store.find(id);
      if (!endpoint) return err(NOT_FOUND);
      const recent = (this.#tests.get(id) ?? []).filter((at) => at > this.now() - MINUTE_MS);
      if (recent.length >= TESTS_A_MINUTE) {
        const detail = `An endpoint takes ${TESTS_A_MINUTE} tests a minute. Wait a minute.`;
        return err({ code: "rate_limited", detail });
      }
      this.#tests.set(id, [...recent, this.now()]);
      const body = JSON.stringify({ type: "ping", timestamp: new Date(this.now()).toISOString(), data: {} });
      const outgoing = { id: `msg_${crypto.randomUUID()}`, body, trace_id: null };
      return ok(await send(this.#courier.world(tenant, ring), endpoint, outgoing));
    });
  }

  async #head(tenant: string): Promise<number> {
    const { db } = await openSession(this.env, tenant, "first-primary");
    return withDeadline(readHead(db, tenant));
  }

  async #startOf(tenant: string, from_sequence: number | null): Reply<number> {
    const head = await this.#head(tenant);
    return startWithin(from_sequence ?? head + 1, head);
  }

  #once(
    tenant: string,
    request: KeyOfRequest,
    work: (ring: KeyRing) => Reply<() => Made | null>,
  ): Reply<Managed> {
    return this.#answered((ring) => this.#keyed.once(tenant, request, () => work(ring)));
  }

  /** Runs a request. Refuses it if the service has no keys for the secrets, or no database. */
  async #answered<T>(work: (ring: KeyRing) => Reply<T>): Reply<T> {
    const ring = await KeyRing.parse(this.env.WEBHOOK_KEY);
    if (!ring.ok) {
      const entry = { level: "error", message: "misconfigured", setting: "WEBHOOK_KEY", reason: ring.error };
      console.error(JSON.stringify(entry));
      return err({ code: "misconfigured", detail: "Webhooks are not configured. Tell the operator." });
    }
    try {
      return await work(ring.value);
    } catch (error) {
      console.error(
        JSON.stringify({ level: "error", message: "webhook request failed", error: causeOf(error) }),
      );
      return err(UNAVAILABLE);
    }
  }
}

/** Deliveries may start anywhere in the log, or at the next event. */
function startWithin(from: number, head: number): Result<number, Problem> {
  if (from >= 1 && from <= head + 1) return ok(from);
  const message = `must be from 1 to ${head + 1}, the next event's sequence`;
  return err(invalid([{ field: "from_sequence", code: "invalid_value", message }]));
}
