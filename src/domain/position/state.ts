/** In the order in which they are tried (docs/portfolio.md#state). */
export const STATES = ["pending", "written_off", "repaid", "matured_unpaid", "late", "current"] as const;
export type State = (typeof STATES)[number];

/** The last day past due of each bucket, in order; the last bucket has no end. */
const BUCKET_ENDS = [0, 30, 60, 90, 180] as const;
export const BUCKETS = ["current", "1-30", "31-60", "61-90", "91-180", "181+"] as const;
export type Bucket = (typeof BUCKETS)[number];

export function bucketOf(days: number): Bucket {
  const index = BUCKET_ENDS.findIndex((end) => days <= end);
  return BUCKETS[index] ?? "181+";
}
