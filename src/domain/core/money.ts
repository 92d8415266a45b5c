import { minorUnits } from "./currency.ts";
import { type DecimalText, parseDecimal } from "./decimal.ts";
import { err, ok, type Result } from "./result.ts";

/** The largest count of minor units that a signed 64-bit column holds. */
export const INT64_MAX = 9_223_372_036_854_775_807n;
const INT64_DIGITS = 19n;

/**
 * Reads an amount in major units (`12.34`) as minor units (`1234n`) of `currency`, exactly (docs/api.md#ingest).
 * The error is a sentence for the field's message.
 */
export function toMinor(amount: DecimalText, currency: string): Result<bigint, string> {
  const { negative, digits, exponent } = parseDecimal(amount);
  const decimals = minorUnits(currency);
  const shift = exponent + BigInt(decimals);
  if (shift < 0n) return err(`must have at most ${decimals} decimals, the precision of ${currency}`);
  // A signed 64-bit integer reaches one further below zero than above.
  const limit = negative ? INT64_MAX + 1n : INT64_MAX;
  if (BigInt(digits.length) + shift <= INT64_DIGITS) {
    const magnitude = BigInt(digits + "0".repeat(Number(shift)));
    if (magnitude <= limit) return ok(negative ? -magnitude : magnitude);
  }
  const bound = toMajor(negative ? -limit : limit, currency);
  return err(`must be at ${negative ? "least" : "most"} ${bound} in ${currency}`);
}

/** The quotient rounded half to even. The dividend must be 0 or more, the divisor above 0. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = 2n * (dividend % divisor);
  const isUp = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

/** Writes minor units as the shortest decimal in major units: `123450n` of USD is `1234.5`. */
export function toMajor(minor: bigint, currency: string): DecimalText {
  const [whole, fraction] = majorParts(minor, currency);
  const digits = fraction.replace(/0+$/, "");
  return digits === "" ? whole : `${whole}.${digits}`;
}

/** The signed whole of an amount in major units, and its fraction with all of the currency's decimals. */
export function majorParts(minor: bigint, currency: string): readonly [whole: string, fraction: string] {
  const decimals = minorUnits(currency);
  const sign = minor < 0n ? "-" : "";
  const magnitude = minor
    .toString()
    .slice(sign.length)
    .padStart(decimals + 1, "0");
  const point = magnitude.length - decimals;
  return [sign + magnitude.slice(0, point), magnitude.slice(point)];
}

/** An amount in major units with all of the currency's decimals, so that no reader has to guess the decimal mark. */
export function fullDecimal(minor: bigint, currency: string): DecimalText {
  const [whole, fraction] = majorParts(minor, currency);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
