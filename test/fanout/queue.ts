import {
  createExecutionContext,
  createMessageBatch,
  createScheduledController,
  getQueueResult,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { dataOf, type EventTexts } from "../../src/domain/log/texts.ts";
import { type EventsMessage, MESSAGE_VERSION } from "../../src/fanout/message.ts";
import worker from "../../src/index.ts";
import { Api } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { gateOf } from "../support/gate.ts";
import { expectedHistory, HISTORY, type WireEvent, type WireHistory, type WireRow } from "./expected.ts";

/* Delivers messages and fires the cron trigger as the platform does, and reads what the projections stored. */

export const QUEUE = "loan-ledger-history";
export const DEAD_QUEUE = "loan-ledger-history-dead";
export const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

export const messageFor = (tenant_id: string, upto = 1): EventsMessage => ({
  version: MESSAGE_VERSION,
  tenant_id,
  upto,
  traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
});

/** The outcome of each message, in the order of the bodies. */
export type Fate = "acked" | "retried" | "neither";

interface Delivery {
  readonly queue?: string;
  readonly attempts?: number;
  readonly environment?: Cloudflare.Env;
  /** The message ids; a message that is delivered again keeps its own. */
  readonly ids?: readonly string[];
}

/** Hands one batch to the worker's queue handler, as the platform does. */
export async function deliver(bodies: readonly unknown[], delivery: Delivery = {}): Promise<readonly Fate[]> {
  const { queue = QUEUE, attempts = 1, environment = env } = delivery;
  const ids = delivery.ids ?? bodies.map(() => crypto.randomUUID());
  const messages = bodies.map((body, index) => ({
    id: ids[index] ?? "",
    timestamp: new Date(),
    attempts,
    body,
  }));
  const batch = createMessageBatch<unknown>(queue, messages);
  const context = createExecutionContext();
  await worker.queue(batch, environment);
  const result = await getQueueResult(batch, context);
  const retried = new Set(result.retryMessages.map(({ msgId }) => msgId));
  const acked = new Set(result.explicitAcks);
  return ids.map((id) => (retried.has(id) ? "retried" : acked.has(id) ? "acked" : "neither"));
}

/** Fires the cron trigger. */
export const runSweep = (environment: Cloudflare.Env = env) =>
  worker.scheduled(createScheduledController(), environment);

/** Puts a queue of the test's making into the tenant's living gate, until the gate is evicted. */
export async function replaceQueue(tenant: string, send: (body: unknown) => unknown): Promise<void> {
  await runInDurableObject(gateOf(tenant), (instance) => {
    const holder = instance as unknown as { env: Cloudflare.Env };
    holder.env = { ...holder.env, HISTORY_QUEUE: { send } as unknown as Queue<unknown> };
  });
}

/** A tenant with a client whose messages are all lost; also returns the sent messages. */
export async function tenantWithoutQueue(): Promise<{ readonly api: Api; readonly sent: unknown[] }> {
  const api = new Api();
  const sent: unknown[] = [];
  await replaceQueue(api.tenant, async (body) => void sent.push(body));
  await api.accept("client", individual);
  return { api, sent };
}

/** An update of a loan's terms. */
export const revise = (terms: object, change: object = {}) => ({
  step: "update",
  disbursement_id: loan.disbursement_id,
  change_date: "2025-03-01",
  change_reason: "Client request",
  ...terms,
  ...change,
});

/** The tenant's events as the API shows them. */
export async function eventLog(tenant: string): Promise<readonly WireEvent[]> {
  const query = `SELECT event_id, sequence, category, step, record_id AS id, data, private, created_at FROM events
    WHERE tenant_id = ? ORDER BY sequence`;
  const { results } = await env.DB.prepare(query).bind(tenant).all<WireEvent & EventTexts>();
  return results.map((row) => ({
    ...row,
    data: JSON.parse(dataOf(row)),
    created_at: new Date(row.created_at).toISOString(),
  }));
}

const isAmount = (name: string) => /_(margin|amount)$/.test(name);
const isDate = (name: string) => /_date$/.test(name);

function toWire(row: Readonly<Record<string, string | number | null>>): WireRow {
  const entries = Object.entries(row).map(([name, value]) => {
    if (name === "created_at") return [name, new Date(Number(value)).toISOString()];
    if (isAmount(name)) return [name, Number(value) / 100];
    return [name, isDate(name) && String(value).includes("T") ? `${value}Z` : value];
  });
  return Object.fromEntries(entries);
}

/** The tenant's history straight from D1, in dollars and in the order of its events. */
export async function historyOf(tenant: string): Promise<WireHistory> {
  const statements = HISTORY.map((table) =>
    env.DB.prepare(`SELECT * FROM ${table} WHERE tenant_id = ? ORDER BY sequence`).bind(tenant),
  );
  const results = await env.DB.batch<Record<string, string | number | null>>(statements);
  const tables = results.map(({ results: rows }, index) => {
    const shown = rows.map(({ tenant_id: _, sequence: __, ...row }) => toWire(row));
    return [HISTORY[index], shown] as const;
  });
  return Object.fromEntries(tables) as unknown as WireHistory;
}

/** The history that the tenant must have now. */
export const dueHistoryOf = async (tenant: string): Promise<WireHistory> =>
  expectedHistory(await eventLog(tenant));

export const rowCount = (history: WireHistory) =>
  HISTORY.reduce((count, table) => count + history[table].length, 0);

/** An event's text with these facts. */
export const textWith = (facts: string) => `{"data":{},"facts":${facts}}`;

/** Rows straight into the event log of a tenant or of each of some, for what the API would never write or takes too long to. */
export async function insertEvents(
  tenants: string | readonly string[],
  from: number,
  to: number,
  facts: (sequence: number) => string = () => "{}",
): Promise<void> {
  const rows = Array.from({ length: to - from + 1 }, (_, index) => {
    const sequence = from + index;
    return [sequence, `event-${sequence}`, `L-${sequence}`, textWith(facts(sequence))];
  });
  await env.DB.prepare(
    `INSERT INTO events (tenant_id, sequence, event_id, category, step, record_id, key_hash, data, makes_history, trace_id,
       created_at, hash)
     SELECT t.value, e.value ->> 0, e.value ->> 1, 'disbursement', 'create', e.value ->> 2, randomblob(32), e.value ->> 3, 1,
       unhex(?2), 1700000000000, zeroblob(32) FROM json_each(?1) AS t, json_each(?3) AS e WHERE true`,
  )
    .bind(JSON.stringify([tenants].flat()), TRACE_ID, JSON.stringify(rows))
    .run();
}

export interface OpenLetter {
  readonly projection: string;
  readonly message_id: string;
  readonly tenant_id: string | null;
  readonly trace_id: string | null;
  readonly body: string;
  readonly error: string;
  readonly redrive: number;
  readonly resolved_at: number | null;
}

/** The dead letters of a tenant. */
export async function deadLettersOf(tenant: string): Promise<readonly OpenLetter[]> {
  const query = "SELECT * FROM dead_letters WHERE tenant_id = ? ORDER BY recorded_at";
  return (await env.DB.prepare(query).bind(tenant).all<OpenLetter>()).results;
}
