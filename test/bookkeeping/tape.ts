import { runDurableObjectAlarm } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import { Api, answerOf } from "../support/api.ts";
import { gateOf } from "../support/gate.ts";
import { until } from "../support/until.ts";

/** Switches a tenant's bookkeeping and answers what the service says. */
export async function switchTo(api: Api, mode: string) {
  const headers = await api.headers({ "Content-Type": "application/json" });
  const init = { method: "PUT", headers, body: JSON.stringify({ mode }) };
  return answerOf(await exports.default.fetch("http://ledger.test/v1/bookkeeping", init));
}

/** Waits until nothing is left to open. */
export async function opened(api: Api): Promise<void> {
  const isDone = async () => {
    const { body } = await api.get("/v1/bookkeeping");
    if (body.progress.done === body.progress.total) return true;
    await runDurableObjectAlarm(gateOf(api.tenant));
    return false;
  };
  await until(isDone);
}

/** A tenant whose books come from its records from its first event on. */
export async function bookedApi(): Promise<Api> {
  const api = new Api();
  const answer = await switchTo(api, "records");
  if (answer.status !== 200) throw new Error(`not switched: ${answer.status} ${answer.text}`);
  return api;
}

export interface Posted {
  readonly event_type: string;
  readonly effective_at: string;
  readonly lines: string;
}

/** The tenant's journal straight from D1, in order, each entry's postings as text. */
export async function journalOf(tenant: string): Promise<readonly Posted[]> {
  const query = `SELECT e.event_type, e.effective_at, group_concat(
      'DR ' || p.debit || ' CR ' || p.credit || ' ' || CAST(p.amount_minor AS TEXT), ', ' ORDER BY p.line) AS lines
    FROM journal_entries AS e JOIN journal_postings AS p USING (tenant_id, sequence, position)
    WHERE e.tenant_id = ? GROUP BY e.sequence, e.position ORDER BY e.sequence, e.position`;
  return (await env.DB.prepare(query).bind(tenant).all<Posted & Record<string, unknown>>()).results;
}

export const linesOf = (journal: readonly Posted[]) =>
  journal.map(({ event_type, effective_at, lines }) => `${effective_at} ${event_type}: ${lines}`);

/** Every difference between records and books on some days, over all pages. */
export async function provedOn(api: Api, days: readonly string[]): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const day of days) {
    for (let cursor = ""; ; ) {
      const from = cursor === "" ? "" : `&cursor=${cursor}`;
      const { status, body, text } = await api.get(`/v1/bookkeeping/proof?as_of_date=${day}${from}`);
      expect(status, text).toBe(200);
      found.push(...body.differences.map((one: object) => ({ day, ...one })));
      if (body.next_cursor === undefined) break;
      cursor = body.next_cursor;
    }
  }
  return found;
}
