import { LosslessNumber } from "lossless-json";
import { isCurrency, minorUnits } from "../domain/core/currency.ts";
import { parseDecimal } from "../domain/core/decimal.ts";
import { divideHalfEven } from "../domain/core/money.ts";

/** A number of the API, with its digits as sent. */
export type Exact = LosslessNumber;

/** Shown for an absent value. */
export const NONE = "–";
const MINUS = "−";

/** Sign, whole and fraction of a JSON number of any length and exponent, with all digits. */
function written(text: string): { readonly sign: string; readonly whole: string; readonly fraction: string } {
  const { negative, digits, exponent } = parseDecimal(text);
  const shift = Number(exponent);
  const places = Math.max(0, -shift);
  const all = (digits + "0".repeat(Math.max(0, shift))).padStart(places + 1, "0");
  const point = all.length - places;
  return { sign: negative ? MINUS : "", whole: all.slice(0, point), fraction: all.slice(point) };
}

const grouped = (whole: string) => whole.replace(/\B(?=(\d{3})+$)/g, ",");

/** An exact number for people: every digit, in groups of three, with at least `decimals` decimals. */
export function numberText(value: Exact | string, decimals = 0): string {
  const { sign, whole, fraction } = written(String(value));
  const padded = fraction.padEnd(decimals, "0");
  return `${sign}${grouped(whole)}${padded === "" ? "" : `.${padded}`}`;
}

/** An amount in major units with all the decimals of its currency. */
export function amountText(value: Exact | string | null, currency: unknown): string {
  if (value === null) return NONE;
  const decimals = typeof currency === "string" && isCurrency(currency) ? minorUnits(currency) : 0;
  return numberText(value, decimals);
}

/** Minor units (digits in a string) as an amount in major units. */
export function minorText(minor: string | bigint, currency: string): string {
  return amountText(`${minor}e-${isCurrency(currency) ? minorUnits(currency) : 0}`, currency);
}

/** A share of one as a percentage of two decimals, rounded half to even: `0.123456` is `12.35%`. */
export function percentText(share: Exact | string | null): string {
  if (share === null) return NONE;
  const millionths = scaled(share);
  const hundredths = divideHalfEven(millionths < 0n ? -millionths : millionths, 100n);
  return `${numberText(`${millionths < 0n ? "-" : ""}${hundredths}e-2`, 2)}%`;
}

/** A share with all of its digits, for those who want more than two decimals. */
export const exactPercentText = (share: Exact | null): string =>
  share === null ? NONE : `${numberText(`${share}e2`, 2)}%`;

/** The decimals of shares, and more than any currency has. */
const DECIMALS = 6;

/** A number of at most six decimals as a whole number of millionths. */
function scaled(value: Exact | string): bigint {
  const { sign, whole, fraction } = written(String(value));
  const digits = BigInt(whole + fraction.padEnd(DECIMALS, "0"));
  return sign === "" ? digits : -digits;
}

/** A part of a whole as a share of six decimals, rounded half to even; null of nothing. */
export function shareOf(part: Exact, whole: Exact): Exact | null {
  const [of, all] = [scaled(part), scaled(whole)];
  if (of < 0n || all <= 0n) return null;
  return new LosslessNumber(sixDecimals(divideHalfEven(of * 10n ** BigInt(DECIMALS), all)));
}

/** The exact sum of numbers of at most six decimals. */
export const exactSum = (values: readonly Exact[]): Exact =>
  new LosslessNumber(sixDecimals(sumOf(values)).replace(/\.?0+$/, ""));

/** In millionths. */
const sumOf = (values: readonly Exact[]): bigint => values.reduce((sum, value) => sum + scaled(value), 0n);

/** Millionths as a JSON number with six decimals. */
function sixDecimals(millionths: bigint): string {
  const digits = String(millionths < 0n ? -millionths : millionths).padStart(DECIMALS + 1, "0");
  return `${millionths < 0n ? "-" : ""}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}

/** How much more `now` is than `then`, exactly, as the text of a number. */
export const differenceText = (now: Exact, then: Exact): string =>
  `${scaled(now) - scaled(then)}e-${DECIMALS}`;

/** A sum, exactly, as the text of a number. */
export const sumText = (values: readonly Exact[]): string => `${sumOf(values)}e-${DECIMALS}`;

/** A difference with its sign. */
export const withSign = (text: string): string => (/^[−-]|^[0.,%]+$/.test(text) ? text : `+${text}`);

/** A date as the API stores it; an instant without what a reader does not need. */
export function dateText(date: string | null): string {
  if (date === null) return NONE;
  return date.replace(/T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, " $1 UTC");
}

/** An inexact number, only for drawing; the figures beside a picture come from the text. */
export const drawn = (value: Exact | string): number => Number(String(value));

/** A count of the API that is known to be small. */
export const count = (value: Exact): number => Number(value.value);

export const plural = (number: string, one: string, many = `${one}s`): string =>
  `${number} ${number === "1" ? one : many}`;

/** Turns a name of the API into words: `matured_unpaid` becomes `matured unpaid`. */
export const words = (name: string): string => name.replaceAll("_", " ");

/** A text with a capital at its start. */
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
