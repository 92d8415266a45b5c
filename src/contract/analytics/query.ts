import * as z from "zod";
import { PERIODS } from "../../domain/analytics/months.ts";
import { documented } from "../documented.ts";
import { knownAt } from "../known-at.ts";
import { expects } from "../lookup/query.ts";
import { checkSpan, day, filteredQuery, spanParameters } from "../position/filters.ts";
import { groupBy } from "../position/groups.ts";
import { measureParameters } from "../position/query.ts";

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

const MONTHS_MAX = 120;
const MONTHS_USUAL = 24;
const monthsExpected = expects(`a whole number from 0 to ${MONTHS_MAX}`);

export const vintagesQuery = filteredQuery(
  {
    as_of_date: day
      .optional()
      .describe("The months that have ended by this day; default today in the time zone of the tenant."),
    by: z
      .enum(PERIODS, expects(`one of ${PERIODS.join(", ")}`))
      .optional()
      .describe("The period of a cohort. Default: month."),
    months: z
      .string(monthsExpected)
      .regex(/^(?:0|[1-9]\d{0,2})$/, monthsExpected)
      .transform(Number)
      .refine((months) => months <= MONTHS_MAX, monthsExpected)
      .meta(documented({ type: "integer", minimum: 0, maximum: MONTHS_MAX }))
      .optional()
      .describe(`The most months on book. Default: ${MONTHS_USUAL}.`),
    ...reportParameters,
    group_by: groupBy.optional(),
  },
  ({ by = "month", months = MONTHS_USUAL, ...others }) => ({ ...others, by, months }),
);
export type VintagesQuery = z.output<typeof vintagesQuery>;
