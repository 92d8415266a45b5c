import { type Fraction, fractionOf, isAbove } from "../core/fraction.ts";
import { clientKey, type PoolLoan, sumOfPool } from "./pool.ts";
import type { Covenant } from "./terms.ts";

/** A covenant and the pool's figure: an amount in minor units for `pool_outstanding`, else a fraction; null over 0. */
export interface CheckedCovenant {
  readonly covenant: Covenant;
  readonly value: bigint | Fraction | null;
  readonly holds: boolean;
}

/** Compares the pool's figures with the covenants, unrounded: equality holds, and so does what has no value. */
export function checkCovenants(
  pool: readonly PoolLoan[],
  covenants: readonly Covenant[],
): readonly CheckedCovenant[] {
  return covenants.map((covenant) => {
    if (covenant.code === "pool_outstanding") {
      const { outstanding: value } = sumOfPool(pool);
      return { covenant, value, holds: value >= covenant.min };
    }
    const value = VALUES[covenant.code](pool);
    return { covenant, value, holds: value === null || !isAbove(value, fractionOf(covenant.max)) };
  });
}

const VALUES = {
  par0: (pool: readonly PoolLoan[]) => shareLaterThan(pool, 0),
  par30: (pool: readonly PoolLoan[]) => shareLaterThan(pool, 30),
  par90: (pool: readonly PoolLoan[]) => shareLaterThan(pool, 90),
  largest_client_share: largestClientShare,
  average_remaining_days: averageRemainingDays,
} as const;

const over = (numerator: bigint, denominator: bigint): Fraction | null =>
  denominator === 0n ? null : { numerator, denominator };

/** Outstanding principal of those more than some days past due, over that of all. */
const shareLaterThan = (pool: readonly PoolLoan[], days: number): Fraction | null =>
  over(
    sumOfPool(pool.filter(({ days_past_due }) => days_past_due > days)).outstanding,
    sumOfPool(pool).outstanding,
  );

function largestClientShare(pool: readonly PoolLoan[]): Fraction | null {
  const sums = [...Map.groupBy(pool, clientKey).values()].map((own) => sumOfPool(own).outstanding);
  const largest = sums.reduce((most, sum) => (sum > most ? sum : most), 0n);
  return over(largest, sumOfPool(pool).outstanding);
}

/** Weighted by outstanding principal; what has no maturity is left out. */
function averageRemainingDays(pool: readonly PoolLoan[]): Fraction | null {
  let [days, weight] = [0n, 0n];
  for (const { remaining_days, outstanding } of pool) {
    if (remaining_days === null) continue;
    days += BigInt(remaining_days) * outstanding;
    weight += outstanding;
  }
  return over(days, weight);
}
