import { type Context, Hono } from "hono";
import { csvOf } from "../contract/csv.ts";
import { QUALITY_COLUMNS } from "../contract/position/csv-columns.ts";
import { qualityQuery } from "../contract/position/query.ts";
import { type Day, dayAt } from "../domain/position/days.ts";
import { Quality, type QualityCount } from "../domain/position/quality.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { renderCsv, variesByAccept, wantsCsv } from "../http/csv.ts";
import { renderJson } from "../http/problem.ts";
import { invalidQuery, query } from "../http/query.ts";
import type { Database } from "../store/d1/session.ts";
import { sharedRegistrationNumbers } from "../store/position/registration-numbers.ts";
import { type Gathering, type Question, survey } from "../store/position/survey.ts";
import { read } from "./read.ts";
import { budgetFrom, tooLarge, unfinished } from "./survey.ts";

/** `GET /api/quality` (docs/api.md#positions). */
export const qualityRoutes = new Hono<AppEnv>().get(
  "/",
  authorized(["positions:read", "records:read"], "walk"),
  variesByAccept,
  query(qualityQuery, ["as_of_date"]),
  (c) => answer(c, c.req.valid("query").as_of_date ?? dayAt(Date.now())),
);

async function answer(c: Context<AppEnv>, day: Day): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await read(c, (db) =>
    survey(db, tenant, qualityQuestion(db, tenant, day), budgetFrom(Date.now()), Date.now),
  );
  if (!found.ok) return invalidQuery(c, found.error);
  const surveyed = found.value;
  if (surveyed.kind === "too_large") return tooLarge(c, "There are too many disbursements.");
  if (surveyed.kind === "unfinished") return unfinished(c, surveyed);
  const rules = surveyed.gathered.counts();
  if (wantsCsv(c)) return renderCsv(c, csvOf(QUALITY_COLUMNS, rules.flatMap(rowsOf)), "quality", null);
  const { from_sequence, to_sequence } = surveyed;
  return renderJson(c, { as_of_date: day, from_sequence, to_sequence, rules });
}

const rowsOf = ({ code, count, examples }: QualityCount) =>
  examples.map((example) => ({ code, count, ...example }));

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
      save: () => JSON.stringify(quality.counts()),
    };
  };
  return {
    text: JSON.stringify(["quality", day]),
    withCountry: false,
    begin: () => gathering([]),
    resume: (text) => gathering(JSON.parse(text)),
    finish: async (gathered) => {
      const { count, examples } = await sharedRegistrationNumbers(db, tenant);
      const named = examples.map((client_ids) => ({ client_ids }));
      gathered.set({ code: "shared_registration_number", count, examples: named });
    },
    remember: true,
  };
}
