import * as z from "zod";
import type * as answers from "../credentials/answers.ts";
import { newApiKeyBody } from "../credentials/bodies.ts";
import { json, type RouteTable } from "./route.ts";

const manages = { scope: "keys:manage" } as const;

/** docs/api.md#who-am-i and docs/api.md#api-keys */
export const CREDENTIAL_ROUTES = {
  whoAmI: {
    method: "GET",
    path: "/v1/whoami",
    scope: "any",
    answers: { 200: { json: "whoami" } },
    problems: ["invalid_query"],
  },
  createApiKey: {
    ...manages,
    method: "POST",
    path: "/v1/api-keys",
    keyed: true,
    body: json(newApiKeyBody),
    answers: {
      200: { json: "madeKey", headers: ["Idempotent-Replayed"] },
      201: { json: "madeKey" },
    },
    problems: ["too_many_keys"],
  },
  listApiKeys: {
    ...manages,
    method: "GET",
    path: "/v1/api-keys",
    answers: { 200: { json: "keyList" } },
    problems: ["invalid_query"],
  },
  revokeApiKey: {
    ...manages,
    method: "DELETE",
    path: "/v1/api-keys/{id}",
    pathParameters: z.object({ id: z.string() }),
    answers: { 204: {} },
    problems: ["invalid_query", "not_found"],
  },
} as const satisfies RouteTable<keyof typeof answers>;
