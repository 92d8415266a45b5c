import { CATEGORIES, perCategory } from "./categories.ts";
import { effectsOf } from "./effects.ts";
import type { Category } from "./fields.ts";
import { foldRecord, type PastEvent } from "./fold.ts";
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

export const noPast = (): Past => ({ state: perCategory(() => new Map()), writes: noRecordWrites() });

/**
 * Folds the next event of the log into the past: it has the effects that it had when it was accepted, also on the
 * payments and clients of a disbursement. Records of which no event is folded stay unknown.
 */
export function foldEvent({ state, writes }: Past, event: LoggedEvent): void {
  const { sequence, event_id, created_at: now } = event;
  const effects = pastEffects(state, event.category, event);
  applyEffects(state, writes, effects, { sequence, event_id, now });
}

function pastEffects<C extends Category>(
  state: RecordState,
  category: C,
  event: LoggedEvent,
): readonly Effect[] {
  const found = state[category].get(event.id);
  const own = foldRecord(category, found, event);
  const { follow } = CATEGORIES[category];
  const follows = follow && event.step !== "delete";
  const stored = follows ? { ...own, record: follow(state, own.record) } : own;
  return effectsOf(category, event, found, stored);
}
