import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { causeOf } from "../../domain/core/failure.ts";

export type Database = DrizzleD1Database & { readonly $client: D1Database };

/** A Drizzle database with the bookmark of the last thing that it read or wrote. */
export interface Session {
  readonly db: Database;
  readonly bookmark: () => string | null;
}

/**
 * The one place that knows which D1 holds a tenant. D1 is capped at 10 GB a database: more databases are more
 * bindings, told apart here by the tenant and all named in `databases`, and nothing else changes.
 */
function tenantDatabase(env: Cloudflare.Env, _tenant: string): D1Database {
  return env.DB;
}

const databases = (env: Cloudflare.Env): readonly D1Database[] => [env.DB];

/**
 * Opens a D1 session. `from` is a bookmark of an earlier answer, `first-primary`, or `first-unconstrained`
 * (docs/api.md#lookups, read-your-writes).
 */
export function openSession(env: Cloudflare.Env, tenant: string, from: string): Session {
  return sessionOf(tenantDatabase(env, tenant), from);
}

/** A session with the primary of every database, for work that is no tenant's own. */
export function openEverySession(env: Cloudflare.Env): readonly Session[] {
  return databases(env).map((database) => sessionOf(database, "first-primary"));
}

function sessionOf(database: D1Database, from: string): Session {
  const session = database.withSession(from);
  // Drizzle asks its client for prepare() and batch() alone, and a session has both.
  const db = drizzle(session as unknown as D1Database);
  return { db, bookmark: () => session.getBookmark() };
}

const READY_DEADLINE_MS = 2_000;

/** True when every database answers within two seconds and has its tables. */
export async function isDatabaseReady(env: Cloudflare.Env): Promise<boolean> {
  const answer = Promise.all(
    databases(env).map((database) => database.prepare("SELECT 1 FROM events LIMIT 1").run()),
  );
  const deadline = scheduler.wait(READY_DEADLINE_MS).then(() => null);
  try {
    return (await Promise.race([answer, deadline])) !== null;
  } catch (error) {
    console.error(JSON.stringify({ level: "error", message: "database not ready", error: causeOf(error) }));
    return false;
  }
}
