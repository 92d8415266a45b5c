import type { Event, RequestOfEvent, Stamp } from "../core/event.ts";
import type { Category, Client, Disbursement, Operation, Payment } from "./fields.ts";
import { deriveHistory } from "./history.ts";
import { isLive } from "./record.ts";
import type { Accepted, AgreedTerms, Effect, IngestCommand, RecordState, Stored } from "./state.ts";

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

/** All that one group of accepted ingest commands changes, each record once, in its last state. */
export interface RecordWrites {
  readonly client: Map<string, Stored<Client>>;
  readonly disbursement: Map<string, Stored<Disbursement>>;
  readonly payment: Map<string, Stored<Payment>>;
  readonly operation: Map<string, Stored<Operation>>;
  /** Ids of the records that were not in sight before the group. */
  readonly fresh: Readonly<Record<Category, Set<string>>>;
  readonly links: Map<string, PurchaseClient>;
  readonly terms: (AgreedTerms & { readonly sequence: number })[];
  readonly unlinks: Map<string, { readonly disbursement_id: string; readonly client_id: string }>;
  readonly reassigned: Map<string, { readonly client_id: string; readonly stamp: Stamp }>;
}

export const noRecordWrites = (): RecordWrites => ({
  client: new Map(),
  disbursement: new Map(),
  payment: new Map(),
  operation: new Map(),
  fresh: { client: new Set(), disbursement: new Set(), payment: new Set(), operation: new Set() },
  links: new Map(),
  terms: [],
  unlinks: new Map(),
  reassigned: new Map(),
});

/** Lets the group's next command see what this one did, and remembers it for the commit. */
export function applyEffects(
  state: RecordState,
  writes: RecordWrites,
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
      case "terms": {
        const { type: _, ...terms } = effect;
        writes.terms.push({ ...terms, sequence: stamp.sequence });
        break;
      }
      case "reassign":
        applyReassign(state, writes, effect.disbursement_id, effect.client_id, stamp);
        break;
    }
  }
}

const linkKey = (disbursement_id: string, client_id: string) => JSON.stringify([disbursement_id, client_id]);

function applyPut(state: RecordState, writes: RecordWrites, effect: Extract<Effect, { type: "put" }>): void {
  switch (effect.category) {
    case "client":
      put(state.client, writes.client, writes.fresh.client, effect.stored.record.client_id, effect.stored);
      break;
    case "disbursement":
      put(
        state.disbursement,
        writes.disbursement,
        writes.fresh.disbursement,
        effect.stored.record.disbursement_id,
        effect.stored,
      );
      break;
    case "payment":
      put(
        state.payment,
        writes.payment,
        writes.fresh.payment,
        effect.stored.record.payment_id,
        effect.stored,
      );
      break;
    case "operation":
      put(
        state.operation,
        writes.operation,
        writes.fresh.operation,
        effect.stored.record.operation_id,
        effect.stored,
      );
      break;
  }
}

function put<T>(
  state: Map<string, T>,
  writes: Map<string, T>,
  fresh: Set<string>,
  id: string,
  stored: T,
): void {
  if (!state.has(id)) fresh.add(id);
  state.set(id, stored);
  writes.set(id, stored);
}

function applyLink(
  writes: RecordWrites,
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
  writes: RecordWrites,
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
  { facts, warnings }: Pick<Accepted, "facts" | "warnings">,
  stamp: Stamp,
  request: RequestOfEvent,
): Event {
  const { category, step, id } = command;
  const { sequence, event_id, now } = stamp;
  const event = { sequence, event_id, category, step, record_id: id, facts, created_at: now };
  // A replay answers the same warnings: the row does not hold them.
  const answer = warnings.length > 0 ? JSON.stringify(warnings) : null;
  return { ...event, ...request, makes_history: deriveHistory(event).length > 0, answer };
}
