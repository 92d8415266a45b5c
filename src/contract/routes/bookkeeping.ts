import type * as answers from "../bookkeeping/answers.ts";
import { exceptionsQuery, lateQuery, proofQuery, switchBody } from "../bookkeeping/bodies.ts";
import { json, type RouteTable } from "./route.ts";

/** A request that changes nothing makes no event, and has no receipt. */
const ofSwitch = {
  headers: ["x-d1-bookmark", "Idempotent-Replayed"],
  possibleHeaders: ["X-Log-Receipt"],
} as const;

/** docs/bookkeeping.md#the-switch */
export const BOOKKEEPING_ROUTES = {
  getBookkeeping: {
    method: "GET",
    path: "/v1/bookkeeping",
    scope: "hpts:ledger:read",
    bookmarked: true,
    answers: { 200: { json: "bookkeepingState" } },
    problems: ["invalid_query"],
  },
  putBookkeeping: {
    method: "PUT",
    path: "/v1/bookkeeping",
    scope: "hpts:adjustments:write",
    keyed: "optional",
    body: json(switchBody),
    answers: {
      200: { json: "bookkeepingState", ...ofSwitch },
      202: { json: "bookkeepingState", ...ofSwitch },
    },
    problems: ["invalid_query", "validation_error", "too_many_bank_accounts", "unavailable"],
  },
  listBookkeepingExceptions: {
    method: "GET",
    path: "/v1/bookkeeping/exceptions",
    scope: "hpts:ledger:read",
    rate: "walk",
    bookmarked: true,
    query: exceptionsQuery,
    answers: { 200: { json: "exceptions" } },
    problems: ["too_large"],
  },
  listLateEntries: {
    method: "GET",
    path: "/v1/bookkeeping/late",
    scope: "hpts:ledger:read",
    bookmarked: true,
    query: lateQuery,
    answers: { 200: { json: "late" } },
  },
  proveBookkeeping: {
    method: "GET",
    path: "/v1/bookkeeping/proof",
    scope: "hpts:reconciliation:read",
    rate: "walk",
    bookmarked: true,
    query: proofQuery,
    answers: { 200: { json: "proof" } },
    problems: ["too_large"],
  },
} as const satisfies RouteTable<keyof typeof answers>;
