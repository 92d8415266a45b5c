import * as answers from "../../contract/position/answers.ts";
import { POSITION_ROUTES } from "../../contract/routes/position.ts";
import { operationsOf, UNFINISHED } from "../operation.ts";

/** docs/api.md#positions */
export const POSITION_OPERATIONS = operationsOf({
  tag: "Positions",
  routes: POSITION_ROUTES,
  answersOf: () => answers,
  words: {
    listPositions: {
      summary: "List positions",
      description:
        "Disbursements with what is due, received and late as of a day, the most days past due first. A list is kept for an hour: its cursor continues the same list.",
      answers: { 200: "One page.", 202: UNFINISHED },
    },
    getPosition: {
      summary: "Read one position",
      description:
        "The position of one disbursement with its installments, as of a day and as the log knew it then.",
      answers: { 200: "The position." },
    },
    getPayoff: {
      summary: "Quote a pay-off",
      description:
        "What has to be paid on a day so that nothing is owed, and the events that record it. Changes dated after the day are left out.",
      answers: { 200: "The quote." },
    },
    getPortfolio: {
      summary: "Read the portfolio",
      description:
        "Sums of all positions: one line per currency and group. `series=month` adds the last month ends.",
      answers: { 200: "The portfolio.", 202: UNFINISHED },
    },
    getQuality: {
      summary: "Read the quality of the records",
      description: "Counts the findings of each quality rule, with ids as examples.",
      answers: { 200: "The findings.", 202: UNFINISHED },
    },
    getQualityRule: {
      summary: "List the findings of one rule",
      description:
        "All findings of one quality rule, only ids, in the order of the disbursements' ids. A page may have fewer than `limit` while `has_more` is true.",
      answers: { 200: "One page." },
    },
  },
});
