import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startWholeCheck, tenantsToCheck, visit } from "../../src/store/ledger/integrity-place.ts";
import { openEverySession } from "../../src/store/session.ts";
import { runSweep } from "../fanout/queue.ts";
import { Api } from "../support/api.ts";
import { FaultyD1, failBefore, isCommit, mentions } from "../support/faulty-d1.ts";
import { tamper } from "../support/tamper.ts";
import { disbursed } from "./post.ts";

beforeEach(async () => {
  await tamper(...["integrity_checks", "events"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

afterEach(() => void vi.restoreAllMocks());

const database = () => {
  const [session = expect.unreachable()] = openEverySession(env);
  return session.db;
};

/** Tenants in which nothing happens any more; a run last began with each of them at its number. */
async function idle(count: number, prefix = "t"): Promise<readonly string[]> {
  const tenants = Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(5, "0")}`);
  const rows = JSON.stringify(tenants);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO events (tenant_id, sequence, event_id, category, step, record_id, key_hash, data, makes_history, trace_id,
          created_at, hash)
        SELECT value, 1, 'e', 'ledger', 'funding', 'x', zeroblob(32), '{"data":{},"facts":{}}', 0, zeroblob(16), 0,
          zeroblob(32) FROM json_each(?)`,
    ).bind(rows),
    env.DB.prepare(
      `INSERT INTO integrity_checks (tenant_id, sequence, position, round_after, round_loans, round_done, round_started_at,
          record_category, record_after, record_round_at, figure_step, figure_after, figure_walk_at, is_behind, visited_at,
          checked_at, checked_upto, turns)
        SELECT value, 0, 0, '', 0, 0, 0, '', '', CAST(?2 AS INTEGER), '', '[]', CAST(?2 AS INTEGER), 0, key + 1, key + 1, 0, 1 FROM json_each(?1)`,
    ).bind(rows, String(Date.now())),
  ]);
  return tenants;
}

async function visited(): Promise<readonly string[]> {
  const query = "SELECT tenant_id FROM integrity_checks WHERE visited_at > 1000000000000 ORDER BY tenant_id";
  const { results } = await env.DB.prepare(query).all<{ tenant_id: string }>();
  return results.map(({ tenant_id }) => tenant_id);
}

it("a run takes requested checks first, then the tenants that waited longest", async () => {
  const tenants = await idle(20);
  const db = database();
  await startWholeCheck(db, "t-00019");
  await startWholeCheck(db, "t-00007");
  const others = tenants.filter((tenant) => !["t-00007", "t-00019"].includes(tenant));
  const taken = await tenantsToCheck(db, 300, Date.now());
  expect(taken).toEqual(["t-00007", "t-00019", ...others.slice(0, 15)]);
  for (const tenant of taken) await visit(db, tenant, Date.now());
  expect((await tenantsToCheck(db, 300, Date.now())).slice(2, 5)).toEqual(others.slice(15));
});

it("requested checks take at most half of a run, and a new request comes before one that continues", async () => {
  const tenants = await idle(20);
  const db = database();
  for (const tenant of tenants.slice(0, 12)) {
    await startWholeCheck(db, tenant);
    await visit(db, tenant, Date.now());
  }
  await startWholeCheck(db, "t-00015");
  const taken = await tenantsToCheck(db, 8, Date.now());
  expect([taken[0], taken.length]).toEqual(["t-00015", 8]);
  expect(taken.slice(4)).toEqual(["t-00012", "t-00013", "t-00014", "t-00016"]);
});

it("a tenant with new entries is in each run", async () => {
  await idle(20);
  const api = new Api();
  await disbursed(api);
  await runSweep();
  await idle(20, "u");
  await disbursed(api, { loan_id: crypto.randomUUID() });
  const taken = await tenantsToCheck(database(), 300, Date.now());
  expect([taken.length, taken.at(-1)]).toEqual([16, api.tenant]);
});

it("each of a thousand tenants has a turn within an hour", async () => {
  const tenants = await idle(1_000);
  const db = database();
  const seen = new Set<string>();
  for (let run = 1; run <= 60; run += 1) {
    const taken = await tenantsToCheck(db, 300, Date.now());
    for (const tenant of taken) seen.add(tenant);
    await env.DB.prepare(
      "UPDATE integrity_checks SET visited_at = ? WHERE tenant_id IN (SELECT value FROM json_each(?))",
    )
      .bind(Date.now() + run, JSON.stringify(taken))
      .run();
  }
  expect(seen.size).toBe(tenants.length);
});

it("a run checks as many tenants as its calls allow", async () => {
  await idle(20_000);
  // The run's time is not this test's.
  vi.spyOn(Date, "now").mockReturnValue(Date.now());
  const d1 = new FaultyD1(env.DB);
  await runSweep({ ...env, DB: d1.binding });
  expect((await visited()).length).toBeGreaterThanOrEqual(310);
  expect(d1.roundTrips).toBeLessThanOrEqual(950);
});

it("a turn without new entries takes three calls, of which two write a row each", async () => {
  const api = new Api();
  await disbursed(api);
  await runSweep();
  await env.DB.prepare("UPDATE integrity_checks SET visited_at = 1 WHERE tenant_id = ?")
    .bind(api.tenant)
    .run();
  const d1 = new FaultyD1(env.DB);
  await runSweep({ ...env, DB: d1.binding });
  const own = d1.calls.filter(mentions(api.tenant));
  expect([own.length, own.filter(isCommit).length]).toEqual([3, 2]);
  // The first row is returned, so that D1 does not say that it was written.
  expect(d1.rowsWritten).toBe(1);
});

it("a tenant whose check fails goes to the end of the queue like any other", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const tenants = await idle(30);
  const failing = tenants.slice(0, 15);
  const d1 = new FaultyD1(env.DB);
  const isTurn = (tenant: string) => (call: Parameters<ReturnType<typeof mentions>>[0]) =>
    mentions(tenant)(call) && call.statements.length > 5;
  for (const tenant of failing) d1.meet(isTurn(tenant), failBefore());
  await runSweep({ ...env, DB: d1.binding });
  expect(log.mock.calls.filter(([line]) => String(line).includes("integrity not checked"))).toHaveLength(15);
  await runSweep({ ...env, DB: d1.binding });
  expect(await visited()).toEqual(tenants);
});
