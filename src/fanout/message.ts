import * as z from "zod";

/** What the queue carries: which tenant has events, and how far. The events themselves stay in D1. */
export const historyMessageSchema = z.object({
  tenant_id: z.string().min(1),
  /** Sequence of the last event that makes history. */
  upto: z.int().positive(),
  /** W3C trace of the event that the message was sent for. */
  traceparent: z.string(),
});

export type HistoryMessage = z.infer<typeof historyMessageSchema>;

/** The trace id inside a `traceparent`, or null when it is not one: no reason to leave a tenant's history undone. */
export function traceIdOf(traceparent: string): string | null {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent)?.[1] ?? null;
}
