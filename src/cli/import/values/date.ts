import { isCalendarDate } from "../../../domain/core/dates.ts";

const DAY_MS = 86_400_000;
/** The day that a spreadsheet counts although no calendar has it: 1900-02-29. */
const NO_DAY = 60;
const SERIAL_MAX = 2_958_465;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH_NAMES =
  "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
/** Two digits from 69 are of the last century, as POSIX reads them. */
const CENTURY_TURN = 69;

/** The day of a spreadsheet's number; null for a number that is none. */
export function dayOfSerial(serial: number, is1904 = false): string | null {
  const first = is1904 ? 0 : 1;
  if (!Number.isInteger(serial) || serial < first || serial > SERIAL_MAX) return null;
  if (!is1904 && serial === NO_DAY) return null;
  const epoch = is1904
    ? Date.UTC(1904, 0, 1)
    : serial < NO_DAY
      ? Date.UTC(1899, 11, 31)
      : Date.UTC(1899, 11, 30);
  return new Date(epoch + serial * DAY_MS).toISOString().slice(0, 10);
}

/** How a file writes days: a pattern of day, month and year, or the number of a spreadsheet. */
export interface DateFormat {
  readonly name: string;
  /** The day as `YYYY-MM-DD`; null for a text of another form, or no day of the calendar. */
  readonly read: (text: string) => string | null;
}

const TOKENS = /YYYY|YY|MMMM|MMM|MM|M|DD|D/g;

const patternOf = (token: string, isTight: boolean): string => {
  if (token === "YYYY") return "(?<year>\\d{4})";
  if (token === "YY") return "(?<short>\\d{2})";
  if (token.startsWith("MMM")) return `(?<name>${MONTH_NAMES})`;
  const digits = isTight ? `\\d{${token.length}}` : "\\d{1,2}";
  return token.startsWith("M") ? `(?<month>${digits})` : `(?<day>${digits})`;
};

/**
 * Reads `DD/MM/YYYY`, `M/D/YY`, `DD-MMM-YYYY`, `MMYYYY` and the like: D, M and Y are day, month and year, MMM an English
 * month, any other sign is itself. Without a day it is the first of the month. `excel` is the number of a spreadsheet.
 * Null: no such format.
 */
export function dateFormat(name: string): DateFormat | null {
  if (name === "excel") {
    return { name, read: (text) => (/^\d{1,7}(?:\.0+)?$/.test(text) ? dayOfSerial(Number(text)) : null) };
  }
  const tokens = name.match(TOKENS) ?? [];
  const kinds = tokens.map((token) => token[0]);
  if (new Set(kinds).size !== kinds.length || !kinds.includes("Y") || !kinds.includes("M")) return null;
  const between = name.split(TOKENS);
  const source = tokens.map((token, index) => {
    const isTight = between[index + 1] === "" && index + 1 < tokens.length;
    const followsTight = index > 0 && between[index] === "";
    return escaped(between[index] ?? "") + patternOf(token, isTight || followsTight);
  });
  const pattern = new RegExp(`^${source.join("")}${escaped(between.at(-1) ?? "")}$`, "i");
  return { name, read: (text) => dayOf(pattern.exec(text)?.groups) };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

function dayOf(parts: Readonly<Record<string, string>> | undefined): string | null {
  if (!parts) return null;
  const { year, short = "", month, name = "", day = "1" } = parts;
  const full = year ?? String(Number(short) + (Number(short) >= CENTURY_TURN ? 1900 : 2000));
  const number = month ?? String(MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1);
  const date = `${full}-${number.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return isCalendarDate(date) ? date : null;
}
