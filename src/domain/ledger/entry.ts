import type { Stamp } from "../core/event.ts";
import type { Entry } from "./journal.ts";

/** What a posting type decides about its entry; the rest comes from the event or is absent. */
type Draft = Pick<Entry, "event_type" | "currency" | "effective_at" | "actor" | "postings"> & Partial<Entry>;

/** The entry of an event that posts one. */
export function entryOf(stamp: Stamp, draft: Draft): Entry {
  return {
    sequence: stamp.sequence,
    position: 0,
    journal_entry_id: stamp.journal_entry_id,
    layer: "SETTLED",
    posted_at: stamp.now,
    correlation_id: stamp.event_id,
    reverses: null,
    settles_entry_id: null,
    bank_account_ref: null,
    external_ref: null,
    description: null,
    value_date: draft.effective_at,
    ...draft,
  };
}

/** The time of an entry or event as answers show it. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
