import * as z from "zod";
import { isCurrency } from "../../domain/core/currency.ts";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { GROUPINGS } from "../../domain/position/portfolio.ts";
import { BUCKETS, STATES } from "../../domain/position/position.ts";
import { documented } from "../documented.ts";
import { knownAt } from "../known-at.ts";
import { expects, limit } from "../lookup/query.ts";

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, expects(`one of ${values.join(", ")}`));

const dayExpected = expects("a real date YYYY-MM-DD");
const day = z
  .string(dayExpected)
  .refine(isCalendarDate, dayExpected)
  .meta(documented({ type: "string", format: "date" }))
  .describe("What was true on this day; default today, UTC.");

const idExpected = expects("an id of 1 to 128 characters");
const id = z.string(idExpected).min(1, idExpected).max(128, idExpected);
const cursorExpected = expects("the next_cursor of the page before");
const cursor = z.string(cursorExpected).min(1, cursorExpected).max(4096, cursorExpected);
const currencyExpected = expects("an active ISO 4217 code");

export const positionQuery = z.strictObject({ as_of_date: day.optional(), known_at: knownAt.optional() });

export const SORTS = ["days_past_due", "arrears", "outstanding", "disbursement_id"] as const;

export const positionsQuery = z.strictObject({
  as_of_date: day.optional(),
  known_at: knownAt.optional(),
  bucket: oneOf(BUCKETS).optional(),
  state: oneOf(STATES).optional(),
  client_id: id.optional(),
  kind: oneOf(["loan", "purchase"]).optional(),
  currency: z
    .string(currencyExpected)
    .refine(isCurrency, currencyExpected)
    .meta(documented({ type: "string", pattern: "^[A-Z]{3}$" }))
    .optional(),
  sort_by: oneOf(SORTS).optional(),
  sort_order: oneOf(["asc", "desc"]).optional(),
  limit: limit.optional(),
  cursor: cursor.optional(),
});
export type PositionsQuery = z.infer<typeof positionsQuery>;

const MONTHS_MIN = 12;
const MONTHS_MAX = 60;
const monthsExpected = expects(`a whole number from ${MONTHS_MIN} to ${MONTHS_MAX}, with series=month`);

const portfolioParameters = z.strictObject({
  as_of_date: day.optional(),
  known_at: knownAt.optional(),
  group_by: oneOf(GROUPINGS).optional(),
  series: oneOf(["month"]).optional().describe("Adds the same lines at month ends."),
  months: z
    .string(monthsExpected)
    .regex(/^[1-9]\d$/, monthsExpected)
    .transform(Number)
    .refine((months) => months >= MONTHS_MIN && months <= MONTHS_MAX, monthsExpected)
    .meta(documented({ type: "integer", minimum: MONTHS_MIN, maximum: MONTHS_MAX }))
    .optional(),
});

export const portfolioQuery = portfolioParameters.transform((query, context) => {
  const { series, months = MONTHS_MIN, ...others } = query;
  if (series === undefined && query.months !== undefined) {
    context.addIssue({ code: "custom", path: ["months"], message: monthsExpected.error({}) });
    return z.NEVER;
  }
  return { ...others, months: series === undefined ? 0 : months };
});

export const qualityQuery = z.strictObject({ as_of_date: day.optional(), known_at: knownAt.optional() });

export const qualityRuleQuery = z.strictObject({
  as_of_date: day.optional(),
  known_at: knownAt.optional(),
  limit: limit.optional(),
  cursor: cursor.optional(),
});
export type QualityRuleQuery = z.infer<typeof qualityRuleQuery>;
