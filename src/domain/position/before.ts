import type { Day } from "./days.ts";
import { type Measure, type Position, positionAt, USUAL } from "./position.ts";
import type { Ready } from "./ready.ts";
import type { Bucket, State } from "./state.ts";

/** How a position was on an earlier day. */
export type Before = Pick<Position, "state" | "bucket" | "days_past_due" | "outstanding_principal">;

/** Which earlier day a list shows, and what it must have been then. A list has one of both days. */
export interface AskedBefore {
  /** State or bucket must have been another one on this day. */
  readonly changed_since?: Day | undefined;
  readonly from_date?: Day | undefined;
  /** As filters, with `from_date`. */
  readonly from_state?: readonly State[] | undefined;
  readonly from_bucket?: readonly (Bucket | null)[] | undefined;
}

/**
 * What a position was on the earlier day; undefined where none is asked for, null where it was not what is asked for. A
 * disbursement that was not made yet was pending (docs/portfolio.md#late-since-when).
 */
export function beforeOf(
  one: Ready,
  now: Position,
  { changed_since, from_date, from_state, from_bucket }: AskedBefore,
  measure: Measure = USUAL,
): Before | null | undefined {
  const day = from_date ?? changed_since;
  if (day === undefined) return undefined;
  const { state, bucket, days_past_due, outstanding_principal } = positionAt(one, day, measure);
  const fits =
    from_date === undefined
      ? state !== now.state || bucket !== now.bucket
      : (from_state?.includes(state) ?? true) && (from_bucket?.includes(bucket) ?? true);
  return fits ? { state, bucket, days_past_due, outstanding_principal } : null;
}
