import { WEBHOOK_ROUTES } from "../../contract/routes/webhooks.ts";
import * as answers from "../../contract/webhooks/answers.ts";
import { operationsOf } from "../operation.ts";

const UNKNOWN = { endpoint_id: "whe_unknown" };

/** docs/api.md#webhooks */
export const WEBHOOK_OPERATIONS = operationsOf({
  tag: "Webhooks",
  routes: WEBHOOK_ROUTES,
  answersOf: () => answers,
  words: {
    createWebhookEndpoint: {
      summary: "Create a webhook endpoint",
      description:
        "The service posts the tenant's events to the URL: at least once, in order, signed by Standard Webhooks. Keep the `secret`; only this answer has it.",
      body: {
        id: "WebhookEndpointRequest",
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
      answers: { 200: "The endpoint that this key created, without its secret.", 201: "Created." },
    },
    listWebhookEndpoints: {
      summary: "List webhook endpoints",
      description: "All of the tenant's endpoints, without secrets.",
      answers: { 200: "The endpoints." },
    },
    getWebhookEndpoint: {
      summary: "Read a webhook endpoint",
      description: "One endpoint, with the progress of its deliveries and its last failure.",
      answers: { 200: "The endpoint." },
    },
    changeWebhookEndpoint: {
      summary: "Change a webhook endpoint",
      description: "Enabling resets the attempts and retries at once. A new URL continues at the same place.",
      body: {
        id: "WebhookEndpointChange",
        examples: {
          disable: { summary: "Stop deliveries", path: UNKNOWN, body: { status: "disabled" }, answers: 404 },
        },
      },
      answers: { 200: "Changed." },
    },
    deleteWebhookEndpoint: {
      summary: "Delete a webhook endpoint",
      description: "Stops at once; a request in flight may still arrive.",
      answers: { 204: "Deleted." },
    },
    rotateWebhookSecret: {
      summary: "Rotate the secret",
      description: "For 24 hours both secrets sign, unless `expire_previous` is true.",
      body: {
        id: "WebhookSecretRotation",
        examples: {
          both_sign: { summary: "Both secrets sign for a day", path: UNKNOWN, body: {}, answers: 404 },
        },
      },
      answers: { 200: "The endpoint with its new secret." },
    },
    testWebhookEndpoint: {
      summary: "Send a test message",
      description: "Sends `ping` once, also to a disabled endpoint; at most 10 per minute.",
      answers: { 200: "What became of it." },
    },
    replayWebhookEndpoint: {
      summary: "Replay deliveries",
      description: "Delivers again from an event on.",
      body: {
        id: "WebhookReplay",
        examples: {
          from_start: {
            summary: "From the first event",
            path: UNKNOWN,
            body: { from_sequence: 1 },
            answers: 404,
          },
        },
      },
      answers: { 200: "The endpoint." },
    },
  },
});
