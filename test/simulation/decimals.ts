/** The model's own arithmetic: slow and plain, and none of the code under test. */

const INT64_MAX = 2n ** 63n - 1n;
const DECIMALS: Readonly<Record<string, number>> = { USD: 2, JPY: 0, BHD: 3 };

interface Parts {
  readonly sign: string;
  readonly digits: string;
  readonly power: number;
}

function partsOf(text: string): Parts {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  let digits = `${whole}${fraction}`.replace(/^0+/, "");
  let exponent = Number(power) - fraction.length;
  while (digits.endsWith("0")) {
    digits = digits.slice(0, -1);
    exponent += 1;
  }
  return digits === "" ? { sign: "", digits, power: 0 } : { sign, digits, power: exponent };
}

export const isZero = (text: string) => partsOf(text).digits === "";
export const isNegative = (text: string) => partsOf(text).sign === "-";

/** One spelling for each value. */
export function spelling(text: string): string {
  const { sign, digits, power } = partsOf(text);
  return `${sign}${digits || "0"}e${power}`;
}

/** Minor units of an amount, or null when it has too many decimals or does not fit 64 bits. */
export function minorOf(text: string, currency: string): bigint | null {
  const { sign, digits, power } = partsOf(text);
  if (digits === "") return 0n;
  const shift = power + (DECIMALS[currency] ?? 0);
  if (shift < 0 || shift > 20) return null;
  const value = BigInt(digits) * 10n ** BigInt(shift);
  if (value > INT64_MAX) return null;
  return sign === "-" ? -value : value;
}

/** A whole number from 0 to a million, or null. */
export function wholeOf(text: string): number | null {
  const { sign, digits, power } = partsOf(text);
  if (sign === "-" || power < 0 || power > 6) return null;
  const value = Number(digits || "0") * 10 ** power;
  return value <= 1_000_000 ? value : null;
}
