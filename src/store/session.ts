import { causeOf } from "../domain/core/failure.ts";
import { databasesOf } from "./d1/databases.ts";
import { type D1Session, sessionOf } from "./d1/session.ts";
import { findPlacement, isOnlyDatabase, type Placement } from "./placement/placement.ts";

/** A session with a tenant's own database. */
export interface Session extends D1Session {
  /** Set where the tenant's first event has to record where the tenant lives. */
  readonly unrecorded: Placement | null;
}

/**
 * Opens a D1 session with the tenant's own database. `from` is a bookmark of an earlier answer, `first-primary`, or
 * `first-unconstrained` (docs/api.md#lookups, read-your-writes).
 */
export async function openSession(env: Cloudflare.Env, tenant: string, from: string): Promise<Session> {
  const placement = await findPlacement(env, tenant);
  // A tenant without a placement has no events: any database knows nothing of it.
  const session = sessionOf(placement?.database.binding ?? env.DB, from);
  return { ...session, unrecorded: isOnlyDatabase(env) ? placement : null };
}

/** A session with the primary of every database, for work that is no tenant's own. */
export function openEverySession(env: Cloudflare.Env): readonly D1Session[] {
  return databasesOf(env).map(({ binding }) => sessionOf(binding, "first-primary"));
}

const READY_DEADLINE_MS = 2_000;

/** True when every database answers within two seconds and has its tables. */
export async function isDatabaseReady(env: Cloudflare.Env): Promise<boolean> {
  const answer = Promise.all(
    databasesOf(env).map(({ binding }) => binding.prepare("SELECT 1 FROM events LIMIT 1").run()),
  );
  const deadline = scheduler.wait(READY_DEADLINE_MS).then(() => null);
  try {
    return (await Promise.race([answer, deadline])) !== null;
  } catch (error) {
    console.error(JSON.stringify({ level: "error", message: "database not ready", error: causeOf(error) }));
    return false;
  }
}
