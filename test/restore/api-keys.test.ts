import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { revokeKeySql } from "../../src/cli/operate/key-statements.ts";
import { runSweep } from "../fanout/queue.ts";
import { Api } from "../support/api.ts";
import { individual } from "../support/examples.ts";
import { failBefore, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf, keysSaved } from "../support/gate.ts";
import { restore, snapshotOf } from "../support/time-travel.ts";
import { until } from "../support/until.ts";
import { apiWithKey } from "../support/with-key.ts";

const KEYS = "/v1/api-keys";
const client = (name: string) => ({ ...individual, client_id: `C-${name}` });

async function keyOf(api: Api, scopes: readonly string[] = ["records:read"]) {
  const made = await api.post(KEYS, { name: "n", scopes });
  expect(made.status, made.text).toBe(201);
  return { id: String(made.body.id), api: apiWithKey(made.body.key, api.tenant) };
}

/** The keys of a tenant that let in. */
async function liveOf({ tenant }: Api): Promise<readonly unknown[]> {
  const query = "SELECT id FROM api_keys WHERE tenant_id = ? AND revoked_at IS NULL ORDER BY id";
  const { results } = await env.DB.prepare(query).bind(tenant).all();
  return results.map(({ id }) => id);
}

/** A tenant that has revoked a key, with one that this key has made, and the moment before. */
async function revoked() {
  const api = new Api();
  await api.accept("client", client("1"));
  const first = await keyOf(api, ["keys:manage", "records:read"]);
  const child = await keyOf(first.api);
  const other = await keyOf(api);
  const before = await snapshotOf(api.tenant);
  expect((await api.delete(`${KEYS}/${first.id}`)).status).toBe(204);
  return { api, before, ids: [first.id, child.id], other };
}

it("keys that a tenant has revoked are revoked again after a restore, and with them those that they have made", async () => {
  const { api, before, ids, other } = await revoked();
  await api.accept("client", client("lost"));
  await keysSaved(gateOf(api.tenant), 2);
  await restore(api.tenant, before);
  expect(await liveOf(api)).toEqual([...ids, other.id].sort());
  await api.accept("client", client("2"));
  await until(async () => (await liveOf(api)).length === 1);
  expect(await liveOf(api)).toEqual([other.id]);
});

/** Makes the service call the gates, as the command `after-restore` does. */
async function callGates(): Promise<void> {
  const begin =
    "INSERT INTO sweep_place (id, projection, tenant_id) VALUES (4, '', '') ON CONFLICT DO NOTHING";
  await env.DB.prepare(begin).run();
  await runSweep();
}

it("they are also revoked again where the restore took no event, once the gates are called", async () => {
  const { api, before, other } = await revoked();
  await restore(api.tenant, before);
  await callGates();
  expect(await liveOf(api)).toEqual([other.id]);
});

it("they are also revoked again where the tenant has no event", async () => {
  const api = new Api();
  const [key, other] = [await keyOf(api), await keyOf(api)];
  const before = await snapshotOf(api.tenant);
  await api.delete(`${KEYS}/${key.id}`);
  await restore(api.tenant, before);
  await callGates();
  expect(await liveOf(api)).toEqual([other.id]);
});

it("they are revoked again by the alarm where D1 was away", async () => {
  const { api, before, other } = await revoked();
  await api.accept("client", client("lost"));
  await keysSaved(gateOf(api.tenant), 2);
  await restore(api.tenant, before);
  const d1 = await wrapDatabase(gateOf(api.tenant));
  d1.meet(({ statements }) => statements.some(({ sql }) => sql.includes("api_keys")), failBefore());
  await api.accept("client", client("2"));
  expect((await liveOf(api)).length).toBe(3);
  await evictDurableObject(gateOf(api.tenant));
  await runDurableObjectAlarm(gateOf(api.tenant));
  expect(await liveOf(api)).toEqual([other.id]);
});

it("a key that the operator has revoked is valid again: the gate does not know of it", async () => {
  const api = new Api();
  await api.accept("client", client("1"));
  const key = await keyOf(api);
  const before = await snapshotOf(api.tenant);
  await env.DB.prepare(revokeKeySql(key.id, Date.now())).run();
  await restore(api.tenant, before);
  await api.accept("client", client("2"));
  expect(await liveOf(api)).toEqual([key.id]);
});
