import * as z from "zod";
import type * as answers from "../log/answers.ts";
import { limitUpTo, sequence } from "../lookup/query.ts";
import type { RouteTable } from "./route.ts";

/** The most events of a page, and the default. */
const PAGE_EVENTS_MAX = 1_000;

const exportQuery = z.strictObject({
  after: sequence.optional().describe("The sequence after which the page begins. Default: 0."),
  limit: limitUpTo(PAGE_EVENTS_MAX)
    .optional()
    .describe(`Events of a page: 1 to ${PAGE_EVENTS_MAX}, the default. A page ends at about 2 MB.`),
});

/** docs/api.md#the-log */
export const LOG_ROUTES = {
  exportLog: {
    method: "GET",
    path: "/v1/log/events",
    scope: "records:read",
    also: ["hpts:ledger:read"],
    rate: "walk",
    bookmarked: true,
    query: exportQuery.transform(({ after = 0, limit = PAGE_EVENTS_MAX }) => ({ after, limit })),
    answers: { 200: { ndjson: "exportedEvent", headers: ["Link"] } },
  },
  getLogCheckpoint: {
    method: "GET",
    path: "/v1/log/checkpoint",
    scope: "any",
    answers: { 200: { jose: true } },
    problems: ["invalid_query", "not_found"],
  },
  getCheckpointKeys: {
    method: "GET",
    path: "/.well-known/jwks.json",
    scope: null,
    answers: { 200: { json: "checkpointKeys" } },
    problems: ["method_not_allowed", "unavailable"],
  },
} as const satisfies RouteTable<keyof typeof answers>;
