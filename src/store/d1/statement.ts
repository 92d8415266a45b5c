import { SQL } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { SQLiteSyncDialect } from "drizzle-orm/sqlite-core";
import type { StoredRow } from "../../domain/core/lookup.ts";
import { tuplesIn } from "./packed.ts";
import type { Database } from "./session.ts";

/** SQL text with the values of its parameters. */
export interface Sql {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** Builds the text of statements with Drizzle; it has no database, so nothing can be run on it. */
export const builder = drizzle({} as D1Database);

/** Runs some statements in one D1 batch: one round trip, all or nothing. */
export async function runAll(db: Database, statements: readonly Sql[]): Promise<void> {
  if (statements.length === 0) return;
  const { $client: d1 } = db;
  await d1.batch(statements.map(({ sql, params }) => d1.prepare(sql).bind(...params)));
}

const dialect = new SQLiteSyncDialect();

/** Runs one query of text and answers its rows as D1 gives them. */
export async function queryRows<Row extends object>(db: Database, query: SQL | Sql): Promise<readonly Row[]> {
  const [rows = []] = await queryAll(db, [query]);
  return rows as readonly Row[];
}

/** The rows of queries of one column `row`, each a JSON array: a row of many cells costs D1 more (d1/packed.ts). */
export async function tuplesOf<Rows extends readonly unknown[]>(
  db: Database,
  queries: { readonly [Index in keyof Rows]: Sql },
): Promise<{ readonly [Index in keyof Rows]: readonly Rows[Index][] }> {
  const answers = await queryAll(db, queries);
  return answers.map(tuplesIn) as { readonly [Index in keyof Rows]: readonly Rows[Index][] };
}

/** The text of a part of a query that holds no value. */
export function fixedTextOf(part: SQL): string {
  const { sql: text, params } = dialect.sqlToQuery(part);
  if (params.length > 0) throw new Error("a fixed part of a query holds no values");
  return text;
}

/** The text of a statement, built once. The caller gives the values of its parameters in their order. */
export const textOf = (query: SQL): string => dialect.sqlToQuery(query).sql;

/**
 * Runs some queries in one D1 batch, one transaction, and answers each one's rows as D1 gives them: nothing is decoded,
 * and nothing is built again. Null is a query that is not needed, and has no rows.
 */
export async function queryAll(
  db: Database,
  queries: readonly (SQL | Sql | null)[],
): Promise<readonly (readonly StoredRow[])[]> {
  const { $client: d1 } = db;
  const statements = queries.map((query) => {
    if (query === null) return null;
    const { sql: text, params } = query instanceof SQL ? dialect.sqlToQuery(query) : query;
    return d1.prepare(text).bind(...params);
  });
  const results = await d1.batch<StoredRow>(statements.filter((statement) => statement !== null));
  const answers = results.values();
  return statements.map((statement) => (statement === null ? [] : (answers.next().value?.results ?? [])));
}
