import * as z from "zod";
import { knownAt } from "../known-at.ts";
import { expects, limit } from "../lookup/query.ts";
import { day } from "../position/filters.ts";

const asOf = day.describe("The terms that hold on this day. Default: the last ones.");
const cursorExpected = expects("the next_cursor of the page before");

export const facilityQuery = z.strictObject({ as_of_date: asOf.optional(), known_at: knownAt.optional() });

export const facilitiesQuery = facilityQuery.extend({
  limit: limit.optional().describe("Facilities of a page: 1 to 200, the default."),
  cursor: z.string(cursorExpected).min(1, cursorExpected).max(4096, cursorExpected).optional(),
});
export type FacilitiesQuery = z.output<typeof facilitiesQuery>;
export type FacilityQuery = z.output<typeof facilityQuery>;
