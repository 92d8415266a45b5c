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

/**
 * The interest of one day, from `date` to the next, on a principal of 0 or more: minor units, rounded half to even. The
 * rate is in units of 10^-12 a year.
 */
export function interestOfDay(
  principal_minor: bigint,
  rate: bigint,
  convention: DayCountConvention,
  date: string,
): bigint {
  const { numerator, denominator } = yearFraction(convention, date, nextDay(date));
  return divideHalfEven(principal_minor * rate * numerator, RATE_SCALE * denominator);
}
