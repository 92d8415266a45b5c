import { fractionOf, timesDown } from "../core/fraction.ts";
import { lesser } from "../position/parts.ts";
import { type CheckedCovenant, checkCovenants } from "./covenants.ts";
import { applyLimits, type Counted, type Excess } from "./limits.ts";
import { type PoolLoan, type PoolSum, sumOfPool } from "./pool.ts";
import type { EligibilityRule, FacilityTerms } from "./terms.ts";

/** The disbursements whose first failed rule is this one. */
interface Ineligible extends PoolSum {
  readonly index: number;
  readonly rule: EligibilityRule["rule"];
}

/** What a pool counts for, and what can be borrowed against it; amounts in minor units (docs/analytics.md#the-base). */
export interface Base {
  readonly pool: PoolSum;
  /** One for each rule. */
  readonly ineligible: readonly Ineligible[];
  readonly eligible: PoolSum;
  readonly excess: readonly Excess[];
  readonly base: bigint;
  readonly available: bigint;
  /** Below 0 where more is drawn than can be borrowed. */
  readonly headroom: bigint;
  readonly covenants: readonly CheckedCovenant[];
  /** The eligible disbursements with what each counts for. */
  readonly counted: readonly Counted[];
}

/** The base of a pool under the terms of a facility. Pure. */
export function baseOf(pool: readonly PoolLoan[], terms: FacilityTerms): Base {
  const failing = Map.groupBy(pool, ({ failed }) => failed);
  const own = failing.get(null) ?? [];
  const eligible = sumOfPool(own);
  const counted = own.map((loan): Counted => ({ loan, counts_for: loan.outstanding, taken: [] }));
  const excess = applyLimits(counted, terms.limits, eligible.outstanding);
  const base = counted.reduce((sum, { counts_for }) => sum + counts_for, 0n);
  const available = lesser(terms.commitment, timesDown(base, fractionOf(terms.advance_rate)));
  return {
    pool: sumOfPool(pool),
    ineligible: terms.eligibility.map(({ rule }, index) => ({
      index,
      rule,
      ...sumOfPool(failing.get(index) ?? []),
    })),
    eligible,
    excess,
    base,
    available,
    headroom: available - terms.drawn,
    covenants: checkCovenants(pool, terms.covenants),
    counted,
  };
}
