import { causeOf } from "../domain/core/failure.ts";
import type { Finding } from "../domain/ledger/integrity.ts";
import type { DifferingRecord } from "../reads/record-check.ts";
import { withDeadline } from "../store/d1/failure.ts";
import type { Database } from "../store/d1/session.ts";
import { type Check, tenantsToCheck, visit } from "../store/ledger/integrity-place.ts";
import { openEverySession } from "../store/session.ts";
import { CALLS_OF_A_TURN_MAX, takeTurn } from "./integrity-turn.ts";

/** An invocation has 1,000 D1 calls; the sweep comes first, and some stay in reserve. */
const CALLS_MAX = 950;
/** Reads the page of tenants, and moves its place. */
const CALLS_OF_A_PAGE = 2;
/** The usual calls of a tenant's first turn: record the visit, read the snapshot, write. A step of the records comes seldom. */
const CALLS_OF_A_VISIT = 3;
/** The scheduled run ends before the next begins, but the check has some time even after a long sweep. */
const RUN_MS = 57_000;
const CHECK_MS_MIN = 5_000;
/** D1 answers one call at a time, and clients need it too. */
const CHECK_MS_MAX = 20_000;

/** The calls that a check may still make, and when it ends. Each call is subtracted. */
interface Budget {
  calls: number;
  readonly until: number;
}

/**
 * Compares tenants' kept sums with the sums of their postings (docs/ledger.md#reconciliation), and their records with their
 * events (docs/operate.md#integrity-checks). Uses the calls that the
 * scheduled run has left: it began at `started` and made `spent` calls. Never throws.
 */
export async function checkIntegrity(env: Cloudflare.Env, spent: number, started: number): Promise<void> {
  const sessions = openEverySession(env);
  const time = Math.min(CHECK_MS_MAX, Math.max(CHECK_MS_MIN, started + RUN_MS - Date.now()));
  let left = CALLS_MAX - spent;
  for (const [index, { db }] of sessions.entries()) {
    const share = Math.floor(left / (sessions.length - index));
    const budget = { calls: share, until: Date.now() + time / sessions.length };
    await checkDatabase(db, budget);
    left -= share - budget.calls;
  }
}

async function checkDatabase(db: Database, budget: Budget): Promise<void> {
  try {
    budget.calls -= CALLS_OF_A_PAGE;
    const most = Math.floor(budget.calls / CALLS_OF_A_VISIT);
    if (most > 0) await checkTenants(db, await tenantsToCheck(db, most, Date.now()), budget);
  } catch (error) {
    logFailure(error, undefined);
  }
}

interface Visit {
  readonly tenant: string;
  /** Null until its first turn. */
  readonly check: Check | null;
}

/** Gives each tenant one turn in order, then further turns to the tenants with more work. Never throws. */
export async function checkTenants(db: Database, tenants: readonly string[], budget: Budget): Promise<void> {
  let waiting: readonly Visit[] = tenants.map((tenant) => ({ tenant, check: null }));
  while (waiting.length > 0) {
    const unfinished: Visit[] = [];
    for (const one of waiting) {
      if (budget.calls <= CALLS_OF_A_TURN_MAX || Date.now() >= budget.until) return;
      const check = await attemptTurn(db, one, budget);
      if (check) unfinished.push({ tenant: one.tenant, check });
    }
    waiting = unfinished;
  }
}

/** Returns the state of a check with more work; null if no work is left or the turn failed. */
async function attemptTurn(db: Database, { tenant, check }: Visit, budget: Budget): Promise<Check | null> {
  const counted = <T>(work: Promise<T>): Promise<T> => {
    budget.calls -= 1;
    return withDeadline(work);
  };
  try {
    const turn = await takeTurn(db, tenant, check ?? (await counted(visit(db, tenant, Date.now()))), counted);
    if (turn && turn.mismatches.length > 0) logMismatches(tenant, turn.mismatches);
    if (turn && turn.differing.length > 0) logDiffering(tenant, turn.differing);
    return turn && !turn.isDone ? turn.check : null;
  } catch (error) {
    logFailure(error, tenant);
    return null;
  }
}

function logFailure(error: unknown, tenant: string | undefined): void {
  const entry = { level: "error", message: "integrity not checked", tenant, error: causeOf(error) };
  console.error(JSON.stringify(entry));
}

const LOGGED_MAX = 20;

function logMismatches(tenant: string, mismatches: readonly Finding[]): void {
  const books = mismatches.slice(0, LOGGED_MAX);
  const entry = { level: "error", message: "ledger mismatch", tenant, mismatches: mismatches.length, books };
  console.error(JSON.stringify(entry));
}

/** Each step logs its own: a walk over the records begins anew every few days. */
function logDiffering(tenant: string, differing: readonly DifferingRecord[]): void {
  const records = differing.slice(0, LOGGED_MAX);
  const entry = { level: "error", message: "record mismatch", tenant, mismatches: differing.length, records };
  console.error(JSON.stringify(entry));
}
