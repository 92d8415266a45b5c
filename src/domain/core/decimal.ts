/** A number exactly as JSON wrote it, for example `12345678901234.56`; always a valid JSON number. */
export type DecimalText = string;

/** `value = sign x digits x 10^exponent`; `digits` has no zeros at either end and is empty for zero. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: bigint;
}

const JSON_NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Reads a JSON number digit by digit, never through a binary float (docs/api.md#ingest). */
export function parseDecimal(text: DecimalText): Decimal {
  const match = JSON_NUMBER.exec(text);
  if (!match) throw new TypeError("parseDecimal needs the text of a JSON number");
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const significant = (whole + fraction).replace(/^0+/, "");
  const digits = significant.replace(/0+$/, "");
  if (digits === "") return { negative: false, digits: "", exponent: 0n };
  const trailingZeros = significant.length - digits.length;
  return {
    negative: sign === "-",
    digits,
    exponent: BigInt(exponent) - BigInt(fraction.length) + BigInt(trailingZeros),
  };
}

/** One text for each value: `1`, `1.0` and `10e-1` are the same number (docs/api.md#idempotency, "same request"). */
export function canonicalDecimal(text: DecimalText): string {
  const { negative, digits, exponent } = parseDecimal(text);
  return digits === "" ? "0" : `${negative ? "-" : ""}${digits}e${exponent}`;
}

/** How many digits the value has when it is written out in full, without exponent, outer zeros and a lone zero before the point. */
export function writtenDigits(text: DecimalText): bigint {
  const { digits, exponent } = parseDecimal(text);
  const length = BigInt(digits.length);
  if (exponent >= 0n) return length + exponent;
  return -exponent > length ? -exponent : length;
}

/** The value as a safe integer, or null when it is not a whole number within +-(2^53 - 1). */
export function decimalToInteger(text: DecimalText): number | null {
  if (parseDecimal(text).exponent < 0n) return null;
  const value = Number(canonicalDecimal(text));
  return Number.isSafeInteger(value) ? value : null;
}
