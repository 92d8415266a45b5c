import { causeOf } from "../domain/core/failure.ts";
import type { WebhookType } from "../domain/core/webhook.ts";
import type { LogPage } from "../store/webhooks/log-page.ts";
import { type Attempt, attempt, type SendRequest } from "./attempt.ts";
import { destinationFault } from "./destination.ts";
import { afterAttempt, afterEvent, type Cursor, type Endpoint, isDue } from "./endpoint.ts";
import type { EndpointStore } from "./endpoint-store.ts";
import { type Message, messageId, messagesOf } from "./messages.ts";
import type { WebhookSettings } from "./settings.ts";
import { signatureHeader } from "./signature.ts";

/** What a turn needs from outside. */
export interface World extends WebhookSettings {
  readonly tenant: string;
  readonly store: EndpointStore;
  readonly readPage: (after: number) => Promise<LogPage>;
  readonly fetcher: SendRequest;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: (entry: Record<string, unknown>) => void;
}

/** The number of endpoints that are served at once. */
const ENDPOINTS_AT_ONCE = 4;
const TURN_MS = 60_000;
/** After this time an endpoint with more deliveries goes to the end of the line. */
const SLICE_MS = 5_000;
/** The most requests and reads of one turn: an invocation has 1,000. */
const CALLS_MAX = 800;
export const PAGE_EVENTS = 100;

/** `more`: more is due at once; `idle`: nothing is due, or a retry is scheduled; `stuck`: D1 did not answer. */
type SliceEnd = "more" | "idle" | "stuck";

/** The outcome of a turn. */
interface TurnEnd {
  readonly more: boolean;
  readonly stuck: boolean;
}

/** Delivers what is due to a few endpoints at once, until nothing is due or the turn is over. */
export class Turn {
  readonly #world: World;
  readonly #start: number;
  readonly #calls = { made: 0 };
  readonly #row: string[] = [];
  readonly #served = new Set<string>();
  /** Endpoints with new events since their slice began. */
  readonly #again = new Set<string>();
  readonly #end = Promise.withResolvers<void>();
  #stuck = false;

  constructor(world: World) {
    this.#world = world;
    this.#start = world.now();
  }

