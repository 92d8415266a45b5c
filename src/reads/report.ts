import { type Grouping, wantedBy } from "../domain/analytics/dimensions.ts";
import { Examined, type Gatherer } from "../domain/analytics/examined.ts";
import type { KnownAt } from "../domain/core/known-at.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { Day } from "../domain/position/days.ts";
import type { Filters } from "../domain/position/filters.ts";
import { type AskedMeasure, measureOf } from "../domain/position/measure.ts";
import type { Measure } from "../domain/position/position.ts";
import type { Database } from "../store/d1/session.ts";
import type { InForce } from "./in-force.ts";
import { questionText } from "./question-text.ts";
import { type Gathering, type Question, type Surveyed, savedWhole } from "./survey.ts";
import { surveyKnownAt } from "./survey-known-at.ts";

/** What every report takes. One with `from_date` and `to_date` has no `as_of_date`. */
interface AskedReport extends AskedMeasure, Filters {
  readonly as_of_date?: Day | undefined;
  readonly from_date?: Day;
  readonly known_at?: KnownAt | undefined;
  readonly group_by?: Grouping | undefined;
}

/** How a report is made: by what is in force, and as the request says. */
interface ReportView {
  /** `as_of_date`, or today. */
  readonly day: Day;
  readonly grouping: Grouping;
  readonly filters: Filters;
  readonly measure: Measure;
}

/** A report over all disbursements of a tenant. */
interface Report<G extends Gatherer> {
  /** Names the report in its memos. */
  readonly name: string;
  readonly asked: AskedReport;
  /** The number of days as of which each disbursement is examined. */
  readonly days: number;
  /** A grouping under another name than `group_by`. */
  readonly grouping?: Grouping;
  /** A gatherer without disbursements, or one that continues with what another has saved. */
  readonly begin: (view: ReportView, saved: string | null) => G;
}

/** What a walk has gathered for a report, as of the day. */
export interface Reported<G extends Gatherer> extends Gathering {
  readonly gatherer: G;
  readonly day: Day;
}

/** Lets a report gather from all disbursements of a tenant, now or as the log knew them (docs/analytics.md#in-common). */
export function surveyReport<G extends Gatherer>(
  db: Database,
  tenant: string,
  report: Report<G>,
): Promise<Result<Surveyed<Reported<G>>, Problem>> {
  const { asked, days } = report;
  const wanted = wantedBy(asked, groupingOf(report));
  const questionOf = (known: number | null, inForce: InForce) => ({
    ...reportQuestion(report, known, inForce),
    wanted,
  });
  return surveyKnownAt(db, tenant, { known_at: asked.known_at, wanted, questionOf, days });
}

const groupingOf = <G extends Gatherer>({ grouping, asked }: Report<G>): Grouping =>
  grouping ?? asked.group_by ?? [];

function reportQuestion<G extends Gatherer>(
  report: Report<G>,
  known: number | null,
  { settings, calendar, today }: InForce,
): Omit<Question<Reported<G>>, "wanted"> {
  const { known_at: _, ...asked } = report.asked;
  const day = asked.as_of_date ?? today;
  const measure = measureOf(asked, settings);
  const view = { day, grouping: groupingOf(report), filters: asked, measure };
  const gathering = (saved: string | null): Reported<G> => {
    const gatherer = report.begin(view, saved);
    return {
      gatherer,
      day,
      add: (read) => gatherer.add(new Examined(read, calendar, measure)),
      save: (isComplete) => savedWhole(gatherer.save(isComplete)),
    };
  };
  const as_of_date = asked.from_date === undefined ? day : undefined;
  const { time_zone } = settings;
  return {
    text: questionText(report.name, { ...asked, as_of_date, measure, time_zone, known }),
    known,
    begin: () => gathering(null),
    resume: (parts) => gathering(parts.join("")),
    packing: settings.report_dimensions,
    keep: true,
  };
}
