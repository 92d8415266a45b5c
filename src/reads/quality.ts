import type * as z from "zod";
import type { qualityQuery } from "../contract/position/query.ts";
import type { Problem } from "../domain/core/problem.ts";
import type { Result } from "../domain/core/result.ts";
import type { Day } from "../domain/position/days.ts";
import { EXAMPLES_MAX, Quality, type QualityCount } from "../domain/position/quality.ts";
import type { Database } from "../store/d1/session.ts";
import { sharedRegistrationNumbers } from "../store/position/registration-numbers.ts";
import { questionText } from "./question-text.ts";
import { type Gathering, type Question, type Surveyed, savedWhole } from "./survey.ts";
import { surveyKnownAt } from "./survey-known-at.ts";

/** What to examine, as of a day that is known. */
export type QualityRequest = z.infer<typeof qualityQuery> & { readonly as_of_date: Day };

/** The irregularities of the records, as of a day (docs/api.md#positions). */
export const surveyQuality = (
  db: Database,
  tenant: string,
  { as_of_date, known_at }: QualityRequest,
): Promise<Result<Surveyed<GatheredQuality>, Problem>> =>
  surveyKnownAt(db, tenant, {
    known_at,
    questionOf: (known) => qualityQuestion(db, tenant, as_of_date, known),
    days: 1,
  });

type GatheredQuality = Gathering & Pick<Quality, "counts" | "set">;

function qualityQuestion(
  db: Database,
  tenant: string,
  day: Day,
  known: number | null,
): Question<GatheredQuality> {
  const gathering = (counts: readonly QualityCount[]): GatheredQuality => {
    const quality = new Quality({ day, today: day }, counts);
    return {
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
    text: questionText("quality", { as_of_date: day, known }),
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
