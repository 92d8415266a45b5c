import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { startWholeCheck, tenantsToCheck } from "../../src/store/ledger/integrity-place.ts";
import { openEverySession } from "../../src/store/session.ts";
import { FaultyD1 } from "../support/faulty-d1.ts";
import { tamper } from "../support/tamper.ts";
import { historyOf, rowCount, runSweep } from "./queue.ts";

const TENANTS = 4_000;
/** With 1,700 tenants a run. */
const RUNS = 3;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

const run = (sql: string, ...params: readonly unknown[]) =>
  env.DB.prepare(sql)
    .bind(...params)
    .run();
const MANY = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ?)";
const TENANT = "'idle-' || printf('%06d', n)";

/** Tenants with a log, a webhook endpoint, a ledger and a check of it, of which each is complete. */
async function idle(count: number, visited_at = Date.now()): Promise<void> {
  await run(
    `${MANY} INSERT INTO events (tenant_id, sequence, event_id, category, step, record_id, key_hash, data, makes_history,
      trace_id, created_at, hash)
      SELECT ${TENANT}, 1, 'e-' || n, 'disbursement', 'create', 'x', zeroblob(32), '{"data":{},"facts":{}}', 1,
      zeroblob(16), 1, zeroblob(32) FROM c`,
    count,
  );
  await run(`${MANY} INSERT INTO projection_cursors SELECT ${TENANT}, 'history', 1, 1 FROM c`, count);
  await run(
    `${MANY} INSERT INTO webhook_endpoints SELECT ${TENANT}, 'ep', 'enabled', 1, NULL, NULL, NULL, 1 FROM c`,
    count,
  );
  await run(
    `${MANY} INSERT INTO ledger_totals SELECT ${TENANT}, 'ledger', '1100', 'USD', 'SETTLED', 0, 1, 0, 0 FROM c`,
    count,
  );
  await run(
    `${MANY} INSERT INTO integrity_checks (tenant_id, sequence, position, round_after, round_loans, round_done,
      round_started_at, record_category, record_after, record_round_at, figure_step, figure_after, figure_walk_at, is_behind,
      visited_at, checked_at, checked_upto, turns)
      SELECT ${TENANT}, 1, 0, '', 0, 0, 0, '', '', 0, '', '[]', 0, 0, ?, 1, 1, 1 FROM c`,
    count,
    visited_at,
  );
}

const TABLES = [
  "projection_cursors",
  "webhook_endpoints",
  "ledger_totals",
  "integrity_checks",
  "sweep_place",
];

beforeEach(async () => {
  await tamper(...[...TABLES, "events"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

const database = () => {
  const [session = expect.unreachable()] = openEverySession(env);
  return session.db;
};

it("a run reads at most 20,000 rows and writes its three places, and a pass visits every tenant", async () => {
  await idle(TENANTS);
  // They lag, and no message names them.
  const lagging = ["idle-000001", "idle-002000", `idle-${String(TENANTS).padStart(6, "0")}`];
  for (const tenant of lagging) await run("DELETE FROM projection_cursors WHERE tenant_id = ?", tenant);
  await runSweep();
  for (let number = 2; number <= RUNS; number += 1) await runSweep();
  for (const tenant of lagging) expect(rowCount(await historyOf(tenant))).toBe(1);

  const reads: number[] = [];
  for (let number = 1; number <= RUNS; number += 1) {
    const d1 = new FaultyD1(env.DB);
    await runSweep({ ...env, DB: d1.binding });
    reads.push(d1.rowsRead);
    expect(d1.rowsRead).toBeLessThanOrEqual(20_000);
    expect(d1.rowsWritten).toBeLessThanOrEqual(3);
  }
  expect(Math.max(...reads)).toBeGreaterThan(5_000);
  // The walk of projections goes round without an end; the others begin again.
  expect((await run("SELECT id FROM sweep_place")).results).toEqual([{ id: 1 }]);
});

it("what is known to be behind does not wait for the pass", async () => {
  await idle(TENANTS);
  const [redriven, requested] = ["idle-003900", "idle-003901"];
  await run("DELETE FROM projection_cursors WHERE tenant_id = ?", redriven);
  await run(
    `INSERT INTO dead_letters (message_id, projection, tenant_id, trace_id, body, error, recorded_at, redrive)
      VALUES ('m', 'history', ?, NULL, '{}', 'e', 1, 1)`,
    redriven,
  );
  await startWholeCheck(database(), requested);
  await runSweep();
  expect(rowCount(await historyOf(redriven))).toBe(1);
  const checked = "SELECT is_behind FROM integrity_checks WHERE tenant_id = ? AND visited_at > 0";
  expect((await run(checked, requested)).results).toEqual([{ is_behind: 0 }]);
  await run("DELETE FROM dead_letters WHERE message_id = 'm'");
});

it("the senders that lag are all woken by a pass", async () => {
  await idle(TENANTS);
  await run(
    "UPDATE webhook_endpoints SET cursor_sequence = 0 WHERE tenant_id IN ('idle-000001', 'idle-003999')",
  );
  const woken = new Set<string>();
  const environment = {
    ...env,
    WEBHOOK_SENDER: {
      idFromName: (name: string) => name,
      getByName: (name: string) => ({ poke: async () => void woken.add(name) }),
      get: (name: string) => ({ poke: async () => void woken.add(name) }),
    } as unknown as typeof env.WEBHOOK_SENDER,
  };
  for (let number = 1; number <= RUNS; number += 1) await runSweep(environment);
  expect([...woken].sort()).toEqual(["idle-000001", "idle-003999"]);
});

/** A journal entry of the first tenant, under a number that the check has reached. */
async function entryAt(posted_at: number): Promise<void> {
  const { results } = await run(
    "SELECT name, type FROM pragma_table_info('journal_entries') WHERE \"notnull\" = 1",
  );
  const known: Readonly<Record<string, unknown>> = {
    tenant_id: "idle-000001",
    sequence: 1,
    position: 0,
    posted_at,
  };
  const columns = results.map(({ name, type }) => ({ name: String(name), isNumber: type === "INTEGER" }));
  const values = columns.map(({ name, isNumber }) => known[name] ?? (isNumber ? 0 : "x"));
  const places = columns.map(() => "?").join(", ");
  const names = columns.map(({ name }) => name).join(", ");
  await run(
    `INSERT INTO journal_entries (${names}) SELECT ${places}
      WHERE NOT EXISTS (SELECT 1 FROM journal_entries WHERE tenant_id = 'idle-000001')`,
    ...values,
  );
}

it.each([
  ["an hour, soon after its last entry", 0.1 * HOUR_MS, HOUR_MS],
  ["as long as it was idle before the last turn", 30 * HOUR_MS, 30 * HOUR_MS],
  ["a week, long after its last entry", 60 * 24 * HOUR_MS, WEEK_MS],
])("an idle tenant's ledger is checked again after %s", async (_, idleMs, waitMs) => {
  const posted_at = 1_700_000_000_000;
  const visited_at = posted_at + idleMs;
  await idle(1, visited_at);
  await entryAt(posted_at);
  const due = (now: number) => tenantsToCheck(database(), 300, now);
  expect(await due(visited_at + waitMs - 1)).toEqual([]);
  expect(await due(visited_at + waitMs)).toEqual(["idle-000001"]);
});

it("100,000 idle tenants write at most a million rows a month", () => {
  const [minutes, days] = [30 * 24 * 60, 30];
  // A turn writes two rows (test/ledger/integrity-run.test.ts), and each run three places.
  expect((100_000 * 2 * days) / 7 + 3 * minutes).toBeLessThan(1_000_000);
});
