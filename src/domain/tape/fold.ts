import { CATEGORIES } from "./categories.ts";
import { erased } from "./erased.ts";
import type { Category, Client, RecordTypes, Step } from "./fields.ts";
import { created, deleted, updated } from "./record.ts";
import type { Change, Stored } from "./state.ts";

/** An accepted event of the log, as far as it changes its own record. */
export interface PastEvent {
  readonly step: Step | "erase";
  /** The members that the event set, as ingest reads them. */
  readonly change: Change;
  /** The record's currency according to the event's facts, for an operation that took its parent's. */
  readonly currency?: string | undefined;
  /** What an erasure left of a client's `info`. */
  readonly info?: string | undefined;
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly created_at: number;
}

/**
 * A record as one of its own events left it: folding a record's events in their order gives the record as the log knew
 * it. The events were accepted once, so nothing is refused here. What follows from another record's event is left out:
 * a loan's payments take their client from the loan.
 */
export function foldRecord<C extends Category>(
  category: C,
  before: Stored<RecordTypes[C]> | undefined,
  event: PastEvent,
): Stored<RecordTypes[C]> {
  const { step, change, currency: parentCurrency = null, sequence, created_at: now } = event;
  const after = (current: RecordTypes[C] | null) =>
    CATEGORIES[category].check(current, change, { parentCurrency, sequence }).record;
  if (step === "create") return created(after(null), { sequence, now });
  if (!before) throw new Error(`the log has no create before event ${sequence}`);
  if (step === "delete") return deleted(before, { sequence, now });
  if (step === "erase") {
    // Only clients are erased.
    return erased(before as Stored<Client>, event.info ?? null, { sequence, now }) as Stored<RecordTypes[C]>;
  }
  return updated(before, after(before.record), { sequence, now });
}
