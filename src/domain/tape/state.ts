import type { StoredDate } from "../core/dates.ts";
import type { EventFacts } from "../core/event.ts";
import type { Category, Client, Disbursement, Operation, Payment, Step } from "./fields.ts";
import type { Warning } from "./warnings.ts";

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

/** The terms of a disbursement as an event leaves them, and the date from which they count. */
export interface AgreedTerms {
  readonly disbursement_id: string;
  readonly on_date: StoredDate;
  readonly disbursement_amount: bigint;
  readonly total_expected_margin: bigint;
  readonly maturity_date: StoredDate | null;
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
  /** The terms of a disbursement as of this event: one row of `disbursement_terms`. */
  | ({ readonly type: "terms" } & AgreedTerms)
  /** A loan has another borrower: its payments follow (seed: "client is resolved from the parent loan"). */
  | { readonly type: "reassign"; readonly disbursement_id: string; readonly client_id: string };

/** An accepted ingest event: what becomes of the records, and what history is told. */
export interface Accepted {
  readonly effects: readonly Effect[];
  readonly facts: EventFacts;
  /** What is odd about the event and no reason to refuse it. */
  readonly warnings: readonly Warning[];
}

/** A checked ingest request on its way to the tenant's gate; `change` is typed by its category. */
export interface IngestCommand {
  readonly type: "ingest";
  readonly category: Category;
  readonly step: Step;
  readonly id: string;
  readonly change: Readonly<Record<string, unknown>>;
}
