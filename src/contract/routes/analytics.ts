import type * as answers from "../analytics/answers.ts";
import {
  cashFlowsQuery,
  concentrationQuery,
  movementQuery,
  rollRatesQuery,
  vintagesQuery,
} from "../analytics/query.ts";
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
  getVintages: {
    ...report,
    path: "/api/vintages",
    query: vintagesQuery,
    answers: { 200: { json: "vintages", csv: true }, 202: unfinished },
  },
  getRollRates: {
    ...report,
    path: "/api/roll-rates",
    query: rollRatesQuery,
    answers: { 200: { json: "rollRates", csv: true }, 202: unfinished },
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
