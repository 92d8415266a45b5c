import { SEARCH_ROUTES } from "../../contract/routes/search.ts";
import * as answers from "../../contract/search/answers.ts";
import { operationsOf } from "../operation.ts";

/** docs/api.md#search */
export const SEARCH_OPERATIONS = operationsOf({
  tag: "Tables",
  routes: SEARCH_ROUTES,
  answersOf: () => answers,
  words: {
    search: {
      summary: "Search records of every kind",
      description:
        "Finds clients, disbursements, payments, operations and the journal entry of an id. At most 20 hits of a kind: ids that are equal or begin so first, then others, newest first. Accents and case of clients' texts are ignored.",
      answers: { 200: "The hits of each kind." },
    },
  },
});
