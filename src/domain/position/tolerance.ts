import { isCurrency, minorUnits } from "../core/currency.ts";
import { type DecimalText, parseDecimal } from "../core/decimal.ts";
import { err, ok, type Result } from "../core/result.ts";
import { atLeastZero, greater } from "./parts.ts";

/** Arrears that do not exceed both limits do not make a loan late (docs/portfolio.md#tolerance). */
export interface Tolerance {
  /** In major units, for the currencies that `by_currency` does not name. */
  readonly amount: DecimalText;
  readonly by_currency: Readonly<Record<string, DecimalText>>;
  /** Of outstanding principal. */
  readonly share: DecimalText;
}

export const NO_TOLERANCE: Tolerance = { amount: "0", by_currency: {}, share: "0" };

const DECIMAL = /^\d{1,19}(\.\d{1,12})?$/;

/** Reads `100`, or `USD:100,JPY:10000`, where other currencies have no tolerance. */
export function parseArrearsTolerance(text: string): Result<Omit<Tolerance, "share">, string> {
  if (DECIMAL.test(text)) return ok({ amount: text, by_currency: {} });
  const named = text.split(",").map((one) => one.split(":"));
  const areRead = named.every(
    ([currency = "", amount = "", ...more]) =>
      isCurrency(currency) && DECIMAL.test(amount) && more.length === 0,
  );
  const by_currency = Object.fromEntries(named.map(([currency = "", amount = ""]) => [currency, amount]));
  if (!areRead || Object.keys(by_currency).length < named.length) {
    return err("must be a decimal such as 100, or one for each currency, such as USD:100,JPY:10000");
  }
  return ok({ amount: "0", by_currency });
}

/** Reads a share of outstanding principal, from 0 to 1. */
export function parseToleranceShare(text: string): Result<DecimalText, string> {
  const isShare = DECIMAL.test(text) && Number(text) <= 1;
  return isShare ? ok(text) : err("must be a decimal from 0 to 1, such as 0.01");
}

/** The most arrears that are tolerated: whole minor units exceed a limit when they exceed its whole part. */
export function toleratedArrears(
  { amount, by_currency, share }: Tolerance,
  currency: string,
  outstanding: bigint,
): bigint {
  const absolute = by_currency[currency] ?? amount;
  return greater(wholeOf(absolute, 10n ** BigInt(minorUnits(currency))), wholeOf(share, outstanding));
}

/** The whole part of a decimal of 0 or more times a factor. */
function wholeOf(text: DecimalText, factor: bigint): bigint {
  const { digits, exponent } = parseDecimal(text);
  return (BigInt(digits) * factor * 10n ** atLeastZero(exponent)) / 10n ** atLeastZero(-exponent);
}
