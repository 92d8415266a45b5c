import type { Client, Disbursement, Operation, Payment } from "./fields.ts";
import { deriveHistory } from "./history.ts";
import type { Entry } from "./journal.ts";
import { applyEntry, type LedgerCommand, type LedgerLoan, type LedgerState, type Posted } from "./ledger.ts";
import { isLive } from "./record.ts";
import type { Effect, EventFacts, IngestCommand, RecordState, Stamp, Stored } from "./state.ts";

/** A row of the tenant's event log: the fence, the second barrier of idempotency, and history's outbox. */
export interface EventRow {
  readonly sequence: number;
  readonly event_id: string;
  readonly category: string;
  readonly step: string;
  readonly record_id: string;
  readonly idempotency_key: string;
  readonly fingerprint: string;
  /** The event's data as JSON text, numbers as they were sent. */
  readonly data: string;
  readonly facts: EventFacts;
  /** Whether history rows come of it: the consumer reads no other events. */
  readonly makes_history: boolean;
  /** The answer's body as JSON text where the row alone cannot tell it (ledger routes). */
  readonly answer: string | null;
  readonly trace_id: string;
  readonly created_at: number;
}

/** A client of a purchase: one row of `purchase_clients`. */
export interface PurchaseClient {
  readonly created_seq: number;
  readonly position: number;
  readonly id: string;
  readonly disbursement_id: string;
  readonly client_id: string;
  readonly created_at: number;
  readonly updated_at: number;
}

/** All that one group of accepted commands changes, each record once, in its last state. */
export interface Writes {
  readonly client: Map<string, Stored<Client>>;
  readonly disbursement: Map<string, Stored<Disbursement>>;
  readonly payment: Map<string, Stored<Payment>>;
  readonly operation: Map<string, Stored<Operation>>;
  readonly links: Map<string, PurchaseClient>;
  readonly unlinks: Map<string, { readonly disbursement_id: string; readonly client_id: string }>;
  readonly reassigned: Map<string, { readonly client_id: string; readonly stamp: Stamp }>;
  readonly entries: Entry[];
  /** Loans that the ledger did not know before. */
  readonly loans: Map<string, LedgerLoan>;
  readonly events: EventRow[];
}

export const noWrites = (): Writes => ({
  client: new Map(),
  disbursement: new Map(),
  payment: new Map(),
  operation: new Map(),
  links: new Map(),
  unlinks: new Map(),
  reassigned: new Map(),
  entries: [],
  loans: new Map(),
  events: [],
});

/** Lets the group's next command see what this one did, and remembers it for the commit. */
export function applyEffects(
  state: RecordState,
  writes: Writes,
  effects: readonly Effect[],
  stamp: Stamp,
): void {
  for (const effect of effects) {
    switch (effect.type) {
      case "put":
        applyPut(state, writes, effect);
        break;
      case "link":
        applyLink(writes, effect.disbursement_id, effect.client_ids, stamp);
        break;
      case "unlink":
        for (const client_id of effect.client_ids) {
          const key = linkKey(effect.disbursement_id, client_id);
          writes.links.delete(key);
          writes.unlinks.set(key, { disbursement_id: effect.disbursement_id, client_id });
        }
        break;
      case "reassign":
        applyReassign(state, writes, effect.disbursement_id, effect.client_id, stamp);
        break;
    }
  }
}

const linkKey = (disbursement_id: string, client_id: string) => JSON.stringify([disbursement_id, client_id]);

function applyPut(state: RecordState, writes: Writes, effect: Extract<Effect, { type: "put" }>): void {
  switch (effect.category) {
    case "client":
      put(state.client, writes.client, effect.stored.record.client_id, effect.stored);
      break;
    case "disbursement":
      put(state.disbursement, writes.disbursement, effect.stored.record.disbursement_id, effect.stored);
      break;
    case "payment":
      put(state.payment, writes.payment, effect.stored.record.payment_id, effect.stored);
      break;
    case "operation":
      put(state.operation, writes.operation, effect.stored.record.operation_id, effect.stored);
      break;
  }
}

function put<T>(state: Map<string, T>, writes: Map<string, T>, id: string, stored: T): void {
  state.set(id, stored);
  writes.set(id, stored);
}

function applyLink(
  writes: Writes,
  disbursement_id: string,
  client_ids: readonly string[],
  stamp: Stamp,
): void {
  for (const [position, client_id] of client_ids.entries()) {
    writes.links.set(linkKey(disbursement_id, client_id), {
      created_seq: stamp.sequence,
      position,
      id: `${stamp.event_id}-${position}`,
      disbursement_id,
      client_id,
      created_at: stamp.now,
      updated_at: stamp.now,
    });
  }
}

function applyReassign(
  state: RecordState,
  writes: Writes,
  disbursement_id: string,
  client_id: string,
  stamp: Stamp,
): void {
  writes.reassigned.set(disbursement_id, { client_id, stamp });
  for (const [id, stored] of state.payment) {
    if (stored.record.disbursement_id !== disbursement_id || !isLive(stored)) continue;
    const record = { ...stored.record, client_id };
    const moved = { ...stored, record, updated_seq: stamp.sequence, updated_at: stamp.now };
    state.payment.set(id, moved);
    if (writes.payment.has(id)) writes.payment.set(id, moved);
  }
}

/** The event row of an accepted ingest command. */
export function ingestEvent(
  command: IngestCommand,
  facts: EventFacts,
  stamp: Stamp,
  request: Pick<EventRow, "idempotency_key" | "fingerprint" | "data" | "trace_id">,
): EventRow {
  const { category, step, id } = command;
  const { sequence, event_id, now } = stamp;
  const event = { sequence, event_id, category, step, record_id: id, facts, created_at: now };
  return { ...event, ...request, makes_history: deriveHistory(event).length > 0, answer: null };
}

/** Lets the group's next command see a posted entry, and remembers it for the commit. */
export function applyPosted(state: LedgerState, writes: Writes, { entry }: Posted): void {
  const { loan_id, borrower_id, currency } = entry;
  if (!state.loans.has(loan_id)) writes.loans.set(loan_id, { borrower_id, currency });
  applyEntry(state, entry);
  writes.entries.push(entry);
}

/** The event row of a ledger command; its answer is kept, because a replay answers the very same body. */
export function ledgerEvent(
  command: LedgerCommand,
  { entry, answer }: Posted,
  stamp: Stamp,
  request: Pick<EventRow, "idempotency_key" | "fingerprint" | "data" | "trace_id">,
): EventRow {
  return {
    sequence: stamp.sequence,
    event_id: stamp.event_id,
    category: "ledger",
    step: command.type === "reverse" ? "reversal" : "disbursement",
    record_id: entry.journal_entry_id,
    ...request,
    facts: {},
    makes_history: false,
    answer: JSON.stringify(answer),
    created_at: stamp.now,
  };
}
