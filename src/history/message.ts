import { z } from "zod";

/** What the queue carries: which tenant has events, and how far. The events themselves stay in D1. */
export const historyMessageSchema = z.object({
  tenant_id: z.string(),
  /** Sequence of the last event that makes history. */
  upto: z.int().positive(),
  /** W3C trace of the event that the message was sent for. */
  traceparent: z.string(),
});

export type HistoryMessage = z.infer<typeof historyMessageSchema>;

/** The trace id inside a `traceparent`. */
export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35);
