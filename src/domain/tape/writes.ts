import {
  clientPerson,
  type DraftEvent,
  type Moment,
  type RequestOfEvent,
  type Stamp,
} from "../core/event.ts";
import { perCategory } from "./categories.ts";
import type { Category } from "./fields.ts";
import { makesHistory } from "./history.ts";
import { isLive } from "./record.ts";
import type {
  Accepted,
  AgreedTerms,
  Effect,
  IngestCommand,
  PaymentTerms,
  Put,
  RecordState,
} from "./state.ts";

/** A client of a purchase: one row of `purchase_clients`. */
interface PurchaseClient {
  readonly created_seq: number;
  readonly position: number;
  readonly id: string;
  readonly disbursement_id: string;
  readonly client_id: string;
  readonly created_at: number;
  readonly updated_at: number;
}

/** A payment of an earlier life, under another disbursement: one row of `former_payments`. */
interface FormerPayment {
  readonly disbursement_id: string;
  readonly payment_id: string;
}

/** The changes of one group of accepted ingest commands, each record once, in its last state. */
export interface RecordWrites {
  readonly records: RecordState;
  /** Ids of the records that the group did not find. */
  readonly fresh: { readonly [C in Category]: Set<string> };
  readonly links: Map<string, PurchaseClient>;
  readonly terms: (AgreedTerms & { readonly sequence: number })[];
  readonly paymentTerms: PaymentTerms[];
  readonly unlinks: Map<string, { readonly disbursement_id: string; readonly client_id: string }>;
  /** Payments whose id is now that of another disbursement's payment. */
  readonly left: FormerPayment[];
  readonly reassigned: Map<string, { readonly client_id: string; readonly stamp: Moment }>;
}

export const noRecordWrites = (): RecordWrites => ({
  records: perCategory(() => new Map()),
  fresh: perCategory(() => new Set()),
  links: new Map(),
  terms: [],
  paymentTerms: [],
  unlinks: new Map(),
  left: [],
  reassigned: new Map(),
});

/** Shows the effects to the group's next command, and keeps them for the commit. */
export function applyEffects(
  state: RecordState,
  writes: RecordWrites,
  effects: readonly Effect[],
  stamp: Moment,
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
      case "leave": {
        const { disbursement_id, payment_id } = effect;
        writes.left.push({ disbursement_id, payment_id });
        break;
      }
      case "payment_terms":
        writes.paymentTerms.push(...effect.rows);
        break;
      case "reassign":
        applyReassign(state, writes, effect, stamp);
        break;
    }
  }
}

const linkKey = (disbursement_id: string, client_id: string) => JSON.stringify([disbursement_id, client_id]);

function applyPut<C extends Category>(
  state: RecordState,
  writes: RecordWrites,
  { category, id, stored }: Put<C>,
): void {
  if (!state[category].has(id)) writes.fresh[category].add(id);
  state[category].set(id, stored);
  writes.records[category].set(id, stored);
}

function applyLink(
  writes: RecordWrites,
  disbursement_id: string,
  client_ids: readonly string[],
  stamp: Moment,
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
  { disbursement_id, client_id }: Extract<Effect, { type: "reassign" }>,
  stamp: Moment,
): void {
  writes.reassigned.set(disbursement_id, { client_id, stamp });
  const written = writes.records.payment;
  for (const [id, stored] of state.payment) {
    if (stored.record.disbursement_id !== disbursement_id || !isLive(stored)) continue;
    const moved = { ...stored, record: { ...stored.record, client_id }, updated_at: stamp.now };
    state.payment.set(id, moved);
    if (written.has(id)) written.set(id, moved);
  }
}

/** The event of an accepted ingest command. */
export function ingestEvent(
  command: IngestCommand,
  {
    facts,
    client_id,
    warnings,
    previous_sequence,
  }: Pick<Accepted, "facts" | "client_id" | "warnings"> & Pick<DraftEvent, "previous_sequence">,
  stamp: Stamp,
  request: RequestOfEvent,
): DraftEvent {
  const { category, step, id } = command;
  const { sequence, event_id, now } = stamp;
  const record = { category, step, record_id: id, previous_sequence };
  const event = { sequence, event_id, ...record, facts, created_at: now };
  // A replay answers the same warnings: the row does not hold them.
  const answer = warnings.length > 0 ? JSON.stringify(warnings) : null;
  const about = clientPerson(client_id);
  return { ...event, ...request, about, makes_history: makesHistory(event), answer };
}
