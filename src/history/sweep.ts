import { causeOf } from "../domain/failure.ts";
import { type Database, openSession } from "../store/database.ts";
import { refuseRedrive, resolveDeadLetters, tenantsWithDueHistory } from "../store/history.ts";
import { type CaughtUp, catchUp, PoisonEvent } from "./catch-up.ts";

const TENANTS_A_PAGE = 100;
/** A sweep stops starting on tenants after this long; the next one goes on. */
const SWEEP_MS = 45_000;

/**
 * Completes all history that is due, whatever became of the queue's messages: the guarantee behind the queue. Needs no
 * queue itself. One tenant's failure stops no other, and a tenant with much to do waits for its next turn in the round.
 */
export async function sweep(env: Cloudflare.Env): Promise<void> {
  const start = Date.now();
  const { db } = openSession(env, "", "first-primary");
  const failed = new Set<string>();
  let swept = 0;
  let rows = 0;
  let unfinished = true;
  while (unfinished && Date.now() - start < SWEEP_MS) {
    unfinished = false;
    for await (const tenant of dueTenants(db)) {
      if (Date.now() - start >= SWEEP_MS) break;
      if (failed.has(tenant)) continue;
      const made = await sweepTenant(env, tenant);
      swept += 1;
      if (made === null) failed.add(tenant);
      else {
        rows += made.rows;
        unfinished ||= !made.complete;
      }
    }
  }
  await resolveDeadLetters(db, Date.now());
  if (swept === 0) return;
  const level = failed.size > 0 ? "error" : "info";
  const counts = { tenants: swept, rows, failed: failed.size, duration_ms: Date.now() - start };
  console.log(JSON.stringify({ level, message: "history sweep", ...counts }));
}

async function* dueTenants(db: Database): AsyncGenerator<string> {
  let after: string | undefined = "";
  while (after !== undefined) {
    const page = await tenantsWithDueHistory(db, after, TENANTS_A_PAGE);
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
