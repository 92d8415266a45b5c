import { DurableObject } from "cloudflare:workers";
import { causeOf } from "../domain/core/failure.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { type LogTail, readTail } from "../store/log.ts";
import { openSession } from "../store/session.ts";
import { accessFault, accessible, type Caller } from "./access.ts";
import type { Attempt, SendRequest } from "./attempt.ts";
import { Courier } from "./courier.ts";
import {
  afterChange,
  afterReplay,
  afterRotation,
  briefView,
  createdEndpoint,
  type Endpoint,
  endpointView,
  type NewValues,
  startWithin,
} from "./endpoint.ts";
import { EndpointStore } from "./endpoint-store.ts";
import { KeyedRequests, type KeyOfRequest, type Made, type Managed } from "./keyed-requests.ts";
import { MinuteLimit } from "./minute-limit.ts";
import { parseWebhookSettings, type WebhookSettings } from "./settings.ts";
import { newSecret } from "./signature.ts";
import { send } from "./turn.ts";

export type { Caller, KeyOfRequest, Managed };

export type NewEndpoint = Pick<Endpoint, "url" | "own_host" | "event_types" | "description"> & {
  readonly from_sequence: number | null;
};

type Reply<T> = Promise<Result<T, Problem>>;

const ENDPOINTS_MAX = 20;
const PREVIOUS_SECRET_MS = 24 * 3_600_000;
const TESTS_A_MINUTE = 10;

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
  /** Counts the tenant's tests: to delete an endpoint and create it again gives no more of them. */
  readonly #tests = new MinuteLimit(TESTS_A_MINUTE);
  /** Tests replace these: a receiver, and a clock. */
  fetcher: SendRequest = (url, init) => fetch(url, init);
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
    this.#keyed = new KeyedRequests(ctx.storage, this.#store, this.#courier, () => this.now());
  }

  /** Called when the tenant may have undelivered events; `isRestored`: D1's copy of the endpoints may be of an earlier time. */
  poke(tenant: string, isRestored = false): Promise<void> {
    return this.#courier.poke(tenant, isRestored);
  }

  override alarm(): Promise<void> {
    return this.#courier.ring();
  }

  /** Creates an endpoint. The answer shows its secret once; a replay's answer does not. */
  create(caller: Caller, request: KeyOfRequest, wanted: NewEndpoint): Reply<Managed> {
    const { tenant } = caller;
    return this.#once(caller, request, async ({ ring }) => {
      const fault = accessFault(caller, wanted.event_types);
      if (fault) return err(fault);
      if (this.#store.all().length >= ENDPOINTS_MAX) {
        const detail = `A tenant can have ${ENDPOINTS_MAX} webhook endpoints. Delete one first.`;
        return err({ code: "too_many_endpoints", detail });
      }
      const from = await this.#startOf(tenant, wanted.from_sequence);
      if (!from.ok) return from;
      const endpoint_id = crypto.randomUUID();
      const secret = newSecret();
      const sealed = await ring.seal(secret, { tenant, endpoint_id });
      const created_at = this.now();
      const endpoint = createdEndpoint({
        ...wanted,
        endpoint_id,
        created_at,
        secret: sealed,
        from: from.value,
      });
      return ok(() => ({ endpoint, secret, view: briefView(endpoint) }));
    });
  }

  /** Rotates the secret. The previous one also signs for 24 hours, unless `expirePrevious` or if it cannot be read. */
  rotate(caller: Caller, request: KeyOfRequest, id: string, expirePrevious: boolean): Reply<Managed> {
    const { tenant } = caller;
    return this.#once(caller, request, async ({ ring }) => {
      const found = accessible(caller, this.#store.find(id));
      if (!found.ok) return found;
      const owner = { tenant, endpoint_id: id };
      const secret = newSecret();
      const sealed = await ring.seal(secret, owner);
      const isKept = !expirePrevious && (await ring.open(found.value.secret, owner)).ok;
      const behind = await this.#behind(tenant, found.value);
      const until = this.now() + PREVIOUS_SECRET_MS;
      return this.#keyed.changing(caller, id, (endpoint) => {
        const previous = isKept ? { secret: endpoint.secret, until } : null;
        const rotated = afterRotation(endpoint, sealed, previous);
        return { endpoint: rotated, secret, view: endpointView(rotated, behind) };
      });
    });
  }

  /** Delivers again from a sequence on. */
  replay(caller: Caller, request: KeyOfRequest, id: string, from_sequence: number): Reply<Managed> {
    return this.#once(caller, request, async () => {
      const found = accessible(caller, this.#store.find(id));
      if (!found.ok) return found;
      const { head, after } = await this.#tail(caller.tenant, [from_sequence - 1]);
      const from = startWithin(from_sequence, head);
      if (!from.ok) return from;
      return this.#keyed.changing(caller, id, (endpoint) => {
        const replayed = afterReplay(endpoint, from.value);
        return { endpoint: replayed, secret: null, view: endpointView(replayed, after[0] ?? 0) };
      });
    });
  }

  /** The endpoints whose messages the caller may read. */
  async list(caller: Caller): Reply<string> {
    return this.#answered(async () => {
      const endpoints = this.#store.all().filter((one) => accessible(caller, one).ok);
      const cursors = endpoints.map(({ cursor }) => cursor.sequence);
      const { after } = endpoints.length === 0 ? { after: [] } : await this.#tail(caller.tenant, cursors);
      const data = endpoints.map((endpoint, index) => endpointView(endpoint, after[index] ?? 0));
      return ok(JSON.stringify({ data }));
    });
  }

  async get(caller: Caller, id: string): Reply<string> {
    return this.#answered(async () => {
      const asked = accessible(caller, this.#store.find(id));
      if (!asked.ok) return asked;
      const behind = await this.#behind(caller.tenant, asked.value);
      const found = accessible(caller, this.#store.find(id));
      return found.ok ? ok(JSON.stringify(endpointView(found.value, behind))) : found;
    });
  }

  async change(caller: Caller, id: string, change: NewValues & { readonly own_host: string }): Reply<string> {
    const { url, event_types, status, own_host } = change;
    const isOpenToAll = url === undefined && event_types === undefined && status === undefined;
    const who = isOpenToAll ? { ...caller, lacking: {} } : caller;
    return this.#answered(async () => {
      const asked = accessible(who, this.#store.find(id), event_types);
      if (!asked.ok) return asked;
      const behind = await this.#behind(caller.tenant, asked.value);
      const found = accessible(who, this.#store.find(id), event_types);
      if (!found.ok) return found;
      const changed = afterChange(found.value, change);
      const endpoint = url === undefined ? changed : { ...changed, own_host };
      this.#store.put(endpoint);
      await this.#courier.changed(caller.tenant);
      return ok(JSON.stringify(endpointView(endpoint, behind)));
    });
  }

  /** Removes the endpoint at once. A request in flight may still arrive. */
  async remove(caller: Caller, id: string): Reply<null> {
    return this.#answered(async () => {
      const found = accessible(caller, this.#store.find(id));
      if (!found.ok) return found;
      this.#store.remove(id);
      await this.#courier.changed(caller.tenant);
      return ok(null);
    });
  }

  /** Sends `ping` once, regardless of the endpoint's status. */
  async ping(caller: Caller, id: string): Reply<Attempt> {
    return this.#answered(async (settings) => {
      const found = accessible(caller, this.#store.find(id));
      if (!found.ok) return found;
      if (!this.#tests.take(this.now())) {
        const detail = `A tenant has ${TESTS_A_MINUTE} tests a minute. Wait a minute.`;
        return err({ code: "rate_limited", detail });
      }
      const body = JSON.stringify({ type: "ping", timestamp: new Date(this.now()).toISOString(), data: {} });
      const outgoing = { id: `msg_${crypto.randomUUID()}`, body, trace_id: null };
      return ok(await send(this.#courier.world(caller.tenant, settings), found.value, outgoing));
    });
  }

  async #tail(tenant: string, sequences: readonly number[]): Promise<LogTail> {
    const { db } = await openSession(this.env, tenant, "first-primary");
    return withDeadline(readTail(db, tenant, sequences));
  }

  async #behind(tenant: string, { cursor }: Endpoint): Promise<number> {
    return (await this.#tail(tenant, [cursor.sequence])).after[0] ?? 0;
  }

  async #startOf(tenant: string, from_sequence: number | null): Reply<number> {
    const { head } = await this.#tail(tenant, [Number.MAX_SAFE_INTEGER]);
    return startWithin(from_sequence ?? head + 1, head);
  }

  #once(
    caller: Caller,
    request: KeyOfRequest,
    work: (settings: WebhookSettings) => Reply<() => Made | null>,
  ): Reply<Managed> {
    return this.#answered((settings) => this.#keyed.once(caller, request, () => work(settings)));
  }

  /** Runs a request. Refuses it if a setting of webhooks is wrong, or without a database. */
  async #answered<T>(work: (settings: WebhookSettings) => Reply<T>): Reply<T> {
    const settings = await parseWebhookSettings(this.env);
    if (!settings.ok) {
      console.error(JSON.stringify({ level: "error", message: "misconfigured", ...settings.error }));
      return err({ code: "misconfigured", detail: "Webhooks are not configured. Tell the operator." });
    }
    try {
      return await work(settings.value);
    } catch (error) {
      console.error(
        JSON.stringify({ level: "error", message: "webhook request failed", error: causeOf(error) }),
      );
      return err(UNAVAILABLE);
    }
  }
}
