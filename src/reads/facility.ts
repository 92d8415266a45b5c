import type { FacilitiesQuery, FacilityQuery } from "../contract/facility/query.ts";
import type { Day } from "../domain/core/dates.ts";
import type { KnownAt } from "../domain/core/known-at.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { UNKNOWN_FACILITY } from "../domain/facility/facility.ts";
import type { Facility } from "../domain/facility/terms.ts";
import type { Database } from "../store/d1/session.ts";
import { readFacilities, readFacility } from "../store/facility/facilities.ts";
import { knownSequence } from "./known-at.ts";
import { paged, splitPage, startAfter } from "./pages.ts";
import { questionText } from "./question-text.ts";

/** A page of the tenant's facilities, in the order of their ids (docs/api.md#facilities). */
export function listFacilities(
  db: Database,
  tenant: string,
  { limit, cursor, known_at, as_of_date }: FacilitiesQuery & { readonly limit: number },
): Promise<Result<{ facilities: readonly Facility[]; next_cursor: string | undefined }, Problem>> {
  const identity = [tenant, questionText("facilities", { known_at, as_of_date })];
  return paged({ identity, cursor }, async (start) => {
    const known = await knownUpTo(db, tenant, known_at);
    if (!known.ok) return known;
    const after = start?.after?.[0] ?? null;
    const page = { known: known.value, day: as_of_date ?? null, after, limit: limit + 1 };
    const { shown, last } = splitPage(await readFacilities(db, tenant, page), limit);
    return ok({ facilities: shown, next: last && startAfter(last.facility_id) });
  });
}

/** The terms of a facility, of a day if one is asked for, as they are or as the log knew them. */
export async function findFacility(
  db: Database,
  tenant: string,
  facility_id: string,
  { as_of_date, known_at }: FacilityQuery,
): Promise<Result<Facility, Problem>> {
  const known = await knownUpTo(db, tenant, known_at);
  if (!known.ok) return known;
  return facilityOn(db, tenant, facility_id, { known: known.value, day: as_of_date ?? null });
}

async function knownUpTo(
  db: Database,
  tenant: string,
  known_at: KnownAt | undefined,
): Promise<Result<number | null, Problem>> {
  const known = await knownSequence(db, tenant, known_at);
  return known.ok ? ok(known.value?.sequence ?? null) : known;
}

/** The terms of a facility of the log up to a sequence, or the refusal that says what there is not. */
export async function facilityOn(
  db: Database,
  tenant: string,
  facility_id: string,
  at: { readonly known: number | null; readonly day: Day | null },
): Promise<Result<Facility, Problem>> {
  const found = await readFacility(db, tenant, facility_id, at);
  if (found.kind === "found") return ok(found.facility);
  if (found.kind === "unknown") return err(UNKNOWN_FACILITY);
  return err({ code: "not_found", detail: `The facility has no terms that hold on ${at.day}.` });
}
