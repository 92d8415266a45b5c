import { divideHalfEven } from "../core/money.ts";
import { type Day, daysBetween } from "../position/days.ts";
import type { Examined } from "./examined.ts";

/** Sums of what outstanding principal weighs, for averages (docs/analytics.md#the-portfolio). */
export interface WeighedSums {
  /** Outstanding principal of disbursements that mature on a known day, and that times their days. */
  with_days: bigint;
  remaining_days: bigint;
  original_days: bigint;
  /** Outstanding principal of disbursements with an amount, and that times the rate of their margin, in units of `RATE_ONE`. */
  with_rate: bigint;
  margin_rates: bigint;
}

/** A margin rate of 1: each rate has twelve decimals. */
export const RATE_ONE = 10n ** 12n;

export const noWeighedSums = (): WeighedSums => ({
  with_days: 0n,
  remaining_days: 0n,
  original_days: 0n,
  with_rate: 0n,
  margin_rates: 0n,
});

/** Adds what a disbursement that is not pending weighs on a day. */
export function addWeighed(sums: WeighedSums, one: Examined, day: Day): void {
  const { outstanding_principal: outstanding, terms } = one.positionAt(day);
  if (outstanding === 0n) return;
  // Nothing of the amount may be left where a refund owes something.
  if (terms.amount > 0n) {
    sums.with_rate += outstanding;
    sums.margin_rates += outstanding * divideHalfEven(terms.margin * RATE_ONE, terms.amount);
  }
  const [remaining, original] = [remainingDays(one, day), originalDays(one, day)];
  if (remaining === null || original === null) return;
  sums.with_days += outstanding;
  sums.remaining_days += outstanding * BigInt(remaining);
  sums.original_days += outstanding * BigInt(original);
}

/** Days from a day to maturity as of it, at least 0; null for a purchase that does not mature. */
export function remainingDays(one: Examined, day: Day): number | null {
  const { maturity } = one.one.agreementAt(day);
  return maturity === null ? null : Math.max(0, daysBetween(day, maturity));
}

/** Days from the start to the maturity as first agreed; a purchase has the one as of the day, or null. */
export function originalDays({ one, start, loan }: Examined, day: Day): number | null {
  const { terms, maturity } = one.agreementAt(day);
  const first = loan.disbursement.kind === "loan" ? terms.first_agreed.maturity_date : maturity;
  return first === null ? null : daysBetween(start, one.calendar.dayOf(first));
}
