import { err, ok, type Result } from "../../../domain/core/result.ts";

/** The decimal sign of a file's numbers. */
export type DecimalSign = "." | ",";

/** A number's digits as JSON writes them, and how many of them the file wrote after the decimal sign. */
interface ReadNumber {
  readonly json: string;
  readonly decimals: number;
}

/** How spreadsheets shorten long numbers: digits are lost. */
export const SHORTENED = /^[+-]?\d(?:[.,]\d+)?[eE][+-]\d+$/;

const SPACES = " \u00a0\u2009\u202f";
const APOSTROPHES = "'\u2019";
/** What separates groups of three digits, by the decimal sign. */
const GROUPS: Readonly<Record<DecimalSign, string>> = {
  ",": `.${SPACES}${APOSTROPHES}`,
  ".": `,${SPACES}${APOSTROPHES}`,
};

const PLAIN = /^([+-]?)(\d*)(?:\.(\d*))?$/;
const EXPONENT = /^[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+$/;

const SAY_DECIMAL = "say with --decimal which sign is the decimal point";
export const SHORTENED_MESSAGE =
  "is a number that a spreadsheet has shortened: give the column enough width or a format without exponent, and export it again";

/** Reads a number as the file writes it; without a decimal sign only what is no matter of taste. */
export function readNumber(text: string, decimal: DecimalSign | null): Result<ReadNumber, string> {
  if (EXPONENT.test(text)) return err(SHORTENED_MESSAGE);
  const plain = decimal === null ? text : withoutGroups(text, decimal);
  const [, sign = "", whole = "", fraction = ""] = (plain === null ? null : PLAIN.exec(plain)) ?? [];
  if (whole + fraction === "") {
    const isGrouped = decimal === null && /^[+-]?[\d.,'\u2019\s]*\d$/.test(text);
    return err(isGrouped ? `is no plain number: ${SAY_DECIMAL}` : "is no number");
  }
  const digits = `${whole.replace(/^0+(?=\d)/, "") || "0"}${fraction === "" ? "" : `.${fraction}`}`;
  return ok({ json: `${sign === "-" ? "-" : ""}${digits}`, decimals: fraction.length });
}

/** The number with a point and without groups; null where the groups are not of three digits and one kind. */
function withoutGroups(text: string, decimal: DecimalSign): string | null {
  const [whole = "", fraction, ...more] = text.split(decimal);
  if (more.length > 0) return null;
  const sign = /^[+-]/.exec(whole)?.[0] ?? "";
  const digits = whole.slice(sign.length);
  const group = [...digits].find((character) => GROUPS[decimal].includes(character));
  if (group !== undefined) {
    const [first = "", ...rest] = digits.split(group);
    if (!/^\d{1,3}$/.test(first) || rest.some((one) => !/^\d{3}$/.test(one))) return null;
  }
  const joined = group === undefined ? digits : digits.split(group).join("");
  return `${sign}${joined}${fraction === undefined ? "" : `.${fraction}`}`;
}

const CODE = /(?<![A-Z])([A-Z]{3})(?![A-Z])/;

/** Takes off what an accountant adds to a number: a currency's sign or code, and parentheses for a minus. */
export function undressed(
  text: string,
  decimal: DecimalSign | null,
): { readonly text: string; readonly decimal: DecimalSign | null; readonly currency: string | null } {
  const [, currency = null] = CODE.exec(text) ?? [];
  const bare = text
    .replace(CODE, "")
    .replace(/\p{Sc}/gu, "")
    .trim();
  const inside = /^\((.*)\)$/.exec(bare)?.[1];
  const digits = (inside ?? bare).replace(/^-\s*|\s*-$/g, "").trim();
  if (digits === "") return { text: bare === "-" ? "0" : bare, decimal, currency };
  const isNegative = inside !== undefined || /^-|-$/.test(bare);
  // Both signs in their places leave no doubt: the last one is the decimal point.
  const [, point] = /^\d{1,3}(?:[.,' ]\d{3})+([.,])\d+$/.exec(digits) ?? [];
  const said = decimal ?? (point === "." || point === "," ? point : null);
  return { text: `${isNegative ? "-" : ""}${digits}`, decimal: said, currency };
}
