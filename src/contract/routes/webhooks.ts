import * as z from "zod";
import type * as answers from "../webhooks/answers.ts";
import { changeSchema, newEndpointSchema, replaySchema, rotationSchema } from "../webhooks/bodies.ts";
import { json, type RouteTable } from "./route.ts";

const manages = { scope: "webhooks:manage" } as const;
const endpointPath = "/v1/webhook-endpoints/{endpoint_id}";
const one = z.object({ endpoint_id: z.string() });
const anywhere = () => null;
const replayed = ["Idempotent-Replayed"] as const;

/** docs/api.md#webhooks */
export const WEBHOOK_ROUTES = {
  createWebhookEndpoint: {
    ...manages,
    method: "POST",
    path: "/v1/webhook-endpoints",
    keyed: true,
    // Where webhooks may go depends on the service's own host.
    body: { ...json(newEndpointSchema(anywhere)), checkedByHandler: true },
    answers: {
      200: { json: "newEndpoint", headers: replayed },
      201: { json: "newEndpoint", headers: ["Location"] },
    },
    problems: ["too_many_endpoints"],
  },
  listWebhookEndpoints: {
    ...manages,
    method: "GET",
    path: "/v1/webhook-endpoints",
    answers: { 200: { json: "endpoints" } },
    problems: ["invalid_query"],
  },
  getWebhookEndpoint: {
    ...manages,
    method: "GET",
    path: endpointPath,
    pathParameters: one,
    answers: { 200: { json: "endpoint" } },
    problems: ["invalid_query", "not_found"],
  },
  changeWebhookEndpoint: {
    ...manages,
    method: "PATCH",
    path: endpointPath,
    pathParameters: one,
    body: { ...json(changeSchema(anywhere)), checkedByHandler: true },
    answers: { 200: { json: "endpoint" } },
    problems: ["not_found"],
  },
  deleteWebhookEndpoint: {
    ...manages,
    method: "DELETE",
    path: endpointPath,
    pathParameters: one,
    answers: { 204: {} },
    problems: ["invalid_query", "not_found"],
  },
  rotateWebhookSecret: {
    ...manages,
    method: "POST",
    path: `${endpointPath}/rotate-secret`,
    pathParameters: one,
    keyed: true,
    body: json(rotationSchema),
    answers: { 200: { json: "rotatedEndpoint", headers: replayed } },
    problems: ["not_found"],
  },
  testWebhookEndpoint: {
    ...manages,
    method: "POST",
    path: `${endpointPath}/test`,
    storesNothing: true,
    pathParameters: one,
    answers: { 200: { json: "tested" } },
    problems: ["invalid_query", "not_found"],
  },
  replayWebhookEndpoint: {
    ...manages,
    method: "POST",
    path: `${endpointPath}/replay`,
    pathParameters: one,
    keyed: true,
    body: json(replaySchema),
    answers: { 200: { json: "endpoint", headers: replayed } },
    problems: ["not_found"],
  },
} as const satisfies RouteTable<keyof typeof answers>;
