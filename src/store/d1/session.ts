import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";

export type Database = DrizzleD1Database & { readonly $client: D1Database };

/** A Drizzle database with the bookmark of the last thing that it read or wrote. */
export interface D1Session {
  readonly db: Database;
  readonly bookmark: () => string | null;
}

/** A session with one database that starts `from` a bookmark, `first-primary` or `first-unconstrained`. */
export function sessionOf(database: D1Database, from: string): D1Session {
  const session = database.withSession(from);
  // Drizzle asks its client only for prepare() and batch(), and a session has both.
  const db = drizzle(session as unknown as D1Database);
  return { db, bookmark: () => session.getBookmark() };
}