  /** Resolves when the turn is over. Never rejects. */
  async run(): Promise<TurnEnd> {
    this.wake();
    if (this.#served.size > 0) await this.#end.promise;
    return { more: this.#row.length > 0, stuck: this.#stuck };
  }

  /** Called when the log has more events: an endpoint that hangs must not delay the others until the turn is over. */
  wake(): void {
    for (const { endpoint_id } of this.#world.store.all()) {
      if (this.#served.has(endpoint_id)) this.#again.add(endpoint_id);
      else if (!this.#row.includes(endpoint_id)) this.#row.push(endpoint_id);
    }
    this.#serveNext();
  }

  get #isOver(): boolean {
    return this.#world.now() - this.#start >= TURN_MS || this.#calls.made >= CALLS_MAX;
  }

  #serveNext(): void {
    while (this.#served.size < ENDPOINTS_AT_ONCE && !this.#isOver) {
      const id = this.#row.shift();
      if (id === undefined) break;
      this.#served.add(id);
      void this.#serve(id);
    }
    if (this.#served.size === 0) this.#end.resolve();
  }

  async #serve(id: string): Promise<void> {
    const end = await slice(this.#world, id, this.#calls);
    this.#served.delete(id);
    const hasNews = this.#again.delete(id);
    if (end === "more" || (end === "idle" && hasNews)) this.#row.push(id);
    this.#stuck ||= end === "stuck";
    this.#serveNext();
  }
}

/** Serves one endpoint for a while, strictly in order: the next request is sent only after a 2xx to the one before. */
async function slice(world: World, id: string, calls: { made: number }): Promise<SliceEnd> {
  const { store, now } = world;
  const until = now() + SLICE_MS;
  try {
    const endpoint = store.find(id);
    if (!endpoint || !isDue(endpoint, now())) return "idle";
    calls.made += 1;
    const page = await world.readPage(endpoint.cursor.sequence);
    for (const event of page.events) {
      const current = sameEpoch(store, endpoint);
      if (!current) return "more";
      const types = new Set<WebhookType>(current.event_types);
      // The history rows are not derived yet: the consumer pokes the sender when they are.
      const waits = types.has("historyAdded") && event.makes_history && page.history < event.sequence;
      const sendable = new Set([...types].filter((type) => !(waits && type === "historyAdded")));
      for (const message of messagesOf(world.tenant, event, page.entries, sendable)) {
        const receiver = sameEpoch(store, endpoint);
        if (!receiver) return "more";
        if (!isAhead(message, receiver.cursor) || !receiver.event_types.includes(message.type)) continue;
        if (now() >= until) return "more";
        calls.made += 1;
        if (!(await deliver(world, receiver, message))) return "idle";
      }
      if (waits) return "idle";
      const served = sameEpoch(store, endpoint);
      if (!served) return "more";
      store.put(afterEvent(served, event.sequence));
    }
    return page.events.length === PAGE_EVENTS ? "more" : "idle";
  } catch (error) {
    world.log({ message: "webhook turn failed", endpoint: id, error: causeOf(error) });
    return "stuck";
  }
}

/** The endpoint as it is now, or null if it was removed, disabled, replayed or given another URL meanwhile. */
function sameEpoch(store: EndpointStore, { endpoint_id, epoch }: Endpoint): Endpoint | null {
  const current = store.find(endpoint_id);
  return current?.epoch === epoch && current.status === "enabled" ? current : null;
}

const isAhead = ({ sequence, place }: Message, cursor: Cursor): boolean =>
  sequence > cursor.sequence + 1 || (sequence === cursor.sequence + 1 && place > cursor.place);

/** Sends one message. Returns true when the receiver took it and the endpoint may continue. */
async function deliver(world: World, endpoint: Endpoint, message: Message): Promise<boolean> {
  const { store, now } = world;
  const { sequence, place, type, trace_id } = message;
  const id = messageId(endpoint.endpoint_id, message);
  const body = JSON.stringify({
    type,
    timestamp: new Date(message.occurred_at).toISOString(),
    data: message.data,
  });
  const outcome = await send(world, endpoint, { id, body, trace_id });
  const current = sameEpoch(store, endpoint);
  const { endpoint_id } = endpoint;
  if (outcome.error !== null) {
    const { error, status, duration_ms } = outcome;
    world.log({
      message: "webhook not delivered",
      endpoint: endpoint_id,
      trace_id,
      error,
      status,
      duration_ms,
    });
  }
  if (!current) return outcome.delivered;
  const moment = { now: now(), random: Math.random() };
  store.put(afterAttempt(current, outcome, { sequence: sequence - 1, place }, moment));
  return outcome.delivered;
}

interface Outgoing {
  readonly id: string;
  readonly body: string;
  /** Null for a new trace. */
  readonly trace_id: string | null;
}

/** Signs a body and sends it once. Sends nothing where deliveries may not go, or without a readable secret. */
export async function send(
  world: Omit<World, "store" | "readPage">,
  endpoint: Endpoint,
  { id, body, trace_id }: Outgoing,
): Promise<Attempt> {
  const { fetcher, now, allowLoopback, publicHosts } = world;
  const { url, own_host } = endpoint;
  const fault = destinationFault(url, { allowLoopback, ownHosts: [own_host, ...publicHosts] });
  if (fault !== null) return { ...NOT_SENT, error: "connection" };
  const secrets = await openSecrets(world, endpoint);
  if (secrets === null) return { ...NOT_SENT, error: "secret_unreadable" };
  const timestamp = Math.floor(now() / 1000);
  const headers = {
    "Content-Type": "application/json",
    "User-Agent": "loan-ledger-webhooks/1",
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": await signatureHeader(secrets, { id, timestamp, body }),
    traceparent: `00-${trace_id ?? randomHex(16)}-${randomHex(8)}-01`,
  };
  return attempt(fetcher, { url, headers, body }, now);
}

const NOT_SENT = { delivered: false, status: null, duration_ms: 0, retry_after: 0 } as const;

/** The secrets that sign now, or null when the endpoint's own cannot be read. An unreadable previous one is passed over. */
async function openSecrets(
  { ring, tenant, now, log }: Pick<World, "ring" | "tenant" | "now" | "log">,
  { endpoint_id, secret, previous }: Endpoint,
): Promise<readonly string[] | null> {
  const own = await ring.open(secret, { tenant, endpoint_id });
  if (!own.ok) {
    log({ message: "webhook secret unreadable", endpoint: endpoint_id, reason: own.error });
    return null;
  }
  if (!previous || previous.until <= now()) return [own.value];
  const older = await ring.open(previous.secret, { tenant, endpoint_id });
  return older.ok ? [own.value, older.value] : [own.value];
}

const randomHex = (bytes: number): string => crypto.getRandomValues(new Uint8Array(bytes)).toHex();
