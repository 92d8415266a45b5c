import { causeOf } from "../domain/core/failure.ts";
import { type Database, openEverySession, openSession } from "../store/d1/session.ts";
import { refuseRedrive, resolveDeadLetters, tenantsWithDueHistory } from "../store/history/history.ts";
import { CALLS_OF_ONE_MAX, type CaughtUp, catchUp, PoisonEvent } from "./catch-up.ts";

const TENANTS_A_PAGE = 100;
/** A sweep starts on no further tenant after this long, or so many D1 calls; the next one goes on. */
const SWEEP_MS = 45_000;
const SWEEP_CALLS_MAX = 900;

/** What one sweep has done so far, over all databases. */
interface Tally {
  readonly started: number;
  readonly failed: Set<string>;
  tenants: number;
  rows: number;
  calls: number;
}

/**
 * Completes all history that is due, whatever became of the queue's messages: the guarantee behind the queue. Needs no
 * queue itself. One tenant's failure stops no other, and a tenant with much to do waits for its next turn in the round.
 */
export async function sweep(env: Cloudflare.Env): Promise<void> {
  const tally: Tally = { started: Date.now(), failed: new Set(), tenants: 0, rows: 0, calls: 0 };
  for (const { db } of openEverySession(env)) {
    await sweepDatabase(env, db, tally);
    await resolveDeadLetters(db, Date.now());
  }
  const { started, failed, tenants, rows } = tally;
  if (tenants === 0) return;
  const level = failed.size > 0 ? "error" : "info";
  const counts = { tenants, rows, failed: failed.size, duration_ms: Date.now() - started };
  console.log(JSON.stringify({ level, message: "history sweep", ...counts }));
}

const isSpent = ({ started, calls }: Tally): boolean =>
  Date.now() - started >= SWEEP_MS || calls >= SWEEP_CALLS_MAX;

async function sweepDatabase(env: Cloudflare.Env, db: Database, tally: Tally): Promise<void> {
  for (let unfinished = true; unfinished && !isSpent(tally); ) {
    unfinished = false;
    for await (const tenant of dueTenants(db, tally)) {
      if (isSpent(tally)) break;
      if (tally.failed.has(tenant)) continue;
      const made = await sweepTenant(env, tenant);
      tally.tenants += 1;
      tally.calls += made?.calls ?? CALLS_OF_ONE_MAX;
      if (made === null) tally.failed.add(tenant);
      else {
        tally.rows += made.rows;
        unfinished ||= !made.complete;
      }
    }
  }
}

async function* dueTenants(db: Database, tally: Tally): AsyncGenerator<string> {
  let after: string | undefined = "";
  while (after !== undefined) {
    const page = await tenantsWithDueHistory(db, after, TENANTS_A_PAGE);
    tally.calls += 1;
    yield* page;
    after = page.length < TENANTS_A_PAGE ? undefined : page.at(-1);
  }
}

/** What was made for the tenant, or null when it failed. */
async function sweepTenant(env: Cloudflare.Env, tenant: string): Promise<CaughtUp | null> {
  try {
    return await catchUp(env, tenant);
  } catch (error) {
    const trace_id = error instanceof PoisonEvent ? error.trace_id : null;
    const entry = { level: "error", message: "history failed", tenant, trace_id, error: causeOf(error) };
    console.error(JSON.stringify(entry));
    if (error instanceof PoisonEvent) await keepForOperator(env, tenant, error);
    return null;
  }
}

/** Only poison goes back to the operator: whatever else failed may pass, and the next sweep tries again. */
async function keepForOperator(env: Cloudflare.Env, tenant: string, poison: PoisonEvent): Promise<void> {
  const { db } = openSession(env, tenant, "first-primary");
  try {
    await refuseRedrive(db, tenant, causeOf(poison));
  } catch (error) {
    const entry = { level: "error", message: "redrive not refused", tenant, error: causeOf(error) };
    console.error(JSON.stringify(entry));
  }
}
