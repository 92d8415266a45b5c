import type { StoredDate } from "./dates.ts";
import type { Settings } from "./settings.ts";

/** Clock and randomness of one decision, given from outside so that deciding is pure. */
export interface Stamp {
  readonly sequence: number;
  readonly event_id: string;
  /** For the journal entry, where the event posts one. */
  readonly journal_entry_id: string;
  /** Milliseconds since 1970; never before the tenant's previous event. */
  readonly now: number;
  /** The tenant's settings as they are before the event. */
  readonly settings: Settings;
}

/** Which event it is, and when. */
export type Moment = Pick<Stamp, "sequence" | "event_id" | "now">;

/** A value before and after an event, as stored: amounts are minor units in decimal text. */
export interface Changed {
  readonly from: unknown;
  readonly to: unknown;
}

/** The terms of a disbursement whose change is history: amounts are minor units in decimal text. */
interface Terms {
  readonly maturity_date: StoredDate | null;
  readonly total_expected_margin: string;
  readonly disbursement_amount: string;
}

/**
 * What history and the event log need of an event beyond its own data, as of that event: history derived later must not
 * depend on the record as it is then (docs/api.md#history).
 */
export interface EventFacts {
  readonly currency?: string;
  readonly disbursement_id?: string;
  readonly asset_id?: string | null;
  /** Sent by this event and not empty. */
  readonly asset_condition?: string;
  /** The event's own date: when the change took place, or the disbursement or operation. */
  readonly on_date?: StoredDate;
  readonly change_date?: StoredDate;
  readonly change_reason?: string;
  /** All three terms after an update that changed one of them. */
  readonly terms?: Terms;
  /** The entries that the event posted, where it is not the event of a ledger route. */
  readonly journal_entry_ids?: readonly string[];
  /** The fields that took another value, on update. */
  readonly changes?: Readonly<Record<string, Changed>>;
}

/**
 * An accepted event, as the tenant's log keeps it: the fence against a second writer, the second barrier of idempotency,
 * and the outbox of every projection. What others need of it are picks of it.
 */
export interface Event {
  readonly sequence: number;
  readonly event_id: string;
  readonly category: string;
  readonly step: string;
  readonly record_id: string;
  /** The event of the same record before this one, also of an earlier life; null for the first, and where there is no record. */
  readonly previous_sequence: number | null;
  readonly idempotency_key: string;
  readonly fingerprint: string;
  /** The event's data as JSON text, numbers as they were sent. */
  readonly data: string;
  readonly facts: EventFacts;
  /** Whether the event makes history rows. The consumer reads no other events. */
  readonly makes_history: boolean;
  /** The part of the answer that no other column holds, as JSON text: a ledger route's body, an ingest answer's warnings. */
  readonly answer: string | null;
  /** The subject of the token that sent the request; null for a token without one. */
  readonly actor: string | null;
  readonly trace_id: string;
  readonly created_at: number;
}

/** What the request itself brings to its event. */
export type RequestOfEvent = Pick<Event, "idempotency_key" | "fingerprint" | "data" | "actor" | "trace_id">;

/** An accepted event as far as a replay must know it. */
export type SeenEvent = Pick<
  Event,
  "idempotency_key" | "fingerprint" | "sequence" | "event_id" | "category" | "step" | "record_id" | "answer"
>;

/** The last event of a tenant's log; sequence 0 and an empty id before the first. */
export type Head = Pick<Event, "sequence" | "event_id" | "created_at">;

export const NO_HEAD: Head = { sequence: 0, event_id: "", created_at: 0 };
