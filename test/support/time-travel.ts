import { env } from "cloudflare:workers";

/** The rows of one tenant, by table. */
export type Snapshot = ReadonlyMap<string, readonly Record<string, unknown>[]>;

const TABLES = `SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%tenant_id%' AND name NOT LIKE 'd1_%'`;

/** Takes one tenant's rows of every table of a database. */
export async function snapshotOf(tenant: string, db = env.DB): Promise<Snapshot> {
  const { results } = await db.prepare(TABLES).all<{ name: string }>();
  const rows = await db.batch<Record<string, unknown>>(
    results.map(({ name }) => db.prepare(`SELECT * FROM ${name} WHERE tenant_id = ?`).bind(tenant)),
  );
  return new Map(results.map(({ name }, index) => [name, rows[index]?.results ?? []]));
}

const literal = (value: unknown): unknown => (Array.isArray(value) ? Uint8Array.from(value) : value);

/**
 * Puts one tenant's rows back to what they were, as D1 Time Travel does, which knows no triggers. Integers beyond 2^53 do not
 * survive it.
 */
export async function restore(tenant: string, snapshot: Snapshot, db = env.DB): Promise<void> {
  const query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'";
  const { results: triggers } = await db.prepare(query).all<{ name: string; sql: string }>();
  const rows = [...snapshot].flatMap(([table, old]) => [
    db.prepare(`DELETE FROM ${table} WHERE tenant_id = ?`).bind(tenant),
    ...old.map((row) => {
      const [names, values] = [Object.keys(row), Object.values(row).map(literal)];
      const places = names.map((_, index) => `?${index + 1}`);
      return db
        .prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${places.join(", ")})`)
        .bind(...values);
    }),
  ]);
  await db.batch([
    ...triggers.map(({ name }) => db.prepare(`DROP TRIGGER ${name}`)),
    ...rows,
    ...triggers.map(({ sql }) => db.prepare(sql)),
  ]);
}
