import type { Day, StoredDate } from "./dates.ts";
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
  /** The last day of the closed period before the event; null or absent where none is closed. */
  readonly closed_through?: Day | null;
  /** Records may still hold what an erasure takes from them: no event may repeat it. */
  readonly isErasing?: boolean;
}

/** Which event it is, and when. */
export type Moment = Pick<Stamp, "sequence" | "event_id" | "now">;

/** A value before and after an event, as stored: amounts are minor units in decimal text. */
export interface Changed {
  /** Absent where it may be about another person than the event. */
  readonly from?: unknown;
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
  /** What each entry of the event settles, where it settles many. */
  readonly settles_entry_ids?: readonly string[];
  /** What an erasure left of the client's `info`, as JSON text. */
  readonly info?: string;
  /** The fields that took another value, on update. */
  readonly changes?: Readonly<Record<string, Changed>>;
}

/**
 * An accepted event, as the tenant's log keeps it: the fence against a second writer, the second barrier of idempotency,
 * the outbox of every projection, and a link of the chain (docs/audit.md). What others need of it are picks of it. Hashes,
 * the salt and the trace id are hex.
 */
export interface Event {
  readonly sequence: number;
  readonly event_id: string;
  readonly category: string;
  readonly step: string;
  readonly record_id: string;
  /** The event of the same record before this one, also of an earlier life; null for the first, and where there is no record. */
  readonly previous_sequence: number | null;
  /** The hash of its idempotency key (domain/log/hash.ts). */
  readonly key_hash: string;
  /** Of its request; null once the person whom it is about was erased. */
  readonly fingerprint: string | null;
  /** `{"data": …, "facts": …}` as JSON text without the members about a person (domain/log/texts.ts). */
  readonly data: string;
  /** The same object with only these members; null where there is none, or once it was erased. */
  readonly private: string | null;
  readonly salt: string | null;
  readonly private_hash: string | null;
  /** Whom `private` is about: `client:<id>` or `borrower:<id>`; null for none, or for several. */
  readonly person: string | null;
  /** Whether the event makes history rows. The consumer reads no other events. */
  readonly makes_history: boolean;
  /** The part of the answer that no other column holds, as JSON text: a ledger route's body, an ingest answer's warnings. */
  readonly answer: string | null;
  /** The subject of the token that sent the request; null for a token without one. */
  readonly actor: string | null;
  readonly trace_id: string;
  readonly created_at: number;
  readonly hash: string;
}

/** What the request itself brings to its event. */
export interface RequestOfEvent extends Pick<Event, "key_hash" | "actor" | "trace_id"> {
  readonly fingerprint: string;
  /** The event's data as JSON text, as it was sent. */
  readonly data: string;
}

/** What deciding makes of a request, before the log takes it over (domain/log/seal.ts). */
export interface DraftEvent
  extends RequestOfEvent,
    Pick<
      Event,
      | "sequence"
      | "event_id"
      | "category"
      | "step"
      | "record_id"
      | "previous_sequence"
      | "makes_history"
      | "answer"
      | "created_at"
    > {
  readonly facts: EventFacts;
  /** Whom the event is about, as `Event.person` names people. */
  readonly about: string | null;
}

/** An accepted event as far as a replay must know it. */
export type SeenEvent = Pick<
  Event,
  "key_hash" | "fingerprint" | "sequence" | "event_id" | "category" | "step" | "record_id" | "answer" | "hash"
>;

/** An event of the log; sequence 0 and an empty id before the first. */
export type LogPlace = Pick<Event, "sequence" | "event_id">;

/** The last event of a tenant's log. */
export type Head = Pick<Event, "sequence" | "event_id" | "created_at" | "hash">;

/** Of an empty log. The chain begins with a hash of the tenant (domain/log/hash.ts). */
export const NO_HEAD: Head = { sequence: 0, event_id: "", created_at: 0, hash: "" };

export const clientPerson = (client_id: string | null): string | null =>
  client_id === null ? null : `client:${client_id}`;

export const borrowerPerson = (borrower_id: string): string => `borrower:${borrower_id}`;

/** The event of a request that changes no record: `own` is what it says of itself beside the usual. */
export const eventOf = (
  { sequence, event_id, now }: Stamp,
  request: RequestOfEvent,
  own: Pick<DraftEvent, "category" | "step"> & Partial<DraftEvent>,
): DraftEvent => ({
  sequence,
  event_id,
  record_id: event_id,
  previous_sequence: null,
  ...request,
  facts: {},
  about: null,
  makes_history: false,
  answer: null,
  created_at: now,
  ...own,
});
