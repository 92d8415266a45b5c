import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Miniflare } from "miniflare";
import { expect, test, vi } from "vitest";
import { SCOPES } from "../../src/contract/scopes.ts";
import { TEST_AUTH_BINDINGS } from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";
import { size } from "../support/sizes.ts";
import { mintToken } from "../support/tokens.ts";

const LOANS = size(5_000, 15_000);
const TENANT = "large";
const HEAD = 60_000;

const EVENTS = `INSERT INTO events (tenant_id, sequence, event_id, category, step, record_id, key_hash, data, makes_history, trace_id,
  created_at, hash)`;
const keyHash = (number: string) => `CAST(printf('%032d', ${number}) AS BLOB)`;
const dataOf = (data: object) => JSON.stringify({ data, facts: {} });
const LOAN = dataOf({
  ...{ kind: "loan", currency: "USD", disbursement_date: "2025-01-01" },
  ...{ disbursement_amount: 1000, total_expected_margin: 100 },
});
const PAYMENT = dataOf({
  ...{ currency: "USD", status: "paid", due_date: "2025-02-01", payment_date: "2025-02-01" },
  ...{ payment_total: 550, payment_principal: 500, payment_fee: 50, installment_number: 1 },
});

/** A tenant of many records straight in D1: loans of 1,000 + 100, each with one paid payment of 550 = 500 + 50. */
const SEED = [
  `INSERT INTO clients (tenant_id, client_id, name, email, phone, address, country, is_company, registration_number, gender,
    created_seq, updated_seq, created_at, updated_at)
  VALUES ('${TENANT}', 'C-1', 'Ann', 'a@b.co', '+1234567890', '1 St', 'US', 0, 'R-1', 'female', 1, 1, 0, 0)`,
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${LOANS})
  INSERT INTO disbursements (tenant_id, disbursement_id, kind, disbursement_amount, total_expected_margin, currency, client_id,
    disbursement_date, maturity_date, first_agreed_amount, created_seq, updated_seq, created_at, updated_at)
  SELECT '${TENANT}', 'L-' || i, 'loan', 100000, 10000, 'USD', 'C-1', '2025-01-01', '2026-01-01', 100000, i + 1, i + 1, 0, 0 FROM n`,
  `INSERT INTO disbursement_terms (tenant_id, disbursement_id, sequence, on_date, disbursement_amount, total_expected_margin, maturity_date)
  SELECT tenant_id, disbursement_id, created_seq, disbursement_date, disbursement_amount, total_expected_margin, maturity_date
  FROM disbursements WHERE tenant_id = '${TENANT}'`,
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${LOANS})
  INSERT INTO payments (tenant_id, payment_id, disbursement_id, payment_total, currency, status, due_date, client_id, source,
    payment_date, payment_principal, payment_fee, installment_number, created_seq, updated_seq, created_at, updated_at)
  SELECT '${TENANT}', 'P-' || i, 'L-' || i, 55000, 'USD', 'paid', '2025-02-01', 'C-1', 'client', '2025-02-01', 50000, 5000, 1,
    ${LOANS} + i + 1, ${LOANS} + i + 1, 0, 0 FROM n`,
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${LOANS})
  ${EVENTS}
  SELECT '${TENANT}', i + 1, 'loan-' || i, 'disbursement', 'create', 'L-' || i, ${keyHash("i")}, '${LOAN}', 0, zeroblob(16), 0,
    zeroblob(32) FROM n`,
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${LOANS})
  ${EVENTS}
  SELECT '${TENANT}', ${LOANS} + i + 1, 'payment-' || i, 'payment', 'create', 'P-' || i, ${keyHash(`${LOANS} + i`)}, '${PAYMENT}', 0,
    zeroblob(16), 0, zeroblob(32) FROM n`,
  `${EVENTS} VALUES ('${TENANT}', ${HEAD}, 'seed', 'client', 'update', 'C-1', zeroblob(32), '{"data":{},"facts":{}}', 0,
    zeroblob(16), 0, zeroblob(32))`,
];

