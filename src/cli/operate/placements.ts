import { err, ok, type Result } from "../../domain/core/result.ts";
import { type CommandFailure, failed } from "../failure.ts";
import type { OperatedDatabase } from "./database.ts";

/** The row of `sweep_place` with the place of the walk that calls the gates (store/projections/sweep-place.ts). */
const WALK = 4;
const TENANTS_A_PAGE = 500;
const NAMED_MAX = 20;

/** An id of a tenant has no quotation marks (docs/api.md#tokens); it comes from the database, so they are doubled. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The next tenants that have a log in a database. */
const tenantsSql = (after: string): string => `WITH RECURSIVE tenants (tenant_id, place) AS (
    SELECT (SELECT min(tenant_id) FROM events WHERE tenant_id > ${quoted(after)}), 1
    UNION ALL
    SELECT (SELECT min(tenant_id) FROM events WHERE events.tenant_id > tenants.tenant_id), place + 1
    FROM tenants WHERE tenants.tenant_id IS NOT NULL AND place < ${TENANTS_A_PAGE}
  ) SELECT tenant_id FROM tenants WHERE tenant_id IS NOT NULL`;

interface TenantRow {
  readonly tenant_id: string;
}

/** What the placements of a database's tenants were. */
interface Rebuilt {
  readonly tenants: number;
  readonly added: number;
  /** Tenants whose placement names another database. */
  readonly elsewhere: readonly string[];
}

/** Writes the placements that are missing, from the tenants that are found in each database. Resolves with a line for each. */
export async function rebuildPlacements(
  databases: readonly OperatedDatabase[],
): Promise<Result<readonly string[], CommandFailure>> {
  const [first] = databases;
  if (!first) return err(failed("wrangler.toml names no database."));
  const lines: string[] = [];
  const elsewhere: string[] = [];
  for (const database of databases) {
    const rebuilt = await rebuild(first, database);
    if (!rebuilt.ok) return rebuilt;
    const { tenants, added } = rebuilt.value;
    lines.push(`${database.binding}: ${tenants} tenants, ${added} placements written.`);
    elsewhere.push(...rebuilt.value.elsewhere);
  }
  if (elsewhere.length === 0) return ok(lines);
  const names = elsewhere.slice(0, NAMED_MAX).join(", ");
  return err(failed(`These tenants have a log in another database than their placement says: ${names}.`));
}

/** Begins the service's walk over all gates, unless it is under way. */
export async function beginWalk(
  databases: readonly OperatedDatabase[],
): Promise<Result<null, CommandFailure>> {
  for (const { run } of databases) {
    const begun = await run(
      `INSERT INTO sweep_place (id, projection, tenant_id) VALUES (${WALK}, '', '') ON CONFLICT DO NOTHING`,
    );
    if (!begun.ok) return begun;
  }
  return ok(null);
}

/** Writes the placements that are missing of the tenants of one database. */
async function rebuild(
  first: OperatedDatabase,
  { binding, jurisdiction, run }: OperatedDatabase,
): Promise<Result<Rebuilt, CommandFailure>> {
  const elsewhere: string[] = [];
  let tenants = 0;
  let added = 0;
  for (let after: string | null = ""; after !== null; ) {
    const page: Result<readonly TenantRow[], CommandFailure> = await run<TenantRow>(tenantsSql(after));
    if (!page.ok) return page;
    const ids: readonly string[] = page.value.map(({ tenant_id }) => tenant_id);
    tenants += ids.length;
    after = ids.length === TENANTS_A_PAGE ? (ids.at(-1) ?? null) : null;
    if (ids.length === 0) break;
    const placed = jurisdiction === null ? "NULL" : quoted(jurisdiction);
    const rows = ids.map((id) => `(${quoted(id)}, ${quoted(binding)}, ${placed}, ${Date.now()})`);
    const written = await first.run<TenantRow>(
      `INSERT INTO placements (tenant_id, database, jurisdiction, placed_at) VALUES ${rows.join(", ")}
        ON CONFLICT DO NOTHING RETURNING tenant_id`,
    );
    if (!written.ok) return written;
    added += written.value.length;
    const others = await first.run<TenantRow>(
      `SELECT tenant_id FROM placements WHERE database <> ${quoted(binding)}
        AND tenant_id IN (${ids.map(quoted).join(", ")})`,
    );
    if (!others.ok) return others;
    elsewhere.push(...others.value.map(({ tenant_id }) => tenant_id));
  }
  return ok({ tenants, added, elsewhere });
}

/** Where the walk is in each database that it has not finished. */
export async function placesOfWalk(
  databases: readonly OperatedDatabase[],
): Promise<Result<readonly string[], CommandFailure>> {
  const places: string[] = [];
  for (const { binding, run } of databases) {
    const found = await run<TenantRow>(`SELECT tenant_id FROM sweep_place WHERE id = ${WALK}`);
    if (!found.ok) return found;
    places.push(
      ...found.value.map(({ tenant_id }) => (tenant_id === "" ? binding : `${binding} after ${tenant_id}`)),
    );
  }
  return ok(places);
}
