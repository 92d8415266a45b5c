import type { BaseQuery } from "../contract/facility/query.ts";
import { Examined } from "../domain/analytics/examined.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { GatheredPool, wantedByTerms } from "../domain/facility/gathered-pool.ts";
import type { Facility } from "../domain/facility/terms.ts";
import type { WantedAttributes } from "../domain/position/attributes.ts";
import type { Day } from "../domain/position/days.ts";
import { measureOf } from "../domain/position/measure.ts";
import type { Database } from "../store/d1/session.ts";
import { facilityOn } from "./facility.ts";
import { settingsInForce } from "./in-force.ts";
import { knownSequence } from "./known-at.ts";
import { questionText } from "./question-text.ts";
import { type Gathering, type Question, type Surveyed, savedWhole } from "./survey.ts";
import { surveyKnownAt } from "./survey-known-at.ts";
import { refusedMember } from "./wanted.ts";

/** A base that was asked for, and the terms of its day. */
interface AskedBase {
  readonly facility_id: string;
  readonly query: Omit<BaseQuery, "limit" | "cursor">;
}

/** The pool of a facility as a walk has gathered it. */
export interface GatheredBase extends Gathering {
  readonly pool: GatheredPool;
  readonly facility: Facility;
  readonly day: Day;
}

/** What a base is computed of. */
interface PreparedBase {
  readonly facility: Facility;
  readonly day: Day;
  /** The sequence up to which the log counts; null: all of it. */
  readonly known: number | null;
  readonly wanted: WantedAttributes;
  readonly questionOf: (known: number | null) => Question<GatheredBase>;
}

/** Walks that begin anew where the terms were changed meanwhile. */
const TRIES_MAX = 3;

/** The base of a facility as of a day (docs/api.md#facilities). */
export async function surveyBase(
  db: Database,
  tenant: string,
  asked: AskedBase,
): Promise<Result<Surveyed<GatheredBase>, Problem>> {
  for (let tries = 1; ; tries += 1) {
    const prepared = await prepareBase(db, tenant, asked, { name: "base", keep: true });
    if (!prepared.ok) return prepared;
    const { questionOf, wanted, facility, day, known } = prepared.value;
    const { known_at } = asked.query;
    const surveyed = await surveyKnownAt(db, tenant, { known_at, wanted, questionOf, days: 1 });
    if (!surveyed.ok || surveyed.value.kind !== "complete" || known !== null || tries === TRIES_MAX) {
      return surveyed;
    }
    const now = await facilityOn(db, tenant, asked.facility_id, { known, day });
    if (now.ok && now.value.sequence === facility.sequence) return surveyed;
  }
}

/** The terms that hold, and the question about the pool. `name` tells questions of one base apart. */
export async function prepareBase(
  db: Database,
  tenant: string,
  { facility_id, query }: AskedBase,
  { name, keep }: { readonly name: string; readonly keep: boolean },
): Promise<Result<PreparedBase, Problem>> {
  const at = await knownSequence(db, tenant, query.known_at);
  if (!at.ok) return at;
  const { settings, calendar, today } = await settingsInForce(db, tenant, at.value);
  const day = query.as_of_date ?? today;
  const known = at.value?.sequence ?? null;
  const found = await facilityOn(db, tenant, facility_id, { known, day });
  if (!found.ok) return found;
  const facility = found.value;
  const wanted = wantedByTerms(facility.terms);
  const refused = refusedMember(wanted, settings);
  if (refused) return err(refused);
  const measure = measureOf(query, settings);
  const gathering = (text: string | null): GatheredBase => {
    const pool = new GatheredPool(facility.terms, day, text);
    return {
      pool,
      facility,
      day,
      add: (read) => pool.add(new Examined(read, calendar, measure)),
      save: (isComplete) => savedWhole(pool.save(isComplete)),
    };
  };
  const { sequence } = facility;
  const about = { facility_id, sequence, day, measure, time_zone: settings.time_zone };
  const questionOf = (upTo: number | null): Question<GatheredBase> => ({
    text: questionText(name, { ...about, known: upTo }),
    wanted,
    known: upTo,
    packing: settings.report_dimensions,
    begin: () => gathering(null),
    resume: (parts) => gathering(parts.join("")),
    keep,
  });
  return ok({ facility, day, known, wanted, questionOf });
}
