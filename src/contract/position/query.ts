import * as z from "zod";
import type { Result } from "../../domain/core/result.ts";
import { ALLOCATIONS } from "../../domain/position/allocation.ts";
import { REBATES } from "../../domain/position/payoff.ts";
import { parseArrearsTolerance, parseToleranceShare } from "../../domain/position/tolerance.ts";
import { documented } from "../documented.ts";
import { knownAt } from "../known-at.ts";
import { expects, limit } from "../lookup/query.ts";
import { day, filteredQuery, fromParameters } from "./filters.ts";
import { groupBy } from "./groups.ts";

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, expects(`one of ${values.join(", ")}`));

export const asOf = day.describe("What was true on this day; default today in the time zone of the tenant.");

const idExpected = expects("an id of 1 to 128 characters");
const id = z.string(idExpected).min(1, idExpected).max(128, idExpected);
const cursorExpected = expects("the next_cursor of the page before");
export const cursor = z.string(cursorExpected).min(1, cursorExpected).max(4096, cursorExpected);

/** A text that the domain reads; its refusal is the message. */
const readBy = <T>(read: (text: string) => Result<T, string>) =>
  z.string(expects("given once")).transform((text, context) => {
    const result = read(text);
    if (result.ok) return result.value;
    context.addIssue({ code: "custom", message: result.error });
    return z.NEVER;
  });

/** Which arrears make something late (docs/portfolio.md#tolerance). */
export const toleranceParameters = {
  arrears_tolerance: readBy(parseArrearsTolerance)
    .meta(documented({ type: "string" }))
    .optional()
    .describe("Arrears up to this amount make nothing late: `100`, or `USD:100,JPY:10000`."),
  arrears_tolerance_share: readBy(parseToleranceShare)
    .meta(documented({ type: "string" }))
    .optional()
    .describe("Arrears up to this share of outstanding principal make nothing late: 0 to 1."),
} as const;

/** How to measure what is late (docs/portfolio.md#coverage). */
export const measureParameters = {
  allocation: oneOf(ALLOCATIONS)
    .optional()
    .describe("`own`: money that was recorded on an installment covers it first. Default: oldest."),
  ...toleranceParameters,
} as const;

export const positionQuery = z.strictObject({
  as_of_date: asOf.optional(),
  known_at: knownAt.optional(),
  ...measureParameters,
  series: oneOf(["days"])
    .optional()
    .describe("Adds the figures of each day on which one of them changes, before and after `as_of_date`."),
});
export type PositionQuery = z.infer<typeof positionQuery>;

export const payoffQuery = z.strictObject({
  on: day.optional().describe("The day of the pay-off; default today in the time zone of the tenant."),
  rebate: oneOf(REBATES).optional().describe("How much of the margin due is given up. Default: none."),
});
export type PayoffQuery = z.infer<typeof payoffQuery>;

const SORTS = ["days_past_due", "arrears", "outstanding", "disbursement_id"] as const;

const monthExpected = expects("a month YYYY-MM");
const month = z
  .string(monthExpected)
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, monthExpected)
  .meta(documented({ type: "string", pattern: "^[0-9]{4}-(0[1-9]|1[0-2])$" }));

const positionsParameters = {
  as_of_date: asOf.optional(),
  known_at: knownAt.optional(),
  disbursement_id: id.optional().describe("Only this one. A path cannot hold the ids `.` and `..`."),
  changed_since: day
    .optional()
    .describe("Only those whose state or bucket was another one on this day, with what it was as `from`."),
  ...fromParameters,
  past_month: month
    .optional()
    .describe("Only those with cash flow in this month up to as_of_date, which each line has as `past`."),
  future_month: month
    .optional()
    .describe("Only those with cash flow in this month after as_of_date, which each line has as `future`."),
  ...measureParameters,
  sort_by: oneOf(SORTS).optional(),
  sort_order: oneOf(["asc", "desc"]).optional(),
  limit: limit.optional(),
  cursor: cursor.optional(),
} as const;

export const positionsQuery = filteredQuery(positionsParameters, (query, context) => {
  const refuse = (name: string, message: string): void =>
    context.addIssue({ code: "custom", path: [name], message });
  const { from_date, changed_since } = query;
  if (from_date !== undefined && changed_since !== undefined) refuse("from_date", "excludes changed_since");
  for (const name of ["from_state", "from_bucket"] as const) {
    if (query[name] !== undefined && from_date === undefined) refuse(name, "needs from_date");
  }
  return query;
});
export type PositionsQuery = z.output<typeof positionsQuery>;

const MONTHS_MIN = 12;
const MONTHS_MAX = 60;
const monthsExpected = expects(`a whole number from ${MONTHS_MIN} to ${MONTHS_MAX}, with series=month`);

const portfolioParameters = {
  as_of_date: asOf.optional(),
  known_at: knownAt.optional(),
  ...measureParameters,
  group_by: groupBy.optional(),
  series: oneOf(["month"]).optional().describe("Adds the same lines at month ends."),
  months: z
    .string(monthsExpected)
    .regex(/^[1-9]\d$/, monthsExpected)
    .transform(Number)
    .refine((months) => months >= MONTHS_MIN && months <= MONTHS_MAX, monthsExpected)
    .meta(documented({ type: "integer", minimum: MONTHS_MIN, maximum: MONTHS_MAX }))
    .optional(),
} as const;

export const portfolioQuery = filteredQuery(portfolioParameters, (query, context) => {
  const { series, months = MONTHS_MIN, ...others } = query;
  if (series === undefined && query.months !== undefined) {
    context.addIssue({ code: "custom", path: ["months"], message: monthsExpected.error({}) });
    return z.NEVER;
  }
  return { ...others, months: series === undefined ? 0 : months };
});
export type PortfolioQuery = z.output<typeof portfolioQuery>;

const qualityParameters = {
  as_of_date: asOf.optional(),
  known_at: knownAt.optional(),
  ...toleranceParameters,
} as const;

export const qualityQuery = filteredQuery(qualityParameters, (query) => query);
export type QualityQuery = z.output<typeof qualityQuery>;

export const qualityRuleQuery = filteredQuery(
  { ...qualityParameters, limit: limit.optional(), cursor: cursor.optional() },
  (query) => query,
);
export type QualityRuleQuery = z.output<typeof qualityRuleQuery>;
