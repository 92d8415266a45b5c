import { type DraftEvent, eventOf, type RequestOfEvent, type Stamp } from "../core/event.ts";

/** What a restore of the database took from a tenant's log (docs/operate.md#after-a-restore). */
export interface Restore {
  /** The event that the log ended with after the restore; 0 where it was empty. */
  readonly restored_to: number;
  /** Sequences that events of the lost time may have had. No event has them any more. */
  readonly lost_from: number;
  readonly lost_to: number;
  /** The last event that is known to be lost, and its hash. */
  readonly last_known: number;
  readonly last_known_hash: string;
}

/** Writes into the log that the database was restored. The gate sends it before anything else. */
export interface RestoredCommand {
  readonly type: "restored";
}

/** The event that names what a restore took: its data is the `Restore`. */
export const restoredEvent = (stamp: Stamp, request: RequestOfEvent): DraftEvent =>
  eventOf(stamp, request, { category: "log", step: "restored" });