class Service {
  readonly #directory: string;
  readonly #script: string;
  readonly #headers: Record<string, string>;
  worker: Miniflare;

  constructor(script: string, directory: string, token: string, worker: Miniflare) {
    this.#script = script;
    this.#directory = directory;
    this.#headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    this.worker = worker;
  }

  async call(method: string, path: string, body?: object) {
    const headers = { ...this.#headers, "Idempotency-Key": crypto.randomUUID() };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const answer = await this.worker.dispatchFetch(`http://ledger.test${path}`, init);
    return { status: answer.status, body: (await answer.json()) as Record<string, never> };
  }

  /** Kills the worker at any point of its work, and starts another on the same data. */
  async kill(): Promise<void> {
    await this.worker.dispose();
    const bindings = TEST_AUTH_BINDINGS;
    this.worker = await startBuiltWorker(this.#script, { bindings, directory: this.#directory });
  }
}

test("many records are opened in the background, each once, while events arrive and the service is killed", async () => {
  const directory = await mkdtemp(join(tmpdir(), "loan-ledger-books-"));
  const script = await buildWorker();
  const worker = await startBuiltWorker(script, { bindings: TEST_AUTH_BINDINGS, directory });
  const token = await mintToken({ tenant: TENANT, scope: SCOPES.join(" ") });
  const service = new Service(script, directory, token, worker);
  try {
    const { DB } = await worker.getBindings<{ DB: D1Database }>();
    for (const sql of SEED) await DB.prepare(sql).run();
    const started = Date.now();
    const { status, body } = await service.call("PUT", "/v1/bookkeeping", { mode: "records" });
    expect([status, body.progress]).toEqual([202, { done: 0, total: 2 * LOANS }]);
    let sent = 0;
    let kills = 0;
    let doneAtKill = 0;
    const isDone = async () => {
      const update = { step: "update", payment_id: `P-${LOANS - sent}`, payment_date: "2025-03-01" };
      const answer = await service.call("POST", "/ingest", { category: "payment", data: update });
      expect(answer.status).toBeLessThan(300);
      sent += 1;
      const { progress } = (await service.call("GET", "/v1/bookkeeping")).body as unknown as {
        progress: { done: number; total: number };
      };
      // As soon as it moves, since a quick machine opens thousands of records between two questions.
      if (kills < 3 && progress.done > doneAtKill && progress.done < progress.total) {
        kills += 1;
        doneAtKill = progress.done;
        await service.kill();
      }
      return progress.done === progress.total;
    };
    await vi.waitUntil(isDone, { interval: 20, timeout: 900_000 });
    expect(kills).toBeGreaterThan(0);
    console.log(
      `opened in ${Math.round((Date.now() - started) / 1000)} s with ${kills} kills, ${sent} events meanwhile`,
    );
    const after = await service.worker.getBindings<{ DB: D1Database }>();
    const counted = await after.DB.prepare(
      `SELECT event_type, count(*) AS count FROM journal_entries WHERE tenant_id = '${TENANT}' GROUP BY 1 ORDER BY 1`,
    ).all<{ event_type: string; count: number }>();
    const counts = Object.fromEntries(counted.results.map(({ event_type, count }) => [event_type, count]));
    expect(counts.disbursement).toBe(LOANS);
    // A payment that was corrected after its opening is reversed and booked again; one before it is booked once.
    expect((counts.payment_received ?? 0) - (counts.reversal ?? 0)).toBe(LOANS);
    for (let cursor = ""; ; ) {
      const path = `/v1/bookkeeping/proof?as_of_date=2030-01-01${cursor}`;
      const proof = (await service.call("GET", path)).body as unknown as {
        differences: unknown[];
        next_cursor?: string;
      };
      expect(proof.differences).toEqual([]);
      if (proof.next_cursor === undefined) break;
      cursor = `&cursor=${proof.next_cursor}`;
    }
  } finally {
    await service.worker.dispose();
    await rm(directory, { recursive: true, force: true });
  }
}, 1_200_000);
