import { invalid, type Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import type { AttemptError, EndpointStatus, WebhookType } from "../domain/core/webhook.ts";
import type { EndpointRow } from "../store/webhooks/mirror.ts";
import type { Attempt } from "./attempt.ts";
import type { Sealed } from "./key-ring.ts";
import { GIVE_UP_MS, retryDelay } from "./retry.ts";

/** An endpoint's progress: all events up to `sequence` are delivered, and the next event's places up to `place`. */
export interface Cursor {
  readonly sequence: number;
  readonly place: number;
}

/** No message of the next event is delivered yet. */
const NO_PLACE = -1;

interface Failure {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly status: number | null;
  readonly error: AttemptError;
  /** The number of consecutive failures of this delivery. */
  readonly attempts: number;
}

/** A webhook endpoint as its sender stores it. Times are milliseconds since 1970. */
export interface Endpoint {
  readonly endpoint_id: string;
  readonly url: string;
  /** The service's own host name, as the tenant calls it. */
  readonly own_host: string;
  readonly event_types: readonly WebhookType[];
  readonly description: string | null;
  readonly status: EndpointStatus;
  readonly created_at: number;
  readonly secret: Sealed;
  /** The secret before a rotation, which also signs until `until`. */
  readonly previous: { readonly secret: Sealed; readonly until: number } | null;
  readonly cursor: Cursor;
  /** Raised by each change after which the answer to a request in flight no longer counts. */
  readonly epoch: number;
  /** The message whose attempts failed last, by its place. Attempts and `failed_since` count only for it. */
  readonly failed_message: Cursor | null;
  readonly failed_since: number | null;
  readonly next_attempt_at: number | null;
  readonly last_success_at: number | null;
  readonly last_failure: Failure | null;
}

const NO_FAILURE = {
  failed_message: null,
  failed_since: null,
  next_attempt_at: null,
  last_failure: null,
} as const;

/** What is chosen for a new endpoint; `from` is the sequence of the first event to report. */
type Chosen = Pick<
  Endpoint,
  "endpoint_id" | "url" | "own_host" | "event_types" | "description" | "created_at" | "secret"
> & { readonly from: number };

export function createdEndpoint(chosen: Chosen): Endpoint {
  const { endpoint_id, url, own_host, event_types, description, created_at, secret, from } = chosen;
  return {
    ...{ endpoint_id, url, own_host, event_types, description, created_at, secret },
    ...NO_FAILURE,
    status: "enabled",
    previous: null,
    cursor: { sequence: from - 1, place: NO_PLACE },
    epoch: 1,
    last_success_at: null,
  };
}

const GONE = 410;

/** When an attempt ended, in milliseconds since 1970, and a number from 0 to 1 for the jitter of the next one. */
interface Moment {
  readonly now: number;
  readonly random: number;
}

/** The endpoint after an attempt of the message at `message` (docs/api.md#retries). Pure. */
export function afterAttempt(
  endpoint: Endpoint,
  { error, status, retry_after }: Attempt,
  message: Cursor,
  { now, random }: Moment,
): Endpoint {
  if (error === null) return { ...endpoint, ...NO_FAILURE, cursor: message, last_success_at: now };
  const before = isSame(endpoint.failed_message, message) ? endpoint : NO_FAILURE;
  const attempts = (before.last_failure?.attempts ?? 0) + 1;
  const failed_since = before.failed_since ?? now;
  const last_failure = { at: now, status, error, attempts };
  const failed = { ...endpoint, failed_message: message, failed_since, last_failure };
  if (error === "secret_unreadable") return { ...failed, status: "failing", next_attempt_at: null };
  if (status === GONE) return { ...failed, status: "disabled", next_attempt_at: null };
  if (now - failed_since >= GIVE_UP_MS) return { ...failed, status: "failing", next_attempt_at: null };
  return { ...failed, next_attempt_at: now + retryDelay(attempts, random, retry_after) };
}

const isSame = (one: Cursor | null, other: Cursor): boolean =>
  one?.sequence === other.sequence && one.place === other.place;

/** The endpoint after all messages of an event are delivered or passed over. Failures of these messages are over. */
export function afterEvent(endpoint: Endpoint, sequence: number): Endpoint {
  const isOver = endpoint.failed_message !== null && endpoint.failed_message.sequence < sequence;
  const over = isOver ? { failed_message: null, failed_since: null, next_attempt_at: null } : {};
  return { ...endpoint, ...over, cursor: { sequence, place: NO_PLACE } };
}

/**
 * The endpoint after a rotation. `previous` also signs until its time. Deliveries that stopped because the secret could not be
 * read continue at once.
 */
export function afterRotation(endpoint: Endpoint, secret: Sealed, previous: Endpoint["previous"]): Endpoint {
  const rotated = { ...endpoint, secret, previous };
  const isRepaired = endpoint.status === "failing" && endpoint.last_failure?.error === "secret_unreadable";
  return isRepaired ? { ...rotated, ...restarted(endpoint), status: "enabled" } : rotated;
}

/** What a tenant may change of an endpoint; an absent member stays as it is. */
export interface NewValues {
  readonly url?: string | undefined;
  readonly event_types?: readonly WebhookType[] | undefined;
  readonly description?: string | null | undefined;
  readonly status?: "enabled" | "disabled" | undefined;
}

/** The endpoint after a change. After a new URL or status, answers in flight do not count and attempts start anew. */
export function afterChange(endpoint: Endpoint, change: NewValues): Endpoint {
  const { url, status, event_types, description } = change;
  const restarts = url !== undefined || status !== undefined;
  return {
    ...endpoint,
    url: url ?? endpoint.url,
    status: status ?? endpoint.status,
    event_types: event_types ?? endpoint.event_types,
    description: description === undefined ? endpoint.description : description,
    ...(restarts && restarted(endpoint)),
  };
}

/** Answers in flight no longer count, and the next attempt is due at once. */
const restarted = ({ epoch, last_failure }: Endpoint) => ({
  epoch: epoch + 1,
  failed_message: null,
  failed_since: null,
  next_attempt_at: null,
  last_failure: last_failure && { ...last_failure, attempts: 0 },
});

/** The endpoint after a replay: it delivers again from `from_sequence` on, at once. */
export function afterReplay(endpoint: Endpoint, from_sequence: number): Endpoint {
  const cursor = { sequence: from_sequence - 1, place: NO_PLACE };
  return { ...endpoint, ...restarted(endpoint), cursor };
}

/** Deliveries may start anywhere in the log, or after its last event. */
export function startWithin(from: number, head: number): Result<number, Problem> {
  if (from >= 1 && from <= head + 1) return ok(from);
  const message = `must be from 1 to ${head + 1}, one above the last event's sequence`;
  return err(invalid([{ field: "from_sequence", code: "invalid_value", message }]));
}

/** True when deliveries to the endpoint are due. */
export const isDue = ({ status, next_attempt_at }: Endpoint, now: number): boolean =>
  status === "enabled" && (next_attempt_at === null || next_attempt_at <= now);

/** The endpoint's row for operators, without the time of writing. */
export function mirrorOf(endpoint: Endpoint): Omit<EndpointRow, "updated_at"> {
  const { endpoint_id, status, cursor, next_attempt_at, failed_since, last_failure } = endpoint;
  const last_error = last_failure && `${last_failure.error} ${last_failure.status ?? ""}`.trim();
  return {
    endpoint_id,
    status,
    cursor_sequence: cursor.sequence,
    next_attempt_at,
    failed_since,
    last_error,
  };
}

const instant = (ms: number): string => new Date(ms).toISOString();

/** What a tenant sees of an endpoint when it is created (docs/api.md#webhooks), without the secret. */
export function briefView(endpoint: Endpoint) {
  const { endpoint_id, url, event_types, description, status, cursor, created_at } = endpoint;
  return {
    endpoint_id,
    url,
    event_types,
    description,
    status,
    cursor_sequence: cursor.sequence,
    created_at: instant(created_at),
  };
}

/** What a tenant sees of an endpoint; `behind` is the number of events that are not delivered. */
export function endpointView(endpoint: Endpoint, behind: number) {
  const { last_success_at, last_failure } = endpoint;
  return {
    ...briefView(endpoint),
    behind,
    last_success_at: last_success_at === null ? null : instant(last_success_at),
    last_failure: last_failure && { ...last_failure, at: instant(last_failure.at) },
  };
}
