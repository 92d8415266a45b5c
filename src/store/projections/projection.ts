import type { SQL } from "drizzle-orm";
import type { Event } from "../../domain/core/event.ts";
import type { Statement } from "../d1/statement.ts";

/** An event as a projection reads it; its facts are still JSON text, because reading them may fail. */
export type DueEvent = Pick<
  Event,
  "sequence" | "event_id" | "category" | "step" | "record_id" | "trace_id" | "created_at"
> & { readonly facts: string };

/** What the gate asks of an event that it is about to store. */
export type NewEvent = Pick<Event, "category" | "step" | "makes_history">;

/** Something that follows each tenant's log at its own pace, and is made of events only. */
export interface Projection<Row = unknown> {
  /** Keys its cursors and dead letters, so it never changes. */
  readonly name: string;
  /** True for an event that this projection must be made of soon: the gate sends a message for it. */
  readonly wants: (event: NewEvent) => boolean;
  /**
   * The events that it reads, as a condition on the log. Either an index of the log answers it, or it is `true`: then
   * the projection reads every event, makes no row of most, and its cursor moves along.
   */
  readonly reads: SQL;
  /** The rows of one event. Pure; throws a sentence without a value in it when the event is poisonous. */
  readonly derive: (event: DueEvent) => readonly Row[];
  /**
   * The statements that write some rows; they go into one batch with the cursor. A row that is there already must
   * stay as it is, because a message may be delivered twice or to two consumers.
   */
  readonly write: (tenant: string, rows: readonly Row[]) => readonly Statement[];
}

/** States a projection with its own type of row, which nobody else has to know. */
export const projection = <Row>(own: Projection<Row>): Projection => own as Projection<unknown>;
