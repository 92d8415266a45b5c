import { sql } from "drizzle-orm";
import { withDeadline } from "./d1/failure.ts";
import type { Database } from "./d1/session.ts";
import { queryAll } from "./d1/statement.ts";

/** Some tenants whose gate has not finished what it does in the background. */
interface Unfinished {
  /** Openings of books (docs/bookkeeping.md#the-switch). */
  readonly openings: readonly string[];
  /** Erasures (docs/privacy.md#how-an-erasure-runs). */
  readonly erasures: readonly string[];
}

/**
 * At most `limit` tenants of each kind, in random order: each one that is left out has the same chance in the next sweep. The
 * indexes have no other tenants.
 */
export async function unfinishedWork(db: Database, limit: number): Promise<Unfinished> {
  const some = sql`ORDER BY random() LIMIT ${sql.raw(String(limit))}`;
  const [openings = [], erasures = []] = await withDeadline(
    queryAll(db, [
      sql`SELECT tenant_id FROM bookkeeping INDEXED BY unfinished_openings WHERE after_category IS NOT NULL ${some}`,
      sql`SELECT DISTINCT tenant_id FROM erasures INDEXED BY unfinished_erasures WHERE completed_at IS NULL ${some}`,
    ]),
  );
  const tenants = (rows: typeof openings) => rows.map(({ tenant_id }) => String(tenant_id));
  return { openings: tenants(openings), erasures: tenants(erasures) };
}
