import { isCurrency, minorUnits } from "../../../domain/core/currency.ts";
import { parseDate } from "../../../domain/core/dates.ts";
import { err, ok, type Result } from "../../../domain/core/result.ts";
import type { Field } from "../../../domain/tape/fields.ts";
import { cellText, type TableCell, type TypedCell } from "../cell.ts";
import type { DateFormat } from "./date.ts";
import { type DecimalSign, readNumber, SHORTENED, SHORTENED_MESSAGE, undressed } from "./number.ts";

/** How a file writes its values. */
export interface Notation {
  readonly decimal: DecimalSign | null;
  readonly date: DateFormat | null;
  /** `accounting`: currency signs and parentheses; `text`: the cell is a text of any form. */
  readonly style: "plain" | "accounting" | "text";
}

/** A value's JSON text, or what is wrong with the cell: the end of a sentence that begins with the cell. */
export type Value = Result<string, string>;

/** The currency of a row's amount with that number of decimals; null leaves the decimals to the service. */
export type CurrencyOfRow = (decimals: number) => string | null;

/** The writer's guard against formulas (docs/api.md#lookups), taken away again. */
const GUARDED = /^'+[=+\-@\t\r]/;

export const unguarded = (text: string): string => (GUARDED.test(text) ? text.slice(1) : text);

/** A cell as JSON text, by the type of its field (docs/import.md#values). */
export function jsonOf(cell: TableCell, field: Field, notation: Notation, currency: CurrencyOfRow): Value {
  if (typeof cell !== "string" && cell.kind === "error") return err(cell.text);
  const text = typeof cell === "string" ? unguarded(cell) : cell.text;
  if (notation.style === "text") return ok(JSON.stringify(text));
  switch (field.type) {
    case "amount":
      return amountOf(cell, text.trim(), notation, currency);
    case "integer":
    case "decimal":
      return typeof cell === "string" ? numberOf(text.trim(), field, notation) : exact(cell);
    case "date":
      return dateOf(cell, text.trim(), notation);
    case "id":
      return idOf(cell, text.trim());
    case "clients":
      return clientsOf(text.trim());
    case "boolean":
      return ok(
        /^(?:true|false)$/i.test(text.trim()) ? text.trim().toLowerCase() : JSON.stringify(text.trim()),
      );
    case "object":
      return ok(isJsonObjectText(text.trim()) ? text.trim() : JSON.stringify(text));
    case "text":
      return typeof cell !== "string" && cell.kind === "number" ? idOf(cell, text) : ok(JSON.stringify(text));
    default:
      return ok(JSON.stringify(text.trim()));
  }
}

const TOO_LONG = "has more than 15 digits, and a spreadsheet keeps only 15: store it as a text";

/** A number of a workbook, which has a value and no notation. */
function exact(cell: TypedCell): Value {
  if (cell.kind !== "number") return err(`is a ${cell.kind === "date" ? "date" : cell.kind}, and no number`);
  return cell.isExact ? ok(plainNumber(cell.text)) : err(TOO_LONG);
}

/** A format such as 00000 shows zeros that a JSON number does not have. */
const plainNumber = (text: string): string => text.replace(/^(-?)0+(?=\d)/, "$1");

function idOf(cell: TableCell, text: string): Value {
  if (typeof cell !== "string") {
    if (cell.kind === "date")
      return err("is a date: a spreadsheet has changed it, so store the column as text");
    if (!cell.isExact) return err(TOO_LONG);
  }
  return SHORTENED.test(text) ? err(SHORTENED_MESSAGE) : ok(JSON.stringify(text));
}

function amountOf(cell: TableCell, text: string, notation: Notation, currencyOfRow: CurrencyOfRow): Value {
  const isTyped = typeof cell !== "string";
  if (isTyped) {
    const value = exact(cell);
    if (!value.ok) return value;
  }
  const bare =
    notation.style === "accounting" && !isTyped
      ? undressed(text, notation.decimal)
      : {
          text: isTyped ? plainNumber(text) : text,
          decimal: isTyped ? null : notation.decimal,
          currency: null,
        };
  const number = readNumber(bare.text, bare.decimal);
  if (!number.ok) return number;
  const { json, decimals } = number.value;
  const currency = decimals > 0 || bare.currency !== null ? currencyOfRow(decimals) : null;
  if (bare.currency !== null && currency !== null && bare.currency !== currency) {
    return err(`is not in ${currency}`);
  }
  if (currency === null || !isCurrency(currency)) return ok(json);
  const digits = minorUnits(currency);
  const [whole = "", fraction = ""] = json.split(".");
  const kept = fraction.replace(/0+$/, "");
  const isDoubtful = fraction.length === 3 && digits < 3 && bare.decimal === null && !isTyped;
  if (kept.length > digits || isDoubtful) return err(tooManyDecimals(fraction.length, digits, currency));
  const shown = fraction.slice(0, digits);
  return ok(shown === "" ? whole : `${whole}.${shown}`);
}

const tooManyDecimals = (found: number, digits: number, currency: string): string =>
  `has ${found} decimals, and ${currency} has ${digits}: if the sign separates thousands, --decimal says which one is the decimal point`;

function numberOf(text: string, field: Field, { decimal }: Notation): Value {
  if (field.type === "decimal" && /^-?(?:0|[1-9]\d*)(?:\.\d+)?[eE][+-]?\d+$/.test(text)) {
    return SHORTENED.test(text) ? err(SHORTENED_MESSAGE) : ok(text);
  }
  const number = readNumber(text, decimal);
  if (!number.ok) return number;
  return ok(field.type === "integer" ? number.value.json.replace(/\.0+$/, "") : number.value.json);
}

const SAY_FORMAT = "say with --date-format how days are written, for example --date-format DD/MM/YYYY";

function dateOf(cell: TableCell, text: string, { date }: Notation): Value {
  if (typeof cell !== "string" && cell.kind === "date") {
    return text.length === 10
      ? ok(JSON.stringify(text))
      : err("has a time of day without an offset from UTC: leave the time out");
  }
  const day = date?.read(text) ?? (parseDate(text).ok ? text : null);
  if (day !== null) return ok(JSON.stringify(day));
  return err(date ? `is no day of the form ${date.name}` : `is no day of the form YYYY-MM-DD: ${SAY_FORMAT}`);
}

function clientsOf(text: string): Value {
  if (text.startsWith("[") && isJson(text)) return ok(text);
  const ids = text.split("|").map((id) => id.trim());
  if (ids.some((id) => SHORTENED.test(id))) return err(SHORTENED_MESSAGE);
  return ok(JSON.stringify(ids.map((id) => ({ client_id: id }))));
}

const isJsonObjectText = (text: string): boolean => text.startsWith("{") && isJson(text);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A cell quoted in a message: short, on one line. */
export function quoted(cell: TableCell): string {
  const text = cellText(cell).replace(/\s+/g, " ");
  return `"${text.length > 40 ? `${text.slice(0, 37)}...` : text}"`;
}
