import { isLosslessNumber } from "lossless-json";
import { STYLES, type StyleName } from "./styles.ts";

/** A value of a sheet; undefined and null are an empty cell. */
export type CellValue = unknown;

/** A spreadsheet keeps a number as a binary float: of 15 digits each one is kept. */
const EXACT_DIGITS_MAX = 15;
/** The most characters of a cell. */
const TEXT_MAX = 32_767;
const DAY_MS = 86_400_000;
/** The serial of 1970-01-01, and the first day after the leap day that 1900 did not have. */
const EPOCH_SERIAL = 25_569;
const FIRST_SERIAL = 61;

const DAY = /^\d{4}-\d\d-\d\d$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
/** What XML 1.0 has no sign for. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to leave out.
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text of XML; what XML cannot hold becomes U+FFFD. */
export const escaped = (text: string): string =>
  text
    .replace(NOT_XML, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");

/** The letters of a column: A for 0, AA for 26. */
export function columnLetters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnLetters(Math.floor(index / 26) - 1) + last;
}

/** How many digits a number has that are not only its place. */
const significant = (text: string): number =>
  text.replace(/e.*$/i, "").replace(/[-.]/g, "").replace(/^0+/, "").replace(/0+$/, "").length;

/** The day number of a day or a moment in UTC; null for one that a sheet has no number for. */
function serialOf(text: string): number | null {
  if (!DAY.test(text) && !TIMESTAMP.test(text)) return null;
  const serial = Date.parse(text) / DAY_MS + EPOCH_SERIAL;
  return serial >= FIRST_SERIAL ? serial : null;
}

/** How the cells of a column look; `isDate` says that texts of the form of a day or a moment are one. */
export interface Look {
  readonly isDate: boolean;
  readonly style: StyleName;
}

/** A cell of a sheet as XML. Text is never a formula. A number with more digits than a sheet can keep is a text with all of them. */
export function cellXml(reference: string, value: CellValue, { isDate, style }: Look): string {
  if (value === null || value === undefined) return "";
  const number = numberOf(value);
  if (number !== null && significant(number) <= EXACT_DIGITS_MAX) {
    return `<c r="${reference}" s="${STYLES[style]}"><v>${number}</v></c>`;
  }
  const text = number ?? (typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
  const serial = isDate ? serialOf(text) : null;
  if (serial !== null) {
    const format = DAY.test(text) ? STYLES.date : STYLES.time;
    return `<c r="${reference}" s="${format}"><v>${serial}</v></c>`;
  }
  const whole = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
  const own = style === "header" ? STYLES.header : number === null ? STYLES.text : STYLES.digits;
  return `<c r="${reference}" s="${own}" t="inlineStr"><is><t xml:space="preserve">${escaped(whole)}</t></is></c>`;
}

function numberOf(value: CellValue): string | null {
  if (isLosslessNumber(value)) return value.value;
  if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value)))
    return String(value);
  return null;
}
