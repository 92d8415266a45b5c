import type { Day } from "../core/dates.ts";

/**
 * The days of a question: state and bucket are those of `from`, the creditor is that of `to`. A question about one day has
 * it twice.
 */
export interface Span {
  readonly from: Day;
  readonly to: Day;
}

export const onDay = (day: Day): Span => ({ from: day, to: day });
