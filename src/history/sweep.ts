import { openSession } from "../store/database.ts";
import { refuseRedrive, resolveDeadLetters, tenantsWithDueHistory } from "../store/history.ts";
import { catchUp } from "./catch-up.ts";

const TENANTS_A_PAGE = 100;
/** A sweep stops starting on tenants after this long; the next one goes on. */
const SWEEP_MS = 45_000;

/**
 * Completes all history that is due, whatever became of the queue's messages: the guarantee behind the queue. Needs no
 * queue itself. One tenant's failure stops no other.
 */
export async function sweep(env: Cloudflare.Env): Promise<void> {
  const start = Date.now();
  const { db } = openSession(env, "", "first-primary");
  let after = "";
  let swept = 0;
  let rows = 0;
  let failed = 0;
  while (Date.now() - start < SWEEP_MS) {
    const tenants = await tenantsWithDueHistory(db, after, TENANTS_A_PAGE);
    for (const tenant of tenants) {
      const made = await sweepTenant(env, tenant);
      swept += 1;
      rows += made ?? 0;
      failed += made === null ? 1 : 0;
    }
    const last = tenants.at(-1);
    if (last === undefined || tenants.length < TENANTS_A_PAGE) break;
    after = last;
  }
  if (swept > 0) {
    const level = failed > 0 ? "error" : "info";
    const duration_ms = Date.now() - start;
    console.log(
      JSON.stringify({ level, message: "history sweep", tenants: swept, rows, failed, duration_ms }),
    );
  }
}

/** History rows made for the tenant, or null when it failed. */
async function sweepTenant(env: Cloudflare.Env, tenant: string): Promise<number | null> {
  const { db } = openSession(env, tenant, "first-primary");
  try {
    const { rows } = await catchUp(env, tenant);
    await resolveDeadLetters(db, tenant, Date.now());
    return rows;
  } catch (error) {
    console.error(
      JSON.stringify({ level: "error", message: "history failed", tenant, error: String(error) }),
    );
    await refuseRedrive(db, tenant, String(error));
    return null;
  }
}
