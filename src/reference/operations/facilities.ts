import * as answers from "../../contract/facility/answers.ts";
import { FACILITY_ROUTES } from "../../contract/routes/facility.ts";
import { operationsOf, UNFINISHED } from "../operation.ts";

/** docs/api.md#facilities */
export const FACILITY_OPERATIONS = operationsOf({
  tag: "Facilities",
  routes: FACILITY_ROUTES,
  answersOf: () => answers,
  words: {
    putFacility: {
      summary: "Put a facility",
      description:
        "What a financier lends against pledged disbursements, and on which terms. It is an event of the log: a base as of an earlier day, or as known then, has the terms of then.",
      body: {
        id: "FacilityTerms",
        examples: {
          warehouse: {
            summary: "A warehouse line with rules, limits and covenants",
            path: { facility_id: "warehouse-1" },
            body: {
              name: "Warehouse 1",
              currency: "USD",
              creditor: "Fund One",
              commitment: 5000000,
              drawn: 1250000.5,
              advance_rate: 0.8,
              effective_date: "2026-01-01",
              eligibility: [
                { max_days_past_due: 30 },
                { min_outstanding: 100 },
                { country_in: ["BR", "US"] },
                { no_write_off: true },
              ],
              limits: [
                { by: "client_id", max_share: 0.05 },
                { by: "country", max_share: 0.4, values: ["BR"] },
              ],
              covenants: [
                { code: "par30", max: 0.1 },
                { code: "pool_outstanding", min: 1000000 },
              ],
            },
            answers: 201,
          },
          drawn_more: {
            summary: "Borrow more",
            path: { facility_id: "warehouse-1" },
            body: {
              name: "Warehouse 1",
              currency: "USD",
              creditor: "Fund One",
              commitment: 5000000,
              drawn: 1500000,
              advance_rate: 0.8,
              eligibility: [],
              limits: [],
              covenants: [],
            },
            answers: 200,
          },
        },
      },
      answers: {
        200: "The facility is changed, or the first answer again.",
        201: "The facility is new.",
      },
    },
    deleteFacility: {
      summary: "Delete a facility",
      description: "It is an event of the log: as known before it, the facility is still there.",
      answers: { 200: "The event." },
    },
    listFacilities: {
      summary: "List facilities",
      description: "In the order of their ids, with their last terms, or those that hold on a day.",
      answers: { 200: "One page." },
    },
    getFacility: {
      summary: "Read a facility",
      description: "Its last terms, or those that hold on a day.",
      answers: { 200: "The facility." },
    },
    getBase: {
      summary: "Compute the base of a facility",
      description:
        "What its pool counts for as of a day, what can be borrowed, and whether its covenants hold: ineligible disbursements by rule, excess by limit and group.",
      answers: { 200: "The base.", 202: UNFINISHED },
    },
    listBaseLoans: {
      summary: "List what each disbursement of a base counts for",
      description:
        "All disbursements of the pool, in the order of their ids, with the rule or the limits by which they count for less. The sums are those of the base. A list is kept for an hour.",
      answers: { 200: "One page.", 202: UNFINISHED },
    },
  },
});
