import * as answers from "../../contract/bookkeeping/answers.ts";
import { BOOKKEEPING_ROUTES } from "../../contract/routes/bookkeeping.ts";
import { operationsOf } from "../operation.ts";

/** docs/bookkeeping.md#the-switch */
export const BOOKKEEPING_OPERATIONS = operationsOf({
  tag: "Bookkeeping",
  routes: BOOKKEEPING_ROUTES,
  answersOf: () => answers,
  words: {
    getBookkeeping: {
      summary: "Read whether the books come from the records",
      description:
        "The mode, who posts settlements, its first event, and how many of the earlier records are booked.",
      answers: { 200: "The state." },
    },
    putBookkeeping: {
      summary: "Switch bookkeeping on or off",
      description:
        "With `records` each accepted event of a disbursement or payment posts its entries in the same commit, and earlier records are booked in the background. With `settle: on_disbursement` the event that posts an origination or a raise also posts that its money left the bank. The switch is an event of the log, unless it is as the request asks. The answer is the state of now, also to a retry.",
      body: {
        examples: {
          off: { summary: "Off; posted entries stay", body: { mode: "off" }, answers: 200 },
        },
      },
      answers: { 200: "The state; nothing is left to book.", 202: "The state; records are being booked." },
    },
    listBookkeepingExceptions: {
      summary: "List the exceptions in the books",
      description:
        "The present state: loans in credit, money on what was written off, settlements that a corrected date took back, receipts without a loan, loans that do not follow their records.",
      answers: { 200: "One page." },
    },
    listLateEntries: {
      summary: "List what came late for a closed month",
      description:
        "Entries of records whose value date lies in the month and that take effect later, because the month was closed when they were posted. By value date, then in the order of posting.",
      answers: { 200: "One page." },
    },
    proveBookkeeping: {
      summary: "Prove that records and books agree",
      description:
        "Computes both sides again, from the events' own data and from the postings, disbursement by disbursement, and lists the differences.",
      answers: { 200: "One page." },
    },
  },
});
