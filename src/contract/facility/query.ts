import * as z from "zod";
import { knownAt } from "../known-at.ts";
import { CSV_PAGE, limit, limitUpTo } from "../lookup/query.ts";
import { day } from "../position/filters.ts";
import { cursor, asOf as onDay, toleranceParameters } from "../position/query.ts";

const asOf = day.describe("The terms that hold on this day. Default: the last ones.");

export const facilityQuery = z.strictObject({ as_of_date: asOf.optional(), known_at: knownAt.optional() });

export const facilitiesQuery = facilityQuery.extend({
  limit: limit.optional().describe("Facilities of a page: 1 to 200, the default."),
  cursor: cursor.optional(),
});
export type FacilitiesQuery = z.output<typeof facilitiesQuery>;
export type FacilityQuery = z.output<typeof facilityQuery>;

export const baseQuery = z.strictObject({
  as_of_date: onDay.optional(),
  known_at: knownAt.optional(),
  ...toleranceParameters,
});
export type BaseQuery = z.output<typeof baseQuery>;

export const baseLoansQuery = baseQuery.extend({
  limit: limit
    .optional()
    .describe("Disbursements of a page: 1 to 200, default 50. For CSV up to 10,000, the default there."),
  cursor: cursor.optional(),
});
export const baseLoansCsvQuery = baseLoansQuery.extend({ limit: limitUpTo(CSV_PAGE.max).optional() });
export type BaseLoansQuery = z.output<typeof baseLoansQuery>;
