import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { withDeadline } from "../store/d1/failure.ts";
import { type Courier, GATE_MS } from "./courier.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointStore, KeptAnswer } from "./endpoint-store.ts";

/** An idempotency key, and the request that it was sent with. */
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

export const NOT_FOUND: Problem = { code: "not_found", detail: "This webhook endpoint does not exist." };
const MISMATCH: Problem = {
  code: "idempotency_mismatch",
  detail: "This Idempotency-Key belongs to a different request. Use a new key.",
};

/** Runs each request with an idempotency key once, one request after another (docs/api.md#idempotency). */
export class KeyedRequests {
  readonly #storage: DurableObjectStorage;
  readonly #store: EndpointStore;
  readonly #courier: Courier;
  #last: Promise<unknown> = Promise.resolve();

  constructor(storage: DurableObjectStorage, store: EndpointStore, courier: Courier) {
    this.#storage = storage;
    this.#store = store;
    this.#courier = courier;
  }

  /** Rejects when `work` or the gate fails; a retry with the same key is safe. */
  once(
    tenant: string,
    request: KeyOfRequest,
    work: () => Promise<Result<() => Made | null, Problem>>,
  ): Promise<Result<Managed, Problem>> {
    const answer = this.#last.then(() => this.#run(tenant, request, work));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** A change of an existing endpoint, applied to its state at the time of the change. */
  changing(id: string, change: (found: Endpoint) => Made): Result<() => Made | null, Problem> {
    if (!this.#store.find(id)) return err(NOT_FOUND);
    return ok(() => {
      const found = this.#store.find(id);
      return found && change(found);
    });
  }

  async #run(
    tenant: string,
    { key, fingerprint }: KeyOfRequest,
    work: () => Promise<Result<() => Made | null, Problem>>,
  ): Promise<Result<Managed, Problem>> {
    const kept = this.#store.answerTo(key);
    if (kept) return replayOf(kept, fingerprint);
    const done = await work();
    if (!done.ok) return done;
    const gate = await this.#courier.gate(tenant);
    const reserved = gate.reserveKey({ version: 1, tenant, key, fingerprint });
    if (!(await withDeadline(reserved, GATE_MS))) return err(MISMATCH);
    // No delivery can happen between the read of the endpoint and its change.
    const made = done.value();
    if (made === null) return err(NOT_FOUND);
    const { endpoint, secret, view } = made;
    this.#storage.transactionSync(() => {
      this.#store.put(endpoint);
      this.#store.keepAnswer(key, { fingerprint, body: JSON.stringify(view) });
    });
    await this.#courier.changed(tenant);
    const body = JSON.stringify(secret === null ? view : { ...view, secret });
    return ok({ body, replayed: false });
  }
}

function replayOf({ fingerprint, body }: KeptAnswer, asked: string): Result<Managed, Problem> {
  return fingerprint === asked ? ok({ body, replayed: true }) : err(MISMATCH);
}
