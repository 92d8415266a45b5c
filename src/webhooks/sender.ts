import { DurableObject } from "cloudflare:workers";
import { causeOf } from "../domain/core/failure.ts";
import { invalid, type Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { WebhookType } from "../domain/core/webhook.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { openSession } from "../store/d1/session.ts";
import { objectOf } from "../store/placement/objects.ts";
import { findPlacement } from "../store/placement/placement.ts";
import { readHead, readLogPage } from "../store/webhooks/log-page.ts";
import { mirrorEndpoints } from "../store/webhooks/mirror.ts";
import type { Attempt, Fetcher } from "./attempt.ts";
import {
  afterChange,
  afterReplay,
  briefView,
  type Change,
  type Endpoint,
  endpointView,
  isDue,
  NO_PLACE,
} from "./endpoint.ts";
import { EndpointStore, type KeptAnswer } from "./endpoint-store.ts";
import { KeyRing } from "./key-ring.ts";
import { newSecret } from "./signature.ts";
import { PAGE_EVENTS, send, Turn, type World } from "./turn.ts";

/** An idempotency key and what it was sent with. */
export interface KeyOfRequest {
  readonly key: string;
  readonly fingerprint: string;
}

export interface NewEndpoint {
  readonly url: string;
  readonly own_host: string;
  readonly event_types: readonly WebhookType[];
  readonly description: string | null;
  readonly from_sequence: number | null;
}

/** A body as JSON text: kept for replays as it stands, without a secret. */
export interface Managed {
  readonly body: string;
  readonly replayed: boolean;
}

type Reply<T> = Promise<Result<T, Problem>>;

/** What a request with an idempotency key makes of an endpoint, and what it shows. */
interface Made {
  readonly endpoint: Endpoint;
  readonly secret: string | null;
  readonly view: object;
}

const ENDPOINTS_MAX = 20;
const PREVIOUS_SECRET_MS = 24 * 3_600_000;
const TESTS_A_MINUTE = 10;
const MINUTE_MS = 60_000;
/** How soon a turn that D1 cut off, or a copy that D1 did not take, is tried again: doubled each time, up to a minute. */
const AGAIN_MS = 5_000;
const GATE_MS = 5_000;

const NOT_FOUND: Problem = { code: "not_found", detail: "This webhook endpoint does not exist." };
const UNAVAILABLE: Problem = {
  code: "unavailable",
  detail: "The database did not answer. Retry with the same Idempotency-Key.",
};
const MISMATCH: Problem = {
  code: "idempotency_mismatch",
  detail: "This Idempotency-Key belongs to a different request. Use a new key.",
};

/**
 * Keeps one tenant's webhook endpoints and delivers to them from its alarm. Neither the gate nor the queue's consumer
 * ever waits for a receiver.
 */
export class WebhookSender extends DurableObject<Cloudflare.Env> {
  readonly #store: EndpointStore;
  readonly #tests = new Map<string, number[]>();
  /** Replaced by tests: a receiver, and a clock. */
  fetcher: Fetcher = (url, init) => fetch(url, init);
  now: () => number = () => Date.now();
  #last: Promise<unknown> = Promise.resolve();
  #failures = 0;
  #running: Turn | null = null;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#store = new EndpointStore(ctx.storage);
  }

  /** Makes an endpoint; the answer shows its secret, once. A replay answers without it. */
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

  /** A new secret. For 24 hours the one before signs too, unless `expirePrevious`. */
  rotate(tenant: string, request: KeyOfRequest, id: string, expirePrevious: boolean): Reply<Managed> {
    return this.#once(tenant, request, async (ring) => {
      const secret = newSecret();
      const sealed = await ring.seal(secret, { tenant, endpoint_id: id });
      const head = await this.#head(tenant);
      const until = this.now() + PREVIOUS_SECRET_MS;
      return this.#changing(id, (found) => {
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
      return this.#changing(id, (found) => {
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
      await this.#changed(tenant);
      return ok(JSON.stringify(endpointView(endpoint, head)));
    });
  }

  /** Stops the endpoint at once; a request on its way may still arrive. */
  async remove(tenant: string, id: string): Reply<null> {
    return this.#answered(async () => {
      if (!this.#store.find(id)) return err(NOT_FOUND);
      this.#store.remove(id);
      await this.#changed(tenant);
      return ok(null);
    });
  }

  /** Sends `ping` once, whatever the endpoint's status. */
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
      return ok(await send(this.#world(tenant, ring), endpoint, outgoing));
    });
  }

  /** The tenant has events that its endpoints may lack. */
  async poke(tenant: string): Promise<void> {
    this.#store.setFact("tenant", tenant);
    if (this.#running) this.#running.wake();
    else await this.#wakeAt(this.now());
  }

  /** Delivers what is due. Never throws: the platform would drop the alarm after some failures. */
  override async alarm(): Promise<void> {
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

  /** True when D1 or the gate did not take something, so that it must be tried again soon. */
  async #turn(tenant: string): Promise<boolean> {
    const ring = await KeyRing.parse(this.env.WEBHOOK_KEY);
    if (!ring.ok) {
      this.#log(tenant, { message: "misconfigured", setting: "WEBHOOK_KEY", reason: ring.error });
      return true;
    }
    const turn = new Turn(this.#world(tenant, ring.value));
    this.#running = turn;
    const { more, stuck } = await turn.run().finally(() => {
      this.#running = null;
    });
    const synced = await this.#sync(tenant);
    if (more) await this.#wakeAt(this.now());
    return stuck || !synced;
  }

  /** Sets the alarm for the next retry of an endpoint, and for what this turn could not do. */
  async #arm(tenant: string): Promise<void> {
    try {
      const now = this.now();
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
    const set = await this.ctx.storage.getAlarm();
    if (set === null || set > at) await this.ctx.storage.setAlarm(at);
  }

  #world(tenant: string, ring: KeyRing): World {
    return {
      tenant,
      store: this.#store,
      ring,
      allowLoopback: this.env.WEBHOOK_ALLOW_LOOPBACK === "true",
      readPage: async (after) => {
        const { db } = await openSession(this.env, tenant, "first-primary");
        return readLogPage(db, tenant, after, PAGE_EVENTS);
      },
      fetcher: (url, init) => this.fetcher(url, init),
      now: () => this.now(),
      log: (entry) => this.#log(tenant, entry),
    };
  }

  async #head(tenant: string): Promise<number> {
    const { db } = await openSession(this.env, tenant, "first-primary");
    return readHead(db, tenant);
  }

  async #gate(tenant: string) {
    const placement = await findPlacement(this.env, tenant);
    if (placement === null) throw new Error("the tenant has no placement yet");
    return objectOf(this.env.TENANT_GATE, tenant, placement);
  }

  async #startOf(tenant: string, from_sequence: number | null): Reply<number> {
    const head = await this.#head(tenant);
    return startWithin(from_sequence ?? head + 1, head);
  }

  /**
   * Runs a request with an idempotency key once, one after another, and keeps its answer without the secret
   * (docs/api.md#idempotency).
   */
  #once(
    tenant: string,
    { key, fingerprint }: KeyOfRequest,
    work: (ring: KeyRing) => Reply<() => Made | null>,
  ): Reply<Managed> {
    const run = () =>
      this.#answered(async (ring) => {
        const kept = this.#store.answerTo(key);
        if (kept) return replayOf(kept, fingerprint);
        const done = await work(ring);
        if (!done.ok) return done;
        const gate = await this.#gate(tenant);
        if (!(await withDeadline(gate.reserveKey(key, fingerprint), GATE_MS))) return err(MISMATCH);
        // No delivery comes between the look at the endpoint and its change.
        const made = done.value();
        if (made === null) return err(NOT_FOUND);
        const { endpoint, secret, view } = made;
        this.ctx.storage.transactionSync(() => {
          this.#store.put(endpoint);
          this.#store.keepAnswer(key, { fingerprint, body: JSON.stringify(view) });
        });
        await this.#changed(tenant);
        const body = JSON.stringify(secret === null ? view : { ...view, secret });
        return ok({ body, replayed: false });
      });
    const answer = this.#last.then(run);
    this.#last = answer;
    return answer;
  }

  /** A change of an endpoint that is there, to be made of it as it is by then. */
  #changing(id: string, change: (found: Endpoint) => Made): Result<() => Made | null, Problem> {
    if (!this.#store.find(id)) return err(NOT_FOUND);
    return ok(() => {
      const found = this.#store.find(id);
      return found && change(found);
    });
  }

  /** Runs a request; without keys for the secrets, or without a database, it is refused. */
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

  /** After a change: the operators' rows, the gate, and a turn for what may be due. */
  async #changed(tenant: string): Promise<void> {
    this.#store.setFact("tenant", tenant);
    if (!(await this.#sync(tenant))) await this.#wakeAt(this.now() + AGAIN_MS);
    const now = this.now();
    if (this.#store.all().some((endpoint) => isDue(endpoint, now))) await this.poke(tenant);
  }

  /** Brings the operators' rows up to date, and lets the gate know whether anybody follows. False: try again. */
  async #sync(tenant: string): Promise<boolean> {
    try {
      const { changed, removed } = this.#store.unmirrored();
      if (changed.length + removed.length > 0) {
        const updated_at = this.now();
        const rows = changed.map((row) => ({ ...row, updated_at }));
        const { db } = await openSession(this.env, tenant, "first-primary");
        await mirrorEndpoints(db, tenant, rows, removed);
        this.#store.mirrored(changed, removed);
      }
      const followed = String(this.#store.all().some(({ status }) => status === "enabled"));
      if (this.#store.fact("followed") !== followed) {
        const gate = await this.#gate(tenant);
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
}

/** A delivery may start anywhere in the log, and at the event that comes next. */
function startWithin(from: number, head: number): Result<number, Problem> {
  if (from >= 1 && from <= head + 1) return ok(from);
  const message = `must be from 1 to ${head + 1}, the next event's sequence`;
  return err(invalid([{ field: "from_sequence", code: "invalid_value", message }]));
}

function replayOf({ fingerprint, body }: KeptAnswer, asked: string): Result<Managed, Problem> {
  return fingerprint === asked ? ok({ body, replayed: true }) : err(MISMATCH);
}
