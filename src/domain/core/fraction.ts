import { type DecimalText, parseDecimal } from "./decimal.ts";

/** A number of 0 or more as a quotient of whole numbers, exactly. The denominator is above 0. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** A decimal of 0 or more as a fraction. */
export function fractionOf(text: DecimalText): Fraction {
  const { digits, exponent } = parseDecimal(text);
  const numerator = BigInt(digits);
  return exponent < 0n
    ? { numerator, denominator: 10n ** -exponent }
    : { numerator: numerator * 10n ** exponent, denominator: 1n };
}

/** The whole part of an amount of 0 or more times a fraction. */
export const timesDown = (amount: bigint, { numerator, denominator }: Fraction): bigint =>
  (amount * numerator) / denominator;

/** Whether a fraction is above another, without rounding. */
export const isAbove = (a: Fraction, b: Fraction): boolean =>
  a.numerator * b.denominator > b.numerator * a.denominator;
