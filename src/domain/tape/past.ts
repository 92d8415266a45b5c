import { disbursementLinks, reassignment } from "./disbursement.ts";
import type { Category } from "./fields.ts";
import { foldRecord, type PastEvent } from "./fold.ts";
import { isLive } from "./record.ts";
import type { Effect, RecordState } from "./state.ts";
import { applyEffects, noRecordWrites, type RecordWrites } from "./writes.ts";

/** An accepted ingest event, with the record that it is about. */
export interface LoggedEvent extends PastEvent {
  readonly category: Category;
  readonly id: string;
  readonly event_id: string;
}

/** Records as the log knew them. */
export interface Past {
  readonly state: RecordState;
  readonly writes: RecordWrites;
}

export const noPast = (): Past => ({
  state: { client: new Map(), disbursement: new Map(), payment: new Map(), operation: new Map() },
  writes: noRecordWrites(),
});

/**
 * Folds the next event of the log into the past: what the event did when it was accepted, it does again, also to the
 * payments and clients of a disbursement. Records of which no event is folded stay unknown.
 */
export function foldEvent({ state, writes }: Past, event: LoggedEvent): void {
  const { sequence, event_id, created_at: now } = event;
  applyEffects(state, writes, effectsOf(state, event), { sequence, event_id, journal_entry_id: "", now });
}

function effectsOf(state: RecordState, event: LoggedEvent): readonly Effect[] {
  const { category, id } = event;
  switch (category) {
    case "client":
      return [{ type: "put", category, stored: foldRecord(category, state.client.get(id), event) }];
    case "operation":
      return [{ type: "put", category, stored: foldRecord(category, state.operation.get(id), event) }];
    case "payment":
      return [paymentPut(state, event)];
    case "disbursement":
      return disbursementEffects(state, event);
  }
}

/** On a loan the client is the loan's (docs/api.md#payments). */
function paymentPut(state: RecordState, event: LoggedEvent): Effect {
  const stored = foldRecord("payment", state.payment.get(event.id), event);
  const parent = state.disbursement.get(stored.record.disbursement_id)?.record;
  const follows = parent?.kind === "loan" && event.step !== "delete";
  const record = follows ? { ...stored.record, client_id: parent.client_id } : stored.record;
  return { type: "put", category: "payment", stored: { ...stored, record } };
}

function disbursementEffects(state: RecordState, event: LoggedEvent): readonly Effect[] {
  const before = state.disbursement.get(event.id);
  const stored = foldRecord("disbursement", before, event);
  const live = isLive(before) ? before.record : null;
  const succeeds = before !== undefined && live === null ? reassignment(before.record, stored.record) : [];
  return [
    { type: "put", category: "disbursement", stored },
    ...disbursementLinks(live, isLive(stored) ? stored.record : null, event.change),
    ...succeeds,
  ];
}
