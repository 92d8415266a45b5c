import { env } from "cloudflare:workers";

/**
 * Changes the log and the journal by hand, past the triggers that keep them append-only: as a restore of the database does,
 * or for what the service would never write.
 */
export async function tamper(...statements: readonly D1PreparedStatement[]): Promise<void> {
  const query =
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('events', 'journal_entries', 'journal_postings')";
  const { results } = await env.DB.prepare(query).all<{ name: string; sql: string }>();
  await env.DB.batch([
    ...results.map(({ name }) => env.DB.prepare(`DROP TRIGGER ${name}`)),
    ...statements,
    ...results.map(({ sql }) => env.DB.prepare(sql)),
  ]);
}
