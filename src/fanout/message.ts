import * as z from "zod";

/** A message of version 0 had no member for it (docs/operate.md#order-of-deployments). */
export const MESSAGE_VERSION = 1;

/** What the queue carries: which tenant has events, and how far. The events themselves stay in D1. */
const eventsMessageSchema = z.object({
  version: z.literal(MESSAGE_VERSION).default(MESSAGE_VERSION),
  tenant_id: z.string().min(1),
  /** The sequence of the last event that a projection waits for. */
  upto: z.int().positive(),
  /** The W3C trace of the event that the message was sent for. */
  traceparent: z.string(),
  /** Whether webhooks follow the tenant's log, as its gate knows; absent where only D1's copy of the endpoints says. */
  followed: z.boolean().exactOptional(),
});

export type EventsMessage = z.infer<typeof eventsMessageSchema>;

/** The message in a queue's body, or null for any other body. */
export const parseMessage = (body: unknown): EventsMessage | null =>
  eventsMessageSchema.safeParse(body).data ?? null;

/** The trace id of a message's body, or null. A malformed trace does not keep a tenant's events from being derived. */
export function traceOf(body: unknown): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(parseMessage(body)?.traceparent ?? "")?.[1] ?? null;
}
