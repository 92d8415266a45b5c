import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import { type Answer, type Api, newKey } from "../support/api.ts";
import { individual, loan, operation, payment } from "../support/examples.ts";
import { gateOf } from "../support/gate.ts";
import { until } from "../support/until.ts";

/** Values that are about the person `C-1` and nobody else: no other record of the tests has them. */
export const VALUES = {
  name: "Ana García",
  email: "ana@garcia.example",
  phone: "+34911222333",
  address: "Calle del Olmo 7",
  registration_number: "DNI-77665544",
  reason: "her wedding",
  bank_ref: "ES7921000813",
  changed_ref: "ES0000000099",
  change_reason: "she asked for time",
  description: "red bicycle of Ana",
  note: "deaf in one ear",
} as const;

/** A client of whom every private field has a value. */
export const ana = {
  ...individual,
  name: VALUES.name,
  email: VALUES.email,
  phone: VALUES.phone,
  address: VALUES.address,
  registration_number: VALUES.registration_number,
  gender: "female",
  info: { note: VALUES.note },
} as const;

export const bob = {
  ...individual,
  client_id: "C-2",
  name: "Bob Stone",
  email: "bob@stone.example",
  registration_number: "B-1",
} as const;

export const anasLoan = {
  ...loan,
  reason: VALUES.reason,
  bank_ref: VALUES.bank_ref,
  info: { note: VALUES.note },
} as const;

/** A change of terms that makes history. */
export const longer = {
  step: "update",
  disbursement_id: "L-1",
  maturity_date: "2026-10-20",
  change_date: "2025-01-01",
  change_reason: VALUES.change_reason,
  bank_ref: VALUES.changed_ref,
} as const;

const paid = { status: "paid", payment_date: "2024-11-20", bank_ref: VALUES.bank_ref } as const;

/** Sends all that the tests know of Ana: her record, a loan with a payment and an operation. */
export async function sendAna(api: Api): Promise<void> {
  const events = [
    ["client", ana],
    ["disbursement", anasLoan],
    ["disbursement", longer],
    ["payment", payment],
    ["payment", { step: "update", payment_id: "PAY-1", ...paid, info: { note: VALUES.note } }],
    ["operation", { ...operation, operation_description: VALUES.description }],
  ] as const;
  const lines = events.map(([category, data]) =>
    JSON.stringify({ idempotency_key: newKey(), category, data }),
  );
  const headers = await api.headers({ "Content-Type": "application/x-ndjson" });
  const init = { method: "POST", headers, body: lines.join("\n") };
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

/** The values that a text holds, by their names. */
export const found = (text: string, values: Readonly<Record<string, string>> = VALUES) =>
  Object.entries(values).flatMap(([name, value]) => (text.includes(value) ? [name] : []));
