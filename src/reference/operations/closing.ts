import * as answers from "../../contract/closing/answers.ts";
import { CLOSING_ROUTES } from "../../contract/routes/closing.ts";
import { operationsOf } from "../operation.ts";

/** docs/ledger.md#closed-periods */
export const CLOSING_OPERATIONS = operationsOf({
  tag: "Ledger",
  routes: CLOSING_ROUTES,
  answersOf: () => answers,
  words: {
    getClosing: {
      summary: "Read what is closed",
      description: "The last day of the closed period, and every closing and reopening, newest first.",
      answers: { 200: "The closings." },
    },
    previewClosing: {
      summary: "See what closing a month would record",
      description:
        "The trial balance of all currencies up to the day with its hash, and what is unfinished: what `PUT /v1/closing` would record and warn of now. After the closing it is the closed trial balance.",
      answers: { 200: "The preview." },
    },
    putClosing: {
      summary: "Close the books through the end of a month, or reopen them",
      description:
        "From then on no figure up to that day changes: postings on a closed day are refused, and what records say of one is posted on the first open day with its value date. An earlier day, or null, needs `reopen` and a `note`. The same day again makes no event.",
      body: {
        id: "ClosingChange",
        examples: {
          reopen_all: {
            summary: "Nothing is closed",
            body: { closed_through: null, reopen: true, note: "A bank statement came late" },
            answers: 200,
          },
        },
      },
      answers: { 200: "The closing that holds now, or the first answer again." },
    },
  },
});
