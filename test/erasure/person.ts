import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import { type Answer, type Api, newKey } from "../support/api.ts";
import { gateOf } from "../support/gate.ts";
import { until } from "../support/until.ts";
import { anasLines } from "./ana.ts";

/** Sends all that the tests know of Ana. */
export async function sendAna(api: Api): Promise<void> {
  const headers = await api.headers({ "Content-Type": "application/x-ndjson" });
  const init = { method: "POST", headers, body: anasLines() };
  const answer = await exports.default.fetch("http://ledger.test/ingest/batch", init);
  expect(answer.status).toBe(200);
  await answer.body?.cancel();
}

export const erase = (api: Api, client_id = "C-1", reason = "error", key = newKey()): Promise<Answer> =>
  api.post(`/api/clients/${client_id}/erasure`, { reason }, key);

/** Waits until the erasure at a path is complete, and answers it. */
export async function completed(api: Api, path = "/api/clients/C-1/erasure"): Promise<Answer> {
  let answer = await api.get(path);
  const isComplete = async () => {
    answer = await api.get(path);
    expect(answer.status, answer.text).toBe(200);
    return answer.body.status === "complete";
  };
  await until(isComplete);
  return answer;
}

/** Erases a client to the end. */
export async function eraseWholly(api: Api, client_id = "C-1", reason = "error"): Promise<void> {
  const begun = await erase(api, client_id, reason);
  expect(begun.status, begun.text).toBe(202);
  await completed(api, `/api/clients/${client_id}/erasure`);
}

/** All that D1 holds of a tenant, as one text. */
export async function storedText(tenant: string): Promise<string> {
  const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%`tenant_id`%'";
  const { results: tables } = await env.DB.prepare(query).all<{ name: string }>();
  const rows = await env.DB.batch(
    tables.map(({ name }) => env.DB.prepare(`SELECT * FROM ${name} WHERE tenant_id = ?`).bind(tenant)),
  );
  return JSON.stringify(rows.map(({ results }) => results));
}

/** All that the tenant's gate has stored, as one text. */
export const gateText = (tenant: string): Promise<string> =>
  runInDurableObject(gateOf(tenant), (_, { storage }) => {
    const tables = storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'");
    const own = tables.toArray().filter(({ name }) => !name.startsWith("_"));
    return JSON.stringify(own.map(({ name }) => storage.sql.exec(`SELECT * FROM ${name}`).toArray()));
  });
