import type { Position } from "../position/position.ts";
import { BUCKETS } from "../position/state.ts";

/** The loans of one bucket. */
interface BucketSums {
  number: number;
  outstanding: bigint;
  arrears: bigint;
}

/** Sums over the positions of one currency and group, in minor units. Pending loans do not count. */
export interface Sums {
  number: number;
  repaid: number;
  disbursed: bigint;
  outstanding: bigint;
  scheduled: bigint;
  received: bigint;
  arrears: bigint;
  margin_due: bigint;
  written_off: bigint;
  recovered: bigint;
  rebates: bigint;
  overpaid: bigint;
  /** Outstanding principal of loans more than 0, 30 and 90 days past due. */
  at_risk: [bigint, bigint, bigint];
  /** In the order of `BUCKETS`. */
  readonly buckets: readonly BucketSums[];
}

export const noSums = (): Sums => ({
  number: 0,
  repaid: 0,
  disbursed: 0n,
  outstanding: 0n,
  scheduled: 0n,
  received: 0n,
  arrears: 0n,
  margin_due: 0n,
  written_off: 0n,
  recovered: 0n,
  rebates: 0n,
  overpaid: 0n,
  at_risk: [0n, 0n, 0n],
  buckets: BUCKETS.map(() => ({ number: 0, outstanding: 0n, arrears: 0n })),
});

/** Adds a position to the sums of its currency and group (docs/analytics.md#the-portfolio). */
export function addPosition(sums: Sums, position: Position): void {
  if (position.state === "pending") return;
  const { terms, outstanding_principal: outstanding, arrears, days_past_due } = position;
  sums.number += 1;
  if (position.state === "repaid") sums.repaid += 1;
  sums.disbursed += terms.first_agreed.amount + terms.raised;
  sums.outstanding += outstanding;
  sums.scheduled += position.scheduled.total;
  sums.received += position.received.total;
  sums.arrears += arrears.total;
  sums.margin_due += position.margin_due;
  sums.written_off += terms.written_off;
  sums.recovered += position.recovered;
  sums.rebates += terms.rebates;
  sums.overpaid += position.overpaid;
  const [over0, over30, over90] = sums.at_risk;
  const over = (days: number) => (days_past_due > days ? outstanding : 0n);
  sums.at_risk = [over0 + over(0), over30 + over(30), over90 + over(90)];
  const bucket = sums.buckets.find((_, index) => BUCKETS[index] === position.bucket);
  if (!bucket) return;
  bucket.number += 1;
  bucket.outstanding += outstanding;
  bucket.arrears += arrears.total;
}
