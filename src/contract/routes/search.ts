import type * as answers from "../search/answers.ts";
import { searchQuery } from "../search/query.ts";
import type { RouteTable } from "./route.ts";

/** docs/api.md#search */
export const SEARCH_ROUTES = {
  search: {
    method: "GET",
    path: "/api/search",
    scope: "records:read",
    bookmarked: true,
    rate: "walk",
    query: searchQuery,
    answers: { 200: { json: "search" } },
  },
} as const satisfies RouteTable<keyof typeof answers>;
