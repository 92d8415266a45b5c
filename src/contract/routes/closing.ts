import type * as answers from "../closing/answers.ts";
import { closingBody, closingPreviewQuery } from "../closing/bodies.ts";
import { json, type RouteTable } from "./route.ts";

/** docs/ledger.md#closed-periods */
export const CLOSING_ROUTES = {
  getClosing: {
    method: "GET",
    path: "/v1/closing",
    scope: "hpts:ledger:read",
    bookmarked: true,
    answers: { 200: { json: "closingList" } },
    problems: ["invalid_query"],
  },
  previewClosing: {
    method: "GET",
    path: "/v1/closing/preview",
    scope: "hpts:ledger:read",
    rate: "walk",
    bookmarked: true,
    query: closingPreviewQuery,
    answers: { 200: { json: "closingPreview" } },
    problems: ["too_large"],
  },
  putClosing: {
    method: "PUT",
    path: "/v1/closing",
    scope: "hpts:closing:write",
    keyed: true,
    body: json(closingBody),
    answers: {
      200: {
        json: "closed",
        headers: ["x-d1-bookmark", "Idempotent-Replayed"],
        possibleHeaders: ["X-Log-Receipt"],
      },
    },
    problems: ["opening_unfinished", "too_large"],
  },
} as const satisfies RouteTable<keyof typeof answers>;
