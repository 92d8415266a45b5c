import * as answers from "../../contract/log/answers.ts";
import { LOG_ROUTES } from "../../contract/routes/log.ts";
import { operationsOf } from "../operation.ts";

/** docs/api.md#the-log */
export const LOG_OPERATIONS = operationsOf({
  tag: "Log",
  routes: LOG_ROUTES,
  answersOf: () => answers,
  words: {
    exportLog: {
      summary: "Export the log, with its chain of hashes",
      description:
        "One event per line, with all that its hash covers; `npx loan-ledger verify` checks the lines. Needs both scopes. `Link` names the next page, as long as there is one.",
      answers: { 200: "Events in their order. The schema describes one line." },
    },
    getLogCheckpoint: {
      summary: "A signed statement of where the log ends",
      description:
        "A compact JWS (ES256, `typ` `checkpoint+jwt`) with the claims `tenant_id`, `sequence`, `hash` and `time` (seconds). Keep it outside of this service: it shows later whether anything up to that event was changed or removed. 404 while the log is empty, 503 where the service has no signing key.",
      answers: { 200: "The checkpoint." },
    },
    getCheckpointKeys: {
      summary: "The public keys of checkpoints",
      description: "A JSON Web Key Set (RFC 7517): the key that signs now, and the retired ones.",
      answers: { 200: "The keys." },
    },
  },
});
