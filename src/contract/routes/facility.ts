import type * as answers from "../facility/answers.ts";
import { facilityBody, facilityPath } from "../facility/bodies.ts";
import {
  baseLoansCsvQuery,
  baseLoansQuery,
  baseQuery,
  facilitiesQuery,
  facilityQuery,
} from "../facility/query.ts";
import { json, type RouteTable } from "./route.ts";

const one = { path: "/api/facilities/{facility_id}", pathParameters: facilityPath } as const;
const writes = { scope: "facilities:write", keyed: true, preconditioned: true } as const;
const reads = {
  method: "GET",
  scope: "positions:read",
  wider: ["records:read"],
  bookmarked: true,
} as const;
const unfinished = { json: "unfinished", headers: ["Retry-After", "Vary"] } as const;
const written = ["x-d1-bookmark", "X-Log-Receipt"] as const;

/** docs/api.md#facilities */
export const FACILITY_ROUTES = {
  putFacility: {
    ...one,
    ...writes,
    method: "PUT",
    body: json(facilityBody),
    answers: {
      200: { json: "facilityPut", headers: written, possibleHeaders: ["Idempotent-Replayed"] },
      201: { json: "facilityPut", headers: [...written, "Location"] },
    },
    problems: ["too_many_facilities"],
  },
  deleteFacility: {
    ...one,
    ...writes,
    method: "DELETE",
    answers: { 200: { json: "facilityDeleted", headers: written, possibleHeaders: ["Idempotent-Replayed"] } },
    problems: ["invalid_query", "not_found"],
  },
  listFacilities: {
    ...reads,
    path: "/api/facilities",
    query: facilitiesQuery,
    answers: { 200: { json: "facilityList" } },
    problems: ["too_large"],
  },
  getFacility: {
    ...one,
    ...reads,
    query: facilityQuery,
    answers: { 200: { json: "facility", possibleHeaders: ["ETag"] } },
    problems: ["not_found"],
  },
  getBase: {
    ...one,
    ...reads,
    path: "/api/facilities/{facility_id}/base",
    rate: "walk",
    query: baseQuery,
    answers: { 200: { json: "base", csv: true }, 202: unfinished },
    problems: ["not_found", "too_large"],
  },
  listBaseLoans: {
    ...one,
    ...reads,
    path: "/api/facilities/{facility_id}/base/loans",
    // A page that a cursor continues is only read.
    rate: ({ cursor }) => (cursor ? "usual" : "walk"),
    query: baseLoansQuery,
    csvQuery: baseLoansCsvQuery,
    answers: { 200: { json: "baseLoans", csv: true, headers: ["Link"] }, 202: unfinished },
    problems: ["not_found", "too_large"],
  },
} as const satisfies RouteTable<keyof typeof answers>;
