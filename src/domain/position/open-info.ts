import { parseDecimal } from "../core/decimal.ts";
import { membersOf } from "../core/members.ts";

/** Values of the members of an `info` by which reports filter and group; a member without a value is missing. */
export type OpenInfo = ReadonlyMap<string, string>;

export const NO_INFO: OpenInfo = new Map();

/** The values of some members of an `info`, each as the text of its group (docs/analytics.md#groups). */
export function openInfo(info: string | null, names: readonly string[]): OpenInfo {
  if (info === null || names.length === 0) return NO_INFO;
  const values = membersOf(info).flatMap(([name, json]): [string, string][] => {
    const text = names.includes(name) ? groupText(json) : null;
    return text === null ? [] : [[name, text]];
  });
  return values.length === 0 ? NO_INFO : new Map(values);
}

/** A JSON value as text: 1, 1.0 and "1" are one. Null for null, an object and an array. */
export function groupText(json: string): string | null {
  if (json.startsWith('"')) return JSON.parse(json);
  if (json === "true" || json === "false") return json;
  return /^[-\d]/.test(json) ? numberText(json) : null;
}

/** A number that needs more zeros than these keeps its exponent. */
const ZEROS_MAX = 40n;

function numberText(json: string): string {
  const { negative, digits, exponent } = parseDecimal(json);
  if (digits === "") return "0";
  const sign = negative ? "-" : "";
  if (exponent > ZEROS_MAX || -exponent > ZEROS_MAX + BigInt(digits.length))
    return `${sign}${digits}e${exponent}`;
  const shift = Number(exponent);
  if (shift >= 0) return `${sign}${digits}${"0".repeat(shift)}`;
  const padded = digits.padStart(1 - shift, "0");
  return `${sign}${padded.slice(0, shift)}.${padded.slice(shift)}`;
}
