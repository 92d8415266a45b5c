import { divideHalfEven } from "../core/money.ts";
import { type DayCountConvention, nextDay, yearFraction } from "./day-count.ts";

/** The most decimals that an annual rate may have. */
const RATE_DECIMALS_MAX = 12;

const RATE_SCALE = 10n ** BigInt(RATE_DECIMALS_MAX);

/** A rate such as `0.1375` as a count of its smallest unit, 10^-12. */
export function scaledRate(rate: string): bigint {
  const [whole = "0", fraction = ""] = rate.split(".");
  return BigInt(whole) * RATE_SCALE + BigInt(fraction.padEnd(RATE_DECIMALS_MAX, "0"));
}

/** The units of a remainder of interest in one minor unit: it has 12 decimals. */
export const REMAINDER_SCALE = 10n ** 12n;

/** Interest in whole minor units, and what rounding left over. */
interface CarriedInterest {
  readonly interest_minor: bigint;
  /** In units of 10^-12 minor units, from -0.5 to 0.5 of a minor unit. */
  readonly remainder: bigint;
}

/**
 * The interest of one day, from `date` to the next, on a principal of 0 or more, with the remainder of other days. The rate and
 * the remainder are in units of 10^-12, a year and of a minor unit: their sum is rounded half
 * to even to minor units, and the new remainder half to even to its last decimal. So the interest of many days is within
 * half a minor unit of the exact sum, but for the remainders' own rounding.
 */
export function carriedInterest(
  principal_minor: bigint,
  rate: bigint,
  { convention, date }: { readonly convention: DayCountConvention; readonly date: string },
  carried: bigint,
): CarriedInterest {
  const { numerator, denominator } = yearFraction(convention, date, nextDay(date));
  // In units of 10^-12 / denominator, because the rate and the remainder have 12 decimals each.
  const exact = principal_minor * rate * numerator + carried * denominator;
  const unit = REMAINDER_SCALE * denominator;
  const interest_minor = exact > 0n ? divideHalfEven(exact, unit) : 0n;
  const left = exact - interest_minor * unit;
  const size = divideHalfEven(left < 0n ? -left : left, denominator);
  return { interest_minor, remainder: left < 0n ? -size : size };
}
