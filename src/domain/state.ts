import type { StoredDate } from "./dates.ts";
import type { Category, Client, Disbursement, Operation, Payment, Step } from "./fields.ts";

/** A record with its place in the tenant's history. Sequences are event sequences, times milliseconds since 1970. */
export interface Stored<T> {
  readonly record: T;
  readonly created_seq: number;
  readonly updated_seq: number;
  readonly created_at: number;
  readonly updated_at: number;
  /** A deleted record stays for its dependants and is invisible to lookups. */
  readonly deleted_at: number | null;
}

/** What the commands of one group may look at: everything that they name, as of the tenant's last event. */
export interface RecordState {
  readonly client: Map<string, Stored<Client>>;
  readonly disbursement: Map<string, Stored<Disbursement>>;
  readonly payment: Map<string, Stored<Payment>>;
  readonly operation: Map<string, Stored<Operation>>;
}

/** Clock and randomness of one decision, given from outside so that deciding is pure. */
export interface Stamp {
  readonly sequence: number;
  readonly event_id: string;
  /** For the journal entry, where the event posts one. */
  readonly journal_entry_id: string;
  /** Milliseconds since 1970; never before the tenant's previous event. */
  readonly now: number;
}

/** A value before and after an event, as stored: amounts are minor units in decimal text. */
export interface Changed {
  readonly from: unknown;
  readonly to: unknown;
}

/** The terms of a disbursement whose change is history: amounts are minor units in decimal text. */
export interface Terms {
  readonly maturity_date: StoredDate | null;
  readonly total_expected_margin: string;
  readonly disbursement_amount: string;
}

/**
 * What history and the event log tell of an event beyond its own data, as of that event: history made later must not
 * look at the record as it is by then (contract 5).
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
  /** The fields that took another value, on update. */
  readonly changes?: Readonly<Record<string, Changed>>;
}

export type Effect =
  | { readonly type: "put"; readonly category: "client"; readonly stored: Stored<Client> }
  | { readonly type: "put"; readonly category: "disbursement"; readonly stored: Stored<Disbursement> }
  | { readonly type: "put"; readonly category: "payment"; readonly stored: Stored<Payment> }
  | { readonly type: "put"; readonly category: "operation"; readonly stored: Stored<Operation> }
  | {
      readonly type: "link" | "unlink";
      readonly disbursement_id: string;
      readonly client_ids: readonly string[];
    }
  /** A loan has another borrower: its payments follow (seed: "client is resolved from the parent loan"). */
  | { readonly type: "reassign"; readonly disbursement_id: string; readonly client_id: string };

/** An accepted ingest event: what becomes of the records, and what history is told. */
export interface Accepted {
  readonly effects: readonly Effect[];
  readonly facts: EventFacts;
}

/** A checked ingest request on its way to the tenant's gate; `change` is typed by its category. */
export interface IngestCommand {
  readonly type: "ingest";
  readonly category: Category;
  readonly step: Step;
  readonly id: string;
  readonly change: Readonly<Record<string, unknown>>;
}
