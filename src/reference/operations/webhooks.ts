import * as z from "zod";
import {
  changeSchema,
  newEndpointSchema,
  replaySchema,
  rotationSchema,
} from "../../contract/webhooks/bodies.ts";
import { type AttemptError, type EndpointStatus, WEBHOOK_TYPES } from "../../domain/core/webhook.ts";
import { answer, instant, json } from "../answers.ts";
import type { Operation } from "../operation.ts";

/** Exhaustive: a new status or error must be named here. */
const STATUSES: Readonly<Record<EndpointStatus, true>> = { enabled: true, disabled: true, failing: true };
const ERRORS: Readonly<Record<AttemptError, true>> = {
  timeout: true,
  connection: true,
  tls: true,
  redirect: true,
  status: true,
  secret_unreadable: true,
};
const status = z.enum(Object.keys(STATUSES) as [EndpointStatus, ...EndpointStatus[]]);
const error = z.enum(Object.keys(ERRORS) as [AttemptError, ...AttemptError[]]);

const brief = {
  endpoint_id: z.string(),
  url: z.string().meta({ format: "uri" }),
  event_types: z.array(z.enum(WEBHOOK_TYPES)),
  description: z.string().nullable(),
  status,
  cursor_sequence: z.int().min(0).meta({ description: "Every event up to this sequence is delivered." }),
  created_at: instant,
} as const;
const secret = z.string().optional().meta({ description: "Only in the first answer; a replay lacks it." });

const made = z.object({ ...brief, secret }).meta({ id: "NewWebhookEndpoint" });
const view = {
  ...brief,
  behind: z.int().min(0).meta({ description: "Events that are not delivered yet." }),
  last_success_at: instant.nullable(),
  last_failure: z
    .object({ at: instant, status: z.int().nullable(), error, attempts: z.int().min(0) })
    .nullable(),
} as const;
const endpoint = z.object(view).meta({ id: "WebhookEndpoint" });
const rotated = z.object({ ...view, secret }).meta({ id: "RotatedWebhookEndpoint" });

const common = { tag: "Webhooks", scope: "webhooks:manage" } as const;
const one = z.object({ endpoint_id: z.string() });
const UNKNOWN = { endpoint_id: "whe_unknown" };
const noCheck = () => null;
const replayed = ["Idempotent-Replayed"] as const;

/** docs/api.md#webhooks */
export const WEBHOOK_OPERATIONS: readonly Operation[] = [
  {
    ...common,
    method: "post",
    path: "/v1/webhook-endpoints",
    id: "createWebhookEndpoint",
    summary: "Create a webhook endpoint",
    description:
      "The service posts the tenant's events to the URL: at least once, in order, signed by Standard Webhooks. Keep the `secret`; only this answer has it.",
    keyed: true,
    body: {
      ...json(newEndpointSchema(noCheck).meta({ id: "WebhookEndpointRequest" })),
      examples: {
        records: {
          summary: "Receive changed records",
          body: {
            url: "https://hooks.example.com/loan-ledger",
            event_types: ["recordChanged"],
            description: "Back office",
          },
          answers: 201,
        },
      },
    },
    answers: {
      200: answer("The endpoint that this key created, without its secret.", json(made), replayed),
      201: answer("Created.", json(made), ["Location"]),
    },
    problems: ["too_many_endpoints"],
  },
  {
    ...common,
    method: "get",
    path: "/v1/webhook-endpoints",
    id: "listWebhookEndpoints",
    summary: "List webhook endpoints",
    description: "All of the tenant's endpoints, without secrets.",
    answers: { 200: answer("The endpoints.", json(z.object({ data: z.array(endpoint) }))) },
    problems: ["invalid_query"],
  },
  {
    ...common,
    method: "get",
    path: "/v1/webhook-endpoints/{endpoint_id}",
    id: "getWebhookEndpoint",
    summary: "Read a webhook endpoint",
    description: "One endpoint, with the progress of its deliveries and its last failure.",
    pathParameters: one,
    answers: { 200: answer("The endpoint.", json(endpoint)) },
    problems: ["invalid_query", "not_found"],
  },
  {
    ...common,
    method: "patch",
    path: "/v1/webhook-endpoints/{endpoint_id}",
    id: "changeWebhookEndpoint",
    summary: "Change a webhook endpoint",
    description: "Enabling resets the attempts and retries at once. A new URL continues at the same place.",
    pathParameters: one,
    body: {
      ...json(changeSchema(noCheck).meta({ id: "WebhookEndpointChange" })),
      examples: {
        disable: { summary: "Stop deliveries", path: UNKNOWN, body: { status: "disabled" }, answers: 404 },
      },
    },
    answers: { 200: answer("Changed.", json(endpoint)) },
    problems: ["not_found"],
  },
  {
    ...common,
    method: "delete",
    path: "/v1/webhook-endpoints/{endpoint_id}",
    id: "deleteWebhookEndpoint",
    summary: "Delete a webhook endpoint",
    description: "Stops at once; a request in flight may still arrive.",
    pathParameters: one,
    answers: { 204: answer("Deleted.", []) },
    problems: ["invalid_query", "not_found"],
  },
  {
    ...common,
    method: "post",
    path: "/v1/webhook-endpoints/{endpoint_id}/rotate-secret",
    id: "rotateWebhookSecret",
    summary: "Rotate the secret",
    description: "For 24 hours both secrets sign, unless `expire_previous` is true.",
    pathParameters: one,
    keyed: true,
    body: {
      ...json(rotationSchema.meta({ id: "WebhookSecretRotation" })),
      examples: {
        both_sign: { summary: "Both secrets sign for a day", path: UNKNOWN, body: {}, answers: 404 },
      },
    },
    answers: { 200: answer("The endpoint with its new secret.", json(rotated), replayed) },
    problems: ["not_found"],
  },
  {
    ...common,
    method: "post",
    path: "/v1/webhook-endpoints/{endpoint_id}/test",
    id: "testWebhookEndpoint",
    summary: "Send a test message",
    description: "Sends `ping` once, also to a disabled endpoint; at most 10 per minute.",
    pathParameters: one,
    answers: {
      200: answer(
        "What became of it.",
        json(
          z.object({
            delivered: z.boolean(),
            status: z.int().nullable(),
            duration_ms: z.int(),
            error: error.optional(),
          }),
        ),
      ),
    },
    problems: ["invalid_query", "not_found"],
  },
  {
    ...common,
    method: "post",
    path: "/v1/webhook-endpoints/{endpoint_id}/replay",
    id: "replayWebhookEndpoint",
    summary: "Replay deliveries",
    description: "Delivers again from an event on.",
    pathParameters: one,
    keyed: true,
    body: {
      ...json(replaySchema.meta({ id: "WebhookReplay" })),
      examples: {
        from_start: {
          summary: "From the first event",
          path: UNKNOWN,
          body: { from_sequence: 1 },
          answers: 404,
        },
      },
    },
    answers: { 200: answer("The endpoint.", json(endpoint), replayed) },
    problems: ["not_found"],
  },
];
