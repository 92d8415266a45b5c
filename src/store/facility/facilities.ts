import { type SQL, sql } from "drizzle-orm";
import type { Day } from "../../domain/core/dates.ts";
import type { FacilityRow } from "../../domain/facility/facility.ts";
import type { Facility } from "../../domain/facility/terms.ts";
import { restored, saved } from "../../domain/position/saved.ts";
import { isOneOf, replacing, rowWriter } from "../d1/rows.ts";
import type { Database } from "../d1/session.ts";
import { builder, queryAll, queryRows, type Sql } from "../d1/statement.ts";
import { facilities, facilityTerms } from "./tables.ts";

/** The query for the facilities that a tenant has, each with the event that put it. */
export const liveFacilitiesQuery = (db: Database, tenant: string) =>
  db
    .select({ facility_id: facilities.facility_id, sequence: facilities.sequence })
    .from(facilities)
    .where(sql`tenant_id = ${tenant}`);

interface StoredTerms {
  readonly facility_id: string;
  readonly sequence: number;
  readonly effective_date: string;
  readonly terms: string;
}

const facilityOf = ({ terms, ...row }: StoredTerms): Facility => ({ ...row, terms: restored(terms) });

const COLUMNS = sql`facility_id, sequence, effective_date, terms`;

/** Only what the log knew up to a sequence; null: all of it. */
const knownBy = (known: number | null): SQL => (known === null ? sql`` : sql` AND sequence <= ${known}`);

interface FacilityPage {
  readonly known: number | null;
  /** Only the terms that hold on this day; null: the last ones of each facility. */
  readonly day: Day | null;
  readonly after: string | null;
  readonly limit: number;
}

/** The next facilities in the order of their ids, as they are or as the log knew them. */
export async function readFacilities(
  db: Database,
  tenant: string,
  { known, day, after, limit }: FacilityPage,
): Promise<readonly Facility[]> {
  const next = sql`WHERE tenant_id = ${tenant} AND facility_id > ${after ?? ""}`;
  const rows = await queryRows<StoredTerms>(
    db,
    known === null && day === null
      ? sql`SELECT ${COLUMNS} FROM facility_terms WHERE tenant_id = ${tenant}
          AND (facility_id, sequence) IN (SELECT facility_id, sequence FROM facilities ${next})
          ORDER BY facility_id LIMIT ${limit}`
      : // Beside max() the other columns are those of its row.
        sql`SELECT facility_id, max(sequence) AS sequence, effective_date, terms FROM facility_terms AS held ${next}
          ${knownBy(known)} AND terms IS NOT NULL${holdsOn(day)}
          AND sequence > (SELECT ifnull(max(sequence), 0) FROM facility_terms WHERE tenant_id = ${tenant}
            AND facility_id = held.facility_id${knownBy(known)} AND terms IS NULL)
          GROUP BY facility_id ORDER BY facility_id LIMIT ${limit}`,
  );
  return rows.map(facilityOf);
}

const holdsOn = (day: Day | null): SQL => (day === null ? sql`` : sql` AND effective_date <= ${day}`);

/** A facility with its terms; `none` where none of them hold yet. */
type FoundFacility =
  | { readonly kind: "unknown" | "none" }
  | { readonly kind: "found"; readonly facility: Facility };

/** The last terms of a facility, of those that hold on `day` if one is given; what was deleted has none. */
export async function readFacility(
  db: Database,
  tenant: string,
  facility_id: string,
  { known, day }: { readonly known: number | null; readonly day: Day | null },
): Promise<FoundFacility> {
  const own = sql`FROM facility_terms WHERE tenant_id = ${tenant} AND facility_id = ${facility_id}${knownBy(known)}`;
  const [[last] = [], [row] = []] = await queryAll(db, [
    sql`SELECT terms IS NULL AS is_deleted ${own} ORDER BY sequence DESC LIMIT 1`,
    sql`SELECT ${COLUMNS} ${own}${holdsOn(day)} AND terms IS NOT NULL
      AND sequence > (SELECT ifnull(max(sequence), 0) ${own} AND terms IS NULL) ORDER BY sequence DESC LIMIT 1`,
  ]);
  if (last?.is_deleted !== 0) return { kind: "unknown" };
  return row ? { kind: "found", facility: facilityOf(row as unknown as StoredTerms) } : { kind: "none" };
}

const writeTerms = rowWriter(facilityTerms);
const writeLive = rowWriter(
  facilities,
  replacing(facilities, [facilities.tenant_id, facilities.facility_id]),
);

/** The last row of each facility says whether the tenant has it. */
export function facilityStatements(tenant_id: string, rows: readonly FacilityRow[]): readonly Sql[] {
  const last = [...new Map(rows.map((row) => [row.facility_id, row])).values()];
  const gone = last.flatMap(({ facility_id, terms }) => (terms === null ? [facility_id] : []));
  const live = last.filter(({ terms }) => terms !== null);
  return [
    ...writeTerms(rows.map((row) => ({ tenant_id, ...row, terms: row.terms && saved(row.terms) }))),
    ...writeLive(live.map(({ facility_id, sequence }) => ({ tenant_id, facility_id, sequence }))),
    ...(gone.length > 0 ? [remove(tenant_id, gone)] : []),
  ];
}

const remove = (tenant: string, ids: readonly string[]): Sql =>
  builder
    .delete(facilities)
    .where(sql`tenant_id = ${tenant} AND ${isOneOf(facilities.facility_id, ids)}`)
    .toSQL();
