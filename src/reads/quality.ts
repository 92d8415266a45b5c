import type { QualityQuery } from "../contract/position/query.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { Day } from "../domain/position/days.ts";
import { EXAMPLES_MAX, Quality, type QualityCount, type QualityDays } from "../domain/position/quality.ts";
import type { Database } from "../store/d1/session.ts";
import { sharedRegistrationNumbers } from "../store/position/registration-numbers.ts";
import { knownDay } from "./in-force.ts";
import { questionText } from "./question-text.ts";
import { type Gathering, type Question, type Surveyed, savedWhole } from "./survey.ts";
import { surveyKnownAt } from "./survey-known-at.ts";

/** The irregularities of the records, as of a day (docs/api.md#positions). */
export const surveyQuality = (
  db: Database,
  tenant: string,
  { as_of_date, known_at }: QualityQuery,
): Promise<Result<Surveyed<GatheredQuality>, Problem>> =>
  surveyKnownAt(db, tenant, {
    known_at,
    questionOf: (known, { calendar, today }) => {
      const days = { day: as_of_date ?? today, today: knownDay(known_at, today, calendar), calendar };
      return qualityQuestion(db, tenant, days, known);
    },
    days: 1,
  });

type GatheredQuality = Gathering & Pick<Quality, "counts" | "set"> & { readonly day: Day };

function qualityQuestion(
  db: Database,
  tenant: string,
  days: QualityDays,
  known: number | null,
): Question<GatheredQuality> {
  const gathering = (counts: readonly QualityCount[]): GatheredQuality => {
    const quality = new Quality(days, counts);
    return {
      day: days.day,
      add: ({ loan }) => {
        quality.add(loan);
        return true;
      },
      set: (count) => quality.set(count),
      counts: () => quality.counts(),
      save: () => savedWhole(JSON.stringify(quality.counts())),
    };
  };
  return {
    text: questionText("quality", { as_of_date: days.day, today: days.today, known }),
    withCountry: false,
    known,
    begin: () => gathering([]),
    resume: (parts) => gathering(JSON.parse(parts.join(""))),
    finish: async (gathered) => {
      const { count, examples } = await sharedRegistrationNumbers(db, tenant, {
        known,
        after: 0,
        limit: EXAMPLES_MAX,
      });
      const named = examples.map(({ client_ids }) => ({ client_ids }));
      gathered.set({ code: "shared_registration_number", count, examples: named });
    },
    keep: true,
  };
}
