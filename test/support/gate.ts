import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { app } from "../../src/app.ts";
import { parseJson, stringifyJson } from "../../src/contract/json.ts";
import { parseIngest } from "../../src/contract/tape/ingest.ts";
import { keyHash } from "../../src/domain/log/hash.ts";
import type { IngestCommand } from "../../src/domain/tape/state.ts";
import { fingerprint } from "../../src/http/idempotency.ts";
import { openSession } from "../../src/store/session.ts";
import { type GroupContext, type Settled, settleGroup } from "../../src/tenant/group.ts";
import { GateMemory } from "../../src/tenant/memory.ts";
import { CALL_VERSION, type Submission } from "../../src/tenant/submission.ts";
import { Api, newKey } from "./api.ts";
import { expectChain } from "./chain.ts";
import { until } from "./until.ts";

export const gateOf = (tenant: string) => env.TENANT_GATE.getByName(tenant);

/** A second gate of the tenant, as an object that is still dying elsewhere would be. */
export const secondGateOf = (tenant: string) => env.TENANT_GATE.getByName(`2:${tenant}`);

/** The service, reaching the tenant's second gate. */
export function throughSecondGate(tenant: string): Api {
  const getByName = () => secondGateOf(tenant);
  const TENANT_GATE = { getByName } as unknown as Cloudflare.Env["TENANT_GATE"];
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const fetch = async (input: RequestInfo, init?: RequestInit) =>
    app.fetch(new Request(input, init), { ...env, TENANT_GATE }, context as never);
  return new Api(tenant, undefined, fetch as never);
}

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

/** A submission of an ingest event: what the tests build and spoil. */
export type IngestSubmission = Submission & { readonly command: IngestCommand };

/** A submission as the `/ingest` route makes it. */
export async function submissionOf(
  category: string,
  data: object,
  key = newKey(),
  tenant = "",
): Promise<IngestSubmission> {
  const parsed = parseJson(JSON.stringify({ category, data }));
  if (!parsed.ok) throw new Error(parsed.error);
  const command = parseIngest(parsed.value);
  if (!command.ok) throw new Error(JSON.stringify(command.error));
  return {
    version: CALL_VERSION,
    key: keyHash(tenant, key),
    fingerprint: fingerprint("POST", "/ingest", parsed.value),
    data: stringifyJson((parsed.value as { data: unknown }).data),
    actor: "test-client",
    trace_id: TRACE_ID,
    traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
    command: command.value,
  };
}

/** What a gate gives to settleGroup, for a test that is a second writer of the tenant. */
export function writerContext(tenant: string, db: D1Database = env.DB): GroupContext {
  const open = () => openSession({ ...env, DB: db }, tenant, "first-primary");
  return {
    tenant,
    open,
    memory: new GateMemory(),
    trusted: () => [],
    recover: async () => {},
    isLate: () => false,
    onHead: () => {},
    reserve: async () => {},
    isErasing: () => false,
    log: () => {},
  };
}

/** Settles a group as a gate does, to its last part. */
export const settleWhole = (context: GroupContext, group: readonly Submission[]): Promise<Settled[]> =>
  Array.fromAsync(settleGroup(context, group));

export interface LoggedEvent {
  readonly sequence: number;
  readonly event_id: string;
  readonly key_hash: string;
  readonly record_id: string;
  readonly created_at: number;
  readonly hash: string;
}

/** The tenant's events straight from D1, in order; each follows the one before it in the chain. */
export async function eventsOf(tenant: string): Promise<readonly LoggedEvent[]> {
  await expectChain(tenant);
  const columns =
    "sequence, event_id, lower(hex(key_hash)) AS key_hash, record_id, created_at, lower(hex(hash)) AS hash";
  const query = `SELECT ${columns} FROM events WHERE tenant_id = ? ORDER BY sequence`;
  return (await env.DB.prepare(query).bind(tenant).all<LoggedEvent>()).results;
}

/** 1, 2, … count: what the sequences of a gap-free log are. */
export const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
export const sequencesOf = (events: readonly { readonly sequence: number }[]) =>
  events.map(({ sequence }) => sequence);

/** Resolves when every call sent before on this stub has reached the gate: calls of one stub arrive in order. */
export const arrivals = (stub: DurableObjectStub): Promise<void> => runInDurableObject(stub, () => {});

/** Waits until the gate has saved the keys of its `count` events to its own storage. */
export const keysSaved = (stub: DurableObjectStub, count = 1): Promise<void> =>
  runInDurableObject(stub, async (_, { storage }) => {
    const query = "SELECT coalesce(sum(length(keys)), 0) / 64 AS saved FROM key_blocks";
    await until(() => storage.sql.exec<{ saved: number }>(query).one().saved >= count, 5);
  });

/** Evicts a gate. The runtime gives up where the gate is at work for long, as on a busy machine; then this asks again. */
export async function evicted(stub: DurableObjectStub): Promise<void> {
  const isDone = () =>
    evictDurableObject(stub).then(
      () => true,
      () => false,
    );
  await until(isDone, 5);
}

/** Takes from a gate all that it remembers: what is in memory, and the keys that it has saved. */
export async function loseKeys(stub: DurableObjectStub): Promise<void> {
  await evicted(stub);
  await runInDurableObject(
    stub,
    (_, { storage }) => void storage.sql.exec("DELETE FROM keys; DELETE FROM key_blocks"),
  );
}
