import type { Day } from "../core/dates.ts";
import { type Measure, type Position, positionAt, USUAL } from "./position.ts";
import type { Ready } from "./ready.ts";

/** How a position was on an earlier day. */
export type Before = Pick<Position, "state" | "bucket" | "days_past_due">;

/**
 * What a position was on `since`, if its state or its bucket is another one now; else null. A disbursement that was not
 * made yet was pending (docs/portfolio.md#late-since-when).
 */
export function changedSince(one: Ready, since: Day, now: Position, measure: Measure = USUAL): Before | null {
  const { state, bucket, days_past_due } = positionAt(one, since, measure);
  return state === now.state && bucket === now.bucket ? null : { state, bucket, days_past_due };
}
