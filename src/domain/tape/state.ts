import type { StoredDate } from "../core/dates.ts";
import type { EventFacts } from "../core/event.ts";
import type { Category, Payment, RecordTypes, Step } from "./fields.ts";
import type { Warning } from "./warnings.ts";

/** A record with its place in the tenant's history. Sequences are event sequences, times milliseconds since 1970. */
export interface Stored<T> {
  readonly record: T;
  readonly created_seq: number;
  /** The record's own last event: the next one names it as its previous. */
  readonly updated_seq: number;
  readonly created_at: number;
  readonly updated_at: number;
  /** A deleted record stays for its dependants and is invisible to lookups. */
  readonly deleted_at: number | null;
}

/** The records that the commands of one group need, by category and id, as of the tenant's last event. */
export type RecordState = { readonly [C in Category]: Map<string, Stored<RecordTypes[C]>> };

/** The terms of a disbursement as an event leaves them, and the date from which they count. */
export interface AgreedTerms {
  readonly disbursement_id: string;
  readonly on_date: StoredDate;
  readonly disbursement_amount: bigint;
  readonly total_expected_margin: bigint;
  readonly maturity_date: StoredDate | null;
  readonly pledge_creditor: string | null;
}

/** The members of the schedule that an event of a payment set: an absent one was not sent, null was sent as null. */
export interface ScheduleMembers {
  readonly status?: Payment["status"];
  readonly due_date?: StoredDate;
  readonly payment_total?: bigint;
  readonly payment_principal?: bigint | null;
  readonly payment_fee?: bigint | null;
  readonly installment_number?: number | null;
}

/** What an event of a payment says about the schedule, from a day on or, without one, on all days. */
export interface PaymentTerms {
  readonly disbursement_id: string;
  readonly payment_id: string;
  readonly sequence: number;
  readonly step: Step;
  readonly change_date: StoredDate | null;
  readonly set: ScheduleMembers;
}

/** A record of one category takes a new state. */
export type Put<C extends Category = Category> = {
  readonly [K in C]: {
    readonly type: "put";
    readonly category: K;
    readonly id: string;
    readonly stored: Stored<RecordTypes[K]>;
  };
}[C];

/** An effect on rows other than the event's own record. */
export type Link =
  | {
      readonly type: "link" | "unlink";
      readonly disbursement_id: string;
      readonly client_ids: readonly string[];
    }
  /** The terms of a disbursement as of this event: one row of `disbursement_terms`. */
  | ({ readonly type: "terms" } & AgreedTerms)
  /** A payment id was created anew under another disbursement: one row of `former_payments`. */
  | { readonly type: "leave"; readonly disbursement_id: string; readonly payment_id: string }
  /** Rows of `payment_terms` in the order of the log. */
  | { readonly type: "payment_terms"; readonly rows: readonly PaymentTerms[] }
  /** A loan has another borrower, and its payments follow (docs/api.md#payments). */
  | { readonly type: "reassign"; readonly disbursement_id: string; readonly client_id: string };

export type Effect = Put | Link;

/** An accepted ingest event: its effects on the records, and the facts that history is derived from. */
export interface Accepted {
  readonly effects: readonly Effect[];
  readonly facts: EventFacts;
  /** The client whom the event is about; null for none, and for several. */
  readonly client_id: string | null;
  /** Irregularities of the event that are no reason to refuse it. */
  readonly warnings: readonly Warning[];
}

/** What one event sets, by field; typed by the category that it belongs to. */
export type Change = Readonly<Record<string, unknown>>;

/** A checked ingest request on its way to the tenant's gate. */
export interface IngestCommand {
  readonly type: "ingest";
  readonly category: Category;
  readonly step: Step;
  readonly id: string;
  readonly change: Change;
}
