import { atLeastZero, lesser } from "./parts.ts";
import type { TermsAsOf } from "./terms.ts";

/** What is owed after money received was put where it belongs. */
export interface Owed {
  readonly outstanding: bigint;
  readonly margin_due: bigint;
  /** Money without a mark that repaid what was written off. */
  readonly recovered: bigint;
  readonly overpaid: bigint;
  /** Principal received, before any of it repays what was written off. */
  readonly principal: bigint;
}

/** Money received up to a day; the upfront fee is in neither part. */
interface Received {
  readonly principal: bigint;
  readonly earned: bigint;
  /** Marked recoveries. */
  readonly recoveries: bigint;
}

/**
 * Fees above the margin count as principal. Principal above the amount pays margin that is due, then what was written
 * off; the rest is overpaid. The books do not make these moves (docs/portfolio.md#owed).
 */
export function owedOf(
  { amount, margin, written_off }: Pick<TermsAsOf, "amount" | "margin" | "written_off">,
  { principal, earned, recoveries }: Received,
): Owed {
  const feesAbove = atLeastZero(earned - margin);
  const fees = earned - feesAbove;
  const counted = principal + feesAbove;
  const toMargin = lesser(atLeastZero(counted - amount), margin - fees);
  const paid = counted - toMargin;
  const above = atLeastZero(paid - amount);
  const recovered = lesser(above, atLeastZero(written_off - recoveries));
  return {
    outstanding: atLeastZero(amount - paid),
    margin_due: margin - fees - toMargin,
    recovered,
    overpaid: above - recovered,
    principal: paid,
  };
}
