import * as z from "zod";
import { PERIODS } from "../../domain/analytics/months.ts";
import { documented } from "../documented.ts";
import { knownAt } from "../known-at.ts";
import { expects } from "../lookup/query.ts";
import { checkSpan, day, filteredQuery, spanParameters } from "../position/filters.ts";
import { groupBy, oneDimension } from "../position/groups.ts";
import { asOf, measureParameters } from "../position/query.ts";

/** What a report about all disbursements takes besides its filters and its days. */
const reportParameters = { known_at: knownAt.optional(), ...measureParameters } as const;

export const movementQuery = filteredQuery(
  { ...spanParameters, ...reportParameters, group_by: groupBy.optional() },
  (query, context) => {
    checkSpan(query, context);
    return query;
  },
);
export type MovementQuery = z.output<typeof movementQuery>;

export const rollRatesQuery = filteredQuery(
  { ...spanParameters, ...reportParameters, group_by: groupBy.optional() },
  (query, context) => {
    checkSpan(query, context);
    return query;
  },
);
export type RollRatesQuery = z.output<typeof rollRatesQuery>;

/** A whole number within bounds, in plain digits. */
function wholeNumber(least: number, most: number) {
  const expected = expects(`a whole number from ${least} to ${most}, in plain digits`);
  return z
    .string(expected)
    .regex(/^(0|[1-9]\d{0,3})$/, expected)
    .transform(Number)
    .refine((value) => value >= least && value <= most, expected)
    .meta(documented({ type: "integer", minimum: least, maximum: most }));
}

const MONTHS_MAX = 120;
const MONTHS_USUAL = 24;

export const vintagesQuery = filteredQuery(
  {
    as_of_date: day
      .optional()
      .describe("The months that have ended by this day; default today in the time zone of the tenant."),
    by: z
      .enum(PERIODS, expects(`one of ${PERIODS.join(", ")}`))
      .optional()
      .describe("The period of a cohort. Default: month."),
    months: wholeNumber(0, MONTHS_MAX)
      .optional()
      .describe(`The most months on book. Default: ${MONTHS_USUAL}.`),
    ...reportParameters,
    group_by: groupBy.optional(),
  },
  ({ by = "month", months = MONTHS_USUAL, ...others }) => ({ ...others, by, months }),
);
export type VintagesQuery = z.output<typeof vintagesQuery>;

const TOP_MAX = 200;
const TOP_DEFAULT = 20;

export const concentrationQuery = filteredQuery(
  {
    as_of_date: asOf.optional(),
    ...reportParameters,
    by: oneDimension,
    top: wholeNumber(1, TOP_MAX)
      .optional()
      .describe(`Rows of each currency: 1 to ${TOP_MAX}, default ${TOP_DEFAULT}.`),
  },
  ({ top = TOP_DEFAULT, ...query }) => ({ ...query, top }),
);
export type ConcentrationQuery = z.output<typeof concentrationQuery>;

const PAST_MAX = 60;
const PAST_DEFAULT = 12;
const AHEAD_MAX = 120;
const AHEAD_DEFAULT = 24;

export const cashFlowsQuery = filteredQuery(
  {
    as_of_date: asOf.optional(),
    ...reportParameters,
    group_by: groupBy.optional(),
    past: wholeNumber(0, PAST_MAX)
      .optional()
      .describe(`Months that ended by the day: 0 to ${PAST_MAX}, default ${PAST_DEFAULT}.`),
    months: wholeNumber(1, AHEAD_MAX)
      .optional()
      .describe(`Months from the next day on: 1 to ${AHEAD_MAX}, default ${AHEAD_DEFAULT}.`),
  },
  ({ past = PAST_DEFAULT, months = AHEAD_DEFAULT, ...query }) => ({ ...query, past, months }),
);
export type CashFlowsQuery = z.output<typeof cashFlowsQuery>;
