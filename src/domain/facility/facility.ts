import { calendarOf } from "../core/calendar.ts";
import type { Day } from "../core/dates.ts";
import { type DraftEvent, eventOf, type RequestOfEvent, type Stamp } from "../core/event.ts";
import { type Expected, refusedVersion } from "../core/precondition.ts";
import { type FieldError, invalid, type Problem } from "../core/problem.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { ReportDimensions } from "../core/settings.ts";
import type { Facility, FacilityTerms } from "./terms.ts";

/** The most facilities of a tenant. */
const FACILITIES_MAX = 200;

/** A checked `PUT` or `DELETE /api/facilities/{facility_id}` on its way to the tenant's gate. */
export type FacilityCommand = {
  readonly type: "facility";
  readonly facility_id: string;
  readonly expected?: Expected | undefined;
} & (
  | { readonly step: "put"; readonly effective_date: Day | null; readonly terms: FacilityTerms }
  | { readonly step: "delete" }
);

/** A facility as an event leaves it: one row of `facility_terms`; a deleted one has no terms. */
export type FacilityRow =
  | Facility
  | (Pick<Facility, "facility_id" | "sequence"> & { readonly effective_date: null; readonly terms: null });

/** What the event of a facility answers besides what its request says. */
export interface FacilityAnswer {
  readonly is_new: boolean;
  readonly effective_date: Day | null;
}

/** A facility after a command, and the event that says so. */
interface FacilityDecision {
  readonly row: FacilityRow;
  readonly draft: DraftEvent;
}

/** Decides a change of a facility; `live` are those that the tenant has, each with the event that put it. Pure. */
export function decideFacility(
  live: ReadonlyMap<string, number>,
  command: FacilityCommand,
  stamp: Stamp,
  request: RequestOfEvent,
): Result<FacilityDecision, Problem> {
  const { facility_id, step, expected } = command;
  const { sequence, settings } = stamp;
  const version = live.get(facility_id);
  const is_new = version === undefined;
  const refused = refusedVersion(expected, is_new ? null : String(version), "The facility");
  const answer = (effective_date: Day | null) => {
    const own: FacilityAnswer = { is_new, effective_date };
    return eventOf(stamp, request, {
      category: "facility",
      step,
      record_id: facility_id,
      answer: JSON.stringify(own),
    });
  };
  if (step === "delete") {
    if (is_new) return err(UNKNOWN_FACILITY);
    if (refused) return err(refused);
    const row = { facility_id, sequence, effective_date: null, terms: null };
    return ok({ row, draft: answer(null) });
  }
  const { terms } = command;
  const unknown = unknownDimensions(terms, settings.report_dimensions);
  if (unknown.length > 0) return err(invalid(unknown));
  if (is_new && live.size >= FACILITIES_MAX) return err(TOO_MANY);
  if (refused) return err(refused);
  const effective_date = command.effective_date ?? calendarOf(settings.time_zone).dayAt(stamp.now);
  return ok({ row: { facility_id, sequence, effective_date, terms }, draft: answer(effective_date) });
}

export const UNKNOWN_FACILITY: Problem = { code: "not_found", detail: "This facility does not exist." };

const TOO_MANY: Problem = {
  code: "too_many_facilities",
  detail: `A tenant has at most ${FACILITIES_MAX} facilities.`,
};

/** Members of `info` that the terms name and that are no dimensions of reports: figures may not be grouped by them. */
function unknownDimensions(
  { eligibility, limits }: Pick<FacilityTerms, "eligibility" | "limits">,
  { disbursement, client }: ReportDimensions,
): readonly FieldError[] {
  const refused = (field: string, list: string): FieldError => ({
    field,
    code: "unknown_reference",
    message: `must name a member of report_dimensions.${list} in the settings`,
  });
  const ofRules = eligibility.flatMap((one, index) =>
    one.rule === "info_in" && !disbursement.includes(one.member)
      ? [refused(`eligibility.${index}.info_in.member`, "disbursement")]
      : [],
  );
  const ofLimits = limits.flatMap(({ by }, index) => {
    if (typeof by !== "object") return [];
    const [list, known] = by.of === "info" ? ["disbursement", disbursement] : ["client", client];
    return known.includes(by.member) ? [] : [refused(`limits.${index}.by`, list)];
  });
  return [...ofRules, ...ofLimits];
}
