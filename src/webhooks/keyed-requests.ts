import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { WebhookType } from "../domain/core/webhook.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { accessFault, accessible, type Caller, NOT_FOUND } from "./access.ts";
import { type Courier, GATE_MS } from "./courier.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointStore, KeptAnswer } from "./endpoint-store.ts";
import { Line } from "./line.ts";

/** The hash of an idempotency key, and the request that it was sent with. */
export interface KeyOfRequest {
  readonly key: string;
  readonly fingerprint: string;
}

/** A body as JSON text. It is stored for replays unchanged, without a secret. */
export interface Managed {
  readonly body: string;
  readonly replayed: boolean;
}

/** The endpoint after a request with an idempotency key, and the answer. */
export interface Made {
  readonly endpoint: Endpoint;
  readonly secret: string | null;
  readonly view: object;
}

const MISMATCH: Problem = {
  code: "idempotency_mismatch",
  detail: "This Idempotency-Key belongs to a different request. Use a new key.",
};

/** Each is answered within a second or two, unless the database hangs. */
const REQUESTS_MAX = 50;
/** Less than a caller waits (client.ts): a request whose caller was answered already does not run. */
const WAIT_MS_MAX = 20_000;

const FULL: Problem = {
  code: "overloaded",
  detail:
    "Too many requests for the tenant's webhook endpoints are waiting. Try again with the same Idempotency-Key.",
};
const LATE: Problem = {
  code: "unavailable",
  detail: "The database did not answer. Retry with the same Idempotency-Key.",
};

/** Runs each request with an idempotency key once, one request after another (docs/api.md#idempotency). */
export class KeyedRequests {
  readonly #storage: DurableObjectStorage;
  readonly #store: EndpointStore;
  readonly #courier: Courier;
  readonly #line: Line;

  constructor(storage: DurableObjectStorage, store: EndpointStore, courier: Courier, now: () => number) {
    this.#storage = storage;
    this.#store = store;
    this.#courier = courier;
    this.#line = new Line({ length: REQUESTS_MAX, waitMs: WAIT_MS_MAX, now });
  }

  /** Rejects when `work` or the gate fails; a retry with the same key is safe. */
  async once(
    caller: Caller,
    request: KeyOfRequest,
    work: () => Promise<Result<() => Made | null, Problem>>,
  ): Promise<Result<Managed, Problem>> {
    const answer = await this.#line.run(() => this.#run(caller, request, work));
    if (answer === "full") return err(FULL);
    return answer === "late" ? err(LATE) : answer;
  }

  /** A change of an existing endpoint, applied to its state at the time of the change. */
  changing(
    caller: Caller,
    id: string,
    change: (found: Endpoint) => Made,
  ): Result<() => Made | null, Problem> {
    const allowed = accessible(caller, this.#store.find(id));
    if (!allowed.ok) return allowed;
    return ok(() => {
      const found = this.#store.find(id);
      return found && change(found);
    });
  }

  async #run(
    caller: Caller,
    { key, fingerprint }: KeyOfRequest,
    work: () => Promise<Result<() => Made | null, Problem>>,
  ): Promise<Result<Managed, Problem>> {
    const kept = this.#store.answerTo(key);
    if (kept) return replayOf(caller, kept, fingerprint);
    const done = await work();
    if (!done.ok) return done;
    const gate = await this.#courier.gate(caller.tenant);
    const reserved = gate.reserveKey({ version: 1, tenant: caller.tenant, key, fingerprint });
    if (!(await withDeadline(reserved, GATE_MS))) return err(MISMATCH);
    // No delivery can happen between the read of the endpoint and its change.
    const made = done.value();
    if (made === null) return err(NOT_FOUND);
    const { endpoint, secret, view } = made;
    this.#storage.transactionSync(() => {
      this.#store.put(endpoint);
      this.#store.keepAnswer(key, { fingerprint, body: JSON.stringify(view) });
    });
    await this.#courier.changed(caller.tenant);
    const body = JSON.stringify(secret === null ? view : { ...view, secret });
    return ok({ body, replayed: false });
  }
}

function replayOf(
  caller: Caller,
  { fingerprint, body }: KeptAnswer,
  asked: string,
): Result<Managed, Problem> {
  const { event_types }: { event_types: readonly WebhookType[] } = JSON.parse(body);
  const fault = accessFault(caller, event_types);
  if (fault) return err(fault);
  return fingerprint === asked ? ok({ body, replayed: true }) : err(MISMATCH);
}
