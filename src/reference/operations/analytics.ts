import * as answers from "../../contract/analytics/answers.ts";
import { ANALYTICS_ROUTES } from "../../contract/routes/analytics.ts";
import { operationsOf, UNFINISHED } from "../operation.ts";

/** docs/api.md#analytics */
export const ANALYTICS_OPERATIONS = operationsOf({
  tag: "Analytics",
  routes: ANALYTICS_ROUTES,
  answersOf: () => answers,
  words: {
    getMovement: {
      summary: "Read how the portfolio moved",
      description:
        "How principal and arrears moved between the ends of two days: one line per currency and group. The figures add up exactly.",
      answers: { 200: "The movement.", 202: UNFINISHED },
    },
    getVintages: {
      summary: "Read how vintages perform",
      description:
        "The disbursements that start in one period, month by month after their own month. A cell is given once its month has ended for the whole cohort.",
      answers: { 200: "The vintages.", 202: UNFINISHED },
    },
    getRollRates: {
      summary: "Read roll rates",
      description:
        "How disbursements moved between buckets from one day to another: the cells that are not empty.",
      answers: { 200: "The roll rates.", 202: UNFINISHED },
    },
    getConcentration: {
      summary: "Read where the outstanding principal is",
      description:
        "By currency: the groups of one dimension that owe most, the share of the largest, and the sum of the squares of all shares.",
      answers: { 200: "The concentration.", 202: UNFINISHED },
    },
    getCashFlows: {
      summary: "Read past and future cash flows",
      description:
        "By currency and group: what fell due, came in and was covered in each past month, what is overdue, and what will fall due.",
      answers: { 200: "The cash flows.", 202: UNFINISHED },
    },
  },
});
