import type { WebhookType } from "../domain/core/webhook.ts";
import { eventKind } from "../domain/event-kinds.ts";
import { deriveHistory } from "../domain/tape/history.ts";
import { parseFacts } from "../fanout/facts.ts";
import type { ReportedEntry, ReportedEvent } from "../store/webhooks/log-page.ts";

/** One message about an event: only ids, types and dates, never names or amounts (docs/api.md#webhook-messages). */
export interface Message {
  readonly type: WebhookType;
  readonly sequence: number;
  /** The order among the messages of one event. It stays the same in every release. */
  readonly place: number;
  /** Milliseconds since 1970. */
  readonly occurred_at: number;
  readonly trace_id: string;
  readonly data: Readonly<Record<string, string | number | null>>;
}

const EVENT_PLACE = 0;
const ENTRY_PLACE = 1;
const HISTORY_PLACE = 1_000_000;

const instant = (ms: number): string => new Date(ms).toISOString();

/**
 * The messages of an event, in order: the event itself, its journal entries, its history rows. `types` are the subscribed
 * types; history is derived only for them. Throws when the event's facts cannot be read.
 */
export function messagesOf(
  tenant_id: string,
  event: ReportedEvent,
  entries: readonly ReportedEntry[],
  types: ReadonlySet<WebhookType>,
): readonly Message[] {
  const all = [
    ...eventReported(tenant_id, event),
    ...journalEntriesPosted(tenant_id, event, entries),
    ...(types.has("historyAdded") && event.makes_history ? historyAdded(tenant_id, event) : []),
  ];
  return all.filter(({ type }) => types.has(type));
}

/** The message about the event itself. */
function eventReported(tenant_id: string, event: ReportedEvent): readonly Message[] {
  const { event_id, sequence, category, step, record_id, trace_id, created_at } = event;
  const type = eventKind(category, step)?.webhook;
  if (!type) return [];
  const occurred_at = instant(created_at);
  const data = { event_id, sequence, tenant_id, category, step, id: record_id, occurred_at };
  return [{ type, sequence, place: EVENT_PLACE, occurred_at: created_at, trace_id, data }];
}

function journalEntriesPosted(
  tenant_id: string,
  { sequence, trace_id }: ReportedEvent,
  entries: readonly ReportedEntry[],
): readonly Message[] {
  const own = entries.filter((entry) => entry.sequence === sequence);
  return own.map(({ position, journal_entry_id, event_type, value_date, posted_at, correlation_id }) => ({
    type: "journalEntryPosted",
    sequence,
    place: ENTRY_PLACE + position,
    occurred_at: posted_at,
    trace_id,
    data: {
      journal_entry_id,
      tenant_id,
      event_type,
      value_date,
      occurred_at: instant(posted_at),
      correlation_id,
    },
  }));
}

function historyAdded(tenant_id: string, event: ReportedEvent): readonly Message[] {
  const { sequence, trace_id, created_at } = event;
  const rows = deriveHistory({ ...event, facts: parseFacts(event) });
  return rows.map(({ table, values }, index) => ({
    type: "historyAdded",
    sequence,
    place: HISTORY_PLACE + index,
    occurred_at: created_at,
    trace_id,
    data: {
      id: values.event_id,
      table,
      sequence,
      tenant_id,
      disbursement_id: values.disbursement_id,
      occurred_at: instant(created_at),
    },
  }));
}

/** The header `webhook-id`: the same on retries and replays, so that a receiver recognizes a message. */
export const messageId = (endpoint_id: string, { sequence, type, place }: Message): string =>
  `msg_${endpoint_id}_${sequence}_${type}_${place}`;
