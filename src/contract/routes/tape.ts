import type * as answers from "../tape/answers.ts";
import { parseIngest } from "../tape/ingest.ts";
import type { RouteTable } from "./route.ts";

/** docs/api.md#ingest */
export const TAPE_ROUTES = {
  ingest: {
    method: "POST",
    path: "/ingest",
    scope: "ingest:write",
    keyed: true,
    body: { media: "application/json", parse: parseIngest },
    answers: {
      200: { json: "accepted", headers: ["x-d1-bookmark", "X-Log-Receipt", "Idempotent-Replayed"] },
      201: { json: "accepted", headers: ["x-d1-bookmark", "X-Log-Receipt", "Location"] },
    },
    problems: ["unsupported_category", "not_found", "already_exists", "amount_overflow"],
  },
  ingestBatch: {
    method: "POST",
    path: "/ingest/batch",
    scope: "ingest:write",
    rate: "batch",
    body: { media: "application/x-ndjson" },
    answers: {
      200: { ndjson: "batchAnswer", headers: ["x-d1-bookmark"] },
      207: { ndjson: "batchAnswer", headers: ["x-d1-bookmark"] },
    },
    problems: ["too_many_lines"],
  },
} as const satisfies RouteTable<keyof typeof answers>;
