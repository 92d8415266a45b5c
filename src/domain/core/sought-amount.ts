import { CURRENCIES, isCurrency } from "./currency.ts";
import { toMinor } from "./money.ts";

/** An amount that a text may mean, in minor units of one currency. */
export interface SoughtAmount {
  readonly currency: string;
  readonly minor: bigint;
}

const CODE = /^[a-z]{3}(?=[ \d])|[a-z]{3}$/i;
/** Groups of three digits between commas, spaces or apostrophes, and a decimal point. */
const POINT = /^\d{1,3}(?:([,' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:\.\d+)?$|^\d+(?:\.\d+)?$/;
/** Groups between points or spaces, and a decimal comma: `1.250,50`, `1250,5`. */
const COMMA = /^\d{1,3}(?:([. \u00a0\u202f])\d{3})(?:\1\d{3})*,\d+$|^\d+,\d{1,2}$/;
/** No amount has more: 19 digits and as many separators. */
const CHARACTERS_MAX = 40;

/**
 * Reads a text as an amount, with or without separators of thousands and an ISO 4217 code: `1250.5`, `1,250.50 USD`,
 * `EUR 1.250,50`. Answers what it is in each currency that has the decimals for it; nothing for any other text.
 */
export function soughtAmounts(text: string): readonly SoughtAmount[] {
  if (text.length > CHARACTERS_MAX) return [];
  const code = CODE.exec(text)?.[0] ?? "";
  const number = decimalOf(text.replace(code, "").trim());
  const named = code.toUpperCase();
  if (number === null || (code !== "" && !isCurrency(named))) return [];
  return (code === "" ? CURRENCIES : [named]).flatMap((currency) => {
    const minor = toMinor(number, currency);
    return minor.ok ? [{ currency, minor: minor.value }] : [];
  });
}

function decimalOf(text: string): string | null {
  if (POINT.test(text)) return text.replace(/[^\d.]/g, "");
  return COMMA.test(text) ? text.replace(/[^\d,]/g, "").replace(",", ".") : null;
}
