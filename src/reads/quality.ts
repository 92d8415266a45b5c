import type { Day } from "../domain/position/days.ts";
import { Quality, type QualityCount } from "../domain/position/quality.ts";
import type { Database } from "../store/d1/session.ts";
import { sharedRegistrationNumbers } from "../store/position/registration-numbers.ts";
import { questionText } from "./question-text.ts";
import { budgetFrom, type Gathering, type Question, type Surveyed, savedWhole, survey } from "./survey.ts";

/** The irregularities of the records, as of a day (docs/api.md#positions). */
export const surveyQuality = (db: Database, tenant: string, day: Day): Promise<Surveyed<GatheredQuality>> =>
  survey(db, tenant, qualityQuestion(db, tenant, day), budgetFrom(Date.now()), Date.now);

type GatheredQuality = Gathering & Pick<Quality, "counts" | "set">;

function qualityQuestion(db: Database, tenant: string, day: Day): Question<GatheredQuality> {
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
    text: questionText("quality", { as_of_date: day }),
    withCountry: false,
    begin: () => gathering([]),
    resume: (parts) => gathering(JSON.parse(parts.join(""))),
    finish: async (gathered) => {
      const { count, examples } = await sharedRegistrationNumbers(db, tenant);
      const named = examples.map((client_ids) => ({ client_ids }));
      gathered.set({ code: "shared_registration_number", count, examples: named });
    },
    keep: true,
  };
}
