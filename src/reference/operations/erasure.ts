import * as answers from "../../contract/erasure/answers.ts";
import { ERASURE_ROUTES } from "../../contract/routes/erasure.ts";
import { operationsOf } from "../operation.ts";
import { BORROWER } from "../posting-examples.ts";

const BEGUN = "The erasure is written and runs.";
const AGAIN = "The same request again: how far the erasure is.";
const HOW_FAR = "How far the last erasure is.";

/** docs/privacy.md */
export const ERASURE_OPERATIONS = operationsOf({
  tag: "Erasure",
  routes: ERASURE_ROUTES,
  answersOf: () => answers,
  words: {
    eraseClient: {
      summary: "Erase what is about a client",
      description:
        "An event that deletes a live client and empties its record at once. What records, log, journal and history say about the client goes in the background. Amounts, dates and ids stay.",
      body: {
        id: "ClientErasure",
        examples: {
          request: {
            summary: "The client asked for it",
            path: { client_id: "COMP-2024-001" },
            body: { reason: "request" },
            answers: 202,
          },
        },
      },
      answers: { 200: AGAIN, 202: BEGUN },
    },
    getClientErasure: {
      summary: "See how far a client's erasure is",
      description: "404 for a client that was never erased.",
      answers: { 200: HOW_FAR },
    },
    eraseBorrower: {
      summary: "Erase what is about a borrower of the ledger",
      description:
        "For loans that no record opened: references, reasons and metadata of their postings. No open loans are looked for.",
      body: {
        id: "BorrowerErasure",
        examples: {
          retention: {
            summary: "The time for keeping the texts is over",
            path: { borrower_id: BORROWER },
            body: { reason: "retention" },
            answers: 202,
          },
        },
      },
      answers: { 200: AGAIN, 202: BEGUN },
    },
    getBorrowerErasure: {
      summary: "See how far a borrower's erasure is",
      description: "404 for a borrower that was never erased.",
      answers: { 200: HOW_FAR },
    },
  },
});
