import type { SQL } from "drizzle-orm";
import type { Event } from "../../domain/core/event.ts";
import type { Sql } from "../d1/statement.ts";

/** An event as a projection reads it. Its facts are still in its texts, because reading them may fail. */
export type DueEvent = Pick<
  Event,
  "sequence" | "event_id" | "category" | "step" | "record_id" | "data" | "private" | "trace_id" | "created_at"
>;

/** The members of an event that the gate checks before it stores the event. */
export type NewEvent = Pick<Event, "category" | "step" | "makes_history">;

/** A projection follows each tenant's log at its own pace. It is derived only from events. */
export interface Projection<Row = unknown> {
  /** Keys its cursors and dead letters, so it never changes. */
  readonly name: string;
  /** True for an event that this projection must read soon: the gate sends a message for it. */
  readonly wants: (event: NewEvent) => boolean;
  /**
   * The events that it reads, as a condition on the log. Either an index of the log serves it, or it is `true`: then
   * the projection reads every event, derives no row from most, and its cursor still advances.
   */
  readonly reads: SQL;
  /** The rows of one event. Pure. Throws an error without values in its message when the event is poisonous. */
  readonly derive: (event: DueEvent) => readonly Row[];
  /**
   * The statements that write some rows; they run in one batch with the cursor. An existing row must stay as it is,
   * because a message may be delivered twice or to two consumers.
   */
  readonly write: (tenant: string, rows: readonly Row[]) => readonly Sql[];
}

/** Defines a projection with its own type of row, which no other code needs to know. */
export const projection = <Row>(own: Projection<Row>): Projection => own as Projection<unknown>;
