import { drizzle } from "drizzle-orm/d1";
import type { Database } from "./session.ts";

/** SQL text with the values of its parameters. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** Builds the text of statements with Drizzle; it has no database, so nothing can be run on it. */
export const builder = drizzle({} as D1Database);

/** Runs some statements in one D1 batch: one round trip, all or nothing. */
export async function runAll(db: Database, statements: readonly Statement[]): Promise<void> {
  if (statements.length === 0) return;
  const { $client: d1 } = db;
  await d1.batch(statements.map(({ sql, params }) => d1.prepare(sql).bind(...params)));
}
