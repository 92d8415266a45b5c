import type * as answers from "../settings/answers.ts";
import { settingsBody } from "../settings/bodies.ts";
import { json, type RouteTable } from "./route.ts";

/** docs/api.md#settings */
export const SETTINGS_ROUTES = {
  getSettings: {
    method: "GET",
    path: "/v1/settings",
    scope: "any",
    bookmarked: true,
    answers: { 200: { json: "settings", headers: ["ETag"] } },
    problems: ["invalid_query"],
  },
  putSettings: {
    method: "PUT",
    path: "/v1/settings",
    scope: "settings:write",
    keyed: true,
    preconditioned: true,
    body: json(settingsBody),
    answers: {
      200: { json: "settings", headers: ["x-d1-bookmark", "X-Log-Receipt", "Idempotent-Replayed"] },
    },
    problems: ["too_late"],
  },
} as const satisfies RouteTable<keyof typeof answers>;
