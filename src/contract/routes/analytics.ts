import type * as answers from "../analytics/answers.ts";
import { cashFlowsQuery, concentrationQuery, movementQuery } from "../analytics/query.ts";
import type { RouteTable } from "./route.ts";

const report = {
  method: "GET",
  scope: "positions:read",
  wider: ["records:read"],
  bookmarked: true,
  rate: "walk",
  problems: ["too_large"],
} as const;

const unfinished = { json: "unfinished", headers: ["Retry-After", "Vary"] } as const;

/** docs/api.md#analytics */
export const ANALYTICS_ROUTES = {
  getMovement: {
    ...report,
    path: "/api/portfolio/movement",
    query: movementQuery,
    answers: { 200: { json: "movement", csv: true }, 202: unfinished },
  },
  getConcentration: {
    ...report,
    path: "/api/concentration",
    query: concentrationQuery,
    answers: { 200: { json: "concentration", csv: true }, 202: unfinished },
  },
  getCashFlows: {
    ...report,
    path: "/api/cash-flows",
    query: cashFlowsQuery,
    answers: { 200: { json: "cashFlows", csv: true }, 202: unfinished },
  },
} as const satisfies RouteTable<keyof typeof answers>;
