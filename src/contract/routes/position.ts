import * as z from "zod";
import type * as answers from "../position/answers.ts";
import {
  payoffQuery,
  portfolioQuery,
  positionQuery,
  positionsQuery,
  qualityQuery,
  qualityRuleQuery,
} from "../position/query.ts";
import { type RouteTable, walksWith } from "./route.ts";

const common = {
  method: "GET",
  scope: "positions:read",
  wider: ["records:read"],
  bookmarked: true,
} as const;

const unfinished = { json: "unfinished", headers: ["Retry-After", "Vary"] } as const;

/** docs/api.md#positions */
export const POSITION_ROUTES = {
  listPositions: {
    ...common,
    path: "/api/positions",
    // A page that a cursor continues, or one position, is only read.
    rate: ({ cursor, disbursement_id }) => (cursor || disbursement_id ? "usual" : "walk"),
    query: positionsQuery,
    answers: { 200: { json: "positions", csv: true, headers: ["Link"] }, 202: unfinished },
    problems: ["too_large"],
  },
  getPosition: {
    ...common,
    path: "/api/positions/{disbursement_id}",
    rate: walksWith("known_at"),
    pathParameters: z.object({ disbursement_id: z.string() }),
    query: positionQuery,
    answers: { 200: { json: "position", csv: true } },
    problems: ["not_found", "too_large"],
  },
  getPayoff: {
    ...common,
    path: "/api/positions/{disbursement_id}/payoff",
    pathParameters: z.object({ disbursement_id: z.string() }),
    query: payoffQuery,
    answers: { 200: { json: "payoff" } },
    problems: ["not_found", "not_started", "too_large"],
  },
  getPortfolio: {
    ...common,
    path: "/api/portfolio",
    rate: "walk",
    query: portfolioQuery,
    answers: { 200: { json: "portfolio", csv: true }, 202: unfinished },
    problems: ["too_large"],
  },
  getQuality: {
    ...common,
    path: "/api/quality",
    rate: "walk",
    query: qualityQuery,
    answers: { 200: { json: "quality", csv: true }, 202: unfinished },
    problems: ["too_large"],
  },
  getQualityRule: {
    ...common,
    path: "/api/quality/{rule}",
    rate: "walk",
    pathParameters: z.object({ rule: z.string() }),
    query: qualityRuleQuery,
    answers: { 200: { json: "qualityRule", csv: true, headers: ["Link"] } },
    problems: ["not_found", "too_large"],
  },
} as const satisfies RouteTable<keyof typeof answers>;
