import * as z from "zod";
import { type AttemptError, type EndpointStatus, WEBHOOK_TYPES } from "../../domain/core/webhook.ts";
import { instant } from "../answer-values.ts";

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

/** `POST /v1/webhook-endpoints` (docs/api.md#webhooks). */
export const newEndpoint = z.object({ ...brief, secret }).meta({ id: "NewWebhookEndpoint" });

const members = {
  ...brief,
  behind: z.int().min(0).meta({ description: "Events that are not delivered yet." }),
  last_success_at: instant.nullable(),
  last_failure: z
    .object({ at: instant, status: z.int().nullable(), error, attempts: z.int().min(0) })
    .nullable(),
} as const;

export const endpoint = z.object(members).meta({ id: "WebhookEndpoint" });
export const endpoints = z.object({ data: z.array(endpoint) });

/** `POST …/rotate-secret`. */
export const rotatedEndpoint = z.object({ ...members, secret }).meta({ id: "RotatedWebhookEndpoint" });

/** `POST …/test`. */
export const tested = z.object({
  delivered: z.boolean(),
  status: z.int().nullable(),
  duration_ms: z.int(),
  error: error.optional(),
});
