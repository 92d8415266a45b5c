/** What a webhook can report (docs/api.md#webhooks). */
export const WEBHOOK_TYPES = [
  "recordChanged",
  "journalEntryPosted",
  "historyAdded",
  "settingsChanged",
  "facilityChanged",
  "booksChanged",
  "logRestored",
] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** `failing`: deliveries have stopped after three days of failures, until the endpoint is enabled again. */
export type EndpointStatus = "enabled" | "disabled" | "failing";

/** Why an attempt was not answered with 2xx. `secret_unreadable`: no key of the service opens the endpoint's secret. */
export type AttemptError = "timeout" | "connection" | "tls" | "redirect" | "status" | "secret_unreadable";
