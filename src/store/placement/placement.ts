import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { LRUCache } from "lru-cache";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { databasesOf, type Jurisdiction, type NamedDatabase } from "../d1/databases.ts";
import { withDeadline } from "../d1/failure.ts";
import { rowWriter } from "../d1/rows.ts";
import type { Sql } from "../d1/statement.ts";
import { placements } from "./tables.ts";

/** Where a tenant lives, for ever: neither a database's nor an object's jurisdiction can be changed. */
export interface Placement {
  readonly database: NamedDatabase;
  readonly jurisdiction: Jurisdiction | null;
}

/** Placements that an isolate remembers; they never change. */
const REMEMBERED_MAX = 20_000;
const remembered = new LRUCache<string, Placement>({ maxSize: REMEMBERED_MAX, sizeCalculation: () => 1 });

/** With one database there is one answer, and nothing is read. */
export const isOnlyDatabase = (env: Cloudflare.Env): boolean => databasesOf(env).length === 1;

/** Where the tenant lives, or null before its first event. */
export async function findPlacement(env: Cloudflare.Env, tenant: string): Promise<Placement | null> {
  const databases = databasesOf(env);
  const [first] = databases;
  if (databases.length === 1) return { database: first, jurisdiction: first.jurisdiction };
  const known = remembered.get(tenant);
  if (known) return known;
  const query = drizzle(first.binding).select().from(placements).where(eq(placements.tenant_id, tenant));
  const [row] = await withDeadline(query.then((rows) => rows));
  if (!row) return null;
  const database = databases.find(({ name }) => name === row.database);
  if (!database) throw new Error(`the tenant's database ${row.database} is not bound`);
  const placement = { database, jurisdiction: row.jurisdiction };
  remembered.set(tenant, placement);
  return placement;
}

/**
 * Where the tenant lives; places it if it has no placement yet: in the emptiest database of the jurisdiction that its
 * credential names, or else of the first database's. The error is a jurisdiction that has no database, that does not exist, or
 * in which the tenant does not live.
 */
export async function placeTenant(
  env: Cloudflare.Env,
  tenant: string,
  wanted: string | null,
): Promise<Result<Placement, string>> {
  const placement = (await findPlacement(env, tenant)) ?? (await place(env, tenant, wanted));
  if (placement && (wanted === null || wanted === placement.jurisdiction)) return ok(placement);
  return err(wanted ?? "eu");
}

async function place(env: Cloudflare.Env, tenant: string, wanted: string | null): Promise<Placement | null> {
  const databases = databasesOf(env);
  const [first] = databases;
  const jurisdiction = wanted ?? first.jurisdiction;
  const allowed = databases.filter((one) => one.jurisdiction === jurisdiction);
  const database = (await homeOf(tenant, databases)) ?? (await emptiest(first, allowed));
  if (database === null) return null;
  // Another isolate may place the tenant at the same time: the first row counts, so it is read back.
  const row = placementRow(tenant, database);
  const insert = drizzle(first.binding).insert(placements).values(row).onConflictDoNothing();
  await withDeadline(insert.then(() => {}));
  return findPlacement(env, tenant);
}

/**
 * The database that has the tenant's log already, or null: the first one may have been restored to a time before the
 * tenant's placement (docs/operate.md#after-a-restore).
 */
async function homeOf(tenant: string, databases: readonly NamedDatabase[]): Promise<NamedDatabase | null> {
  const query = "SELECT 1 AS found FROM events WHERE tenant_id = ?1 LIMIT 1";
  const found = await withDeadline(
    Promise.all(databases.map(({ binding }) => binding.prepare(query).bind(tenant).first())),
  );
  return databases.find((_, index) => found[index] !== null) ?? null;
}

const placementRow = (tenant_id: string, { name, jurisdiction }: NamedDatabase) => ({
  tenant_id,
  database: name,
  jurisdiction,
  placed_at: Date.now(),
});

const writePlacements = rowWriter(placements);

/**
 * Records the placement together with the tenant's first event, where there is one database only. A plain INSERT: if a
 * newer version with more databases has placed the tenant meanwhile, the batch is void.
 */
export const placementStatements = (tenant: string, { database }: Placement): readonly Sql[] =>
  writePlacements([placementRow(tenant, database)]);

/** The database with the fewest bytes; among equals the one with the fewest tenants. */
async function emptiest(
  first: NamedDatabase,
  databases: readonly NamedDatabase[],
): Promise<NamedDatabase | null> {
  if (databases.length < 2) return databases[0] ?? null;
  const count = "SELECT database, count(*) AS tenants FROM placements GROUP BY database";
  const [{ results }, ...sizes] = await withDeadline(
    Promise.all([
      first.binding.prepare(count).all<{ database: string; tenants: number }>(),
      ...databases.map(({ binding }) => binding.prepare("SELECT 1").run()),
    ]),
  );
  const tenants = new Map(results.map((row) => [row.database, row.tenants]));
  const ranked = databases.map((database, index) => ({
    database,
    bytes: sizes[index]?.meta.size_after ?? 0,
    tenants: tenants.get(database.name) ?? 0,
  }));
  ranked.sort((a, b) => a.bytes - b.bytes || a.tenants - b.tenants);
  return ranked[0]?.database ?? null;
}
