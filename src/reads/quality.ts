import type { QualityQuery } from "../contract/position/query.ts";
import { wantedBy } from "../domain/analytics/dimensions.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { Day } from "../domain/position/days.ts";
import { measureOf } from "../domain/position/measure.ts";
import { EXAMPLES_MAX, Quality, type QualityCount, type QualityView } from "../domain/position/quality.ts";
import type { Database } from "../store/d1/session.ts";
import { sharedRegistrationNumbers } from "../store/position/registration-numbers.ts";
import type { InForce } from "./in-force.ts";
import { questionText } from "./question-text.ts";
import { type Gathering, type Question, type Surveyed, savedWhole } from "./survey.ts";
import { surveyKnownAt } from "./survey-known-at.ts";

type Asked = Omit<QualityQuery, "known_at">;

/** The irregularities of the records, as of a day (docs/api.md#positions). */
export const surveyQuality = (
  db: Database,
  tenant: string,
  { known_at, ...asked }: QualityQuery,
): Promise<Result<Surveyed<GatheredQuality>, Problem>> =>
  surveyKnownAt(db, tenant, {
    known_at,
    wanted: wantedBy(asked),
    questionOf: (known, inForce) => qualityQuestion({ db, tenant, known }, asked, inForce),
    days: 1,
  });

/** What to look for, and how, with what is in force. */
export function examinedBy(
  asked: Asked,
  { settings, calendar, today, known_day }: InForce,
): Required<QualityView> {
  const { as_of_date: day = today } = asked;
  return { day, today: known_day, calendar, filters: asked, measure: measureOf(asked, settings) };
}

type GatheredQuality = Gathering & Pick<Quality, "counts" | "set"> & { readonly day: Day };

/** Where the records are, and the sequence up to which the log is folded; null: the records as they are. */
interface Place {
  readonly db: Database;
  readonly tenant: string;
  readonly known: number | null;
}

function qualityQuestion(
  { db, tenant, known }: Place,
  asked: Asked,
  inForce: InForce,
): Question<GatheredQuality> {
  const view = examinedBy(asked, inForce);
  const { day, today, measure } = view;
  const { time_zone } = inForce.settings;
  const gathering = (counts: readonly QualityCount[]): GatheredQuality => {
    const quality = new Quality(view, counts);
    return {
      day,
      add: ({ loan, attributes }) => {
        quality.add(loan, attributes);
        return true;
      },
      set: (count) => quality.set(count),
      counts: () => quality.counts(),
      save: () => savedWhole(JSON.stringify(quality.counts())),
    };
  };
  return {
    text: questionText("quality", { ...asked, as_of_date: day, today, measure, time_zone, known }),
    wanted: wantedBy(asked),
    known,
    begin: () => gathering([]),
    resume: (parts) => gathering(JSON.parse(parts.join(""))),
    finish: async (gathered) => {
      const numbers = { known, clients: asked, after: 0, limit: EXAMPLES_MAX };
      const { count, examples } = await sharedRegistrationNumbers(db, tenant, numbers);
      const named = examples.map(({ client_ids }) => ({ client_ids }));
      gathered.set({ code: "shared_registration_number", count, examples: named });
    },
    // Its rules need ids of payments and bank references.
    packing: null,
    keep: true,
  };
}
