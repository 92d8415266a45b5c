import type { TypedCell } from "../cell.ts";
import { dayOfSerial } from "../values/date.ts";
import type { NumberFormat } from "./formats.ts";

/** The digits that a spreadsheet keeps of a number. */
const DIGITS = 15;
/** How far the 15 digits may be from the stored binary number: the noise of a few additions. */
const NOISE_ULPS = 8;

const DAY_S = 86_400;

/** A finite number without an exponent. */
function plain(value: number): string {
  const text = String(value);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(text) ?? [];
  const shift = Number(exponent);
  if (shift === 0) return text;
  const digits = whole + fraction;
  const point = whole.length + shift;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, "0")}`;
}

const failing = (text: string): TypedCell => ({ kind: "error", text, isExact: true });

/** A number as a spreadsheet shows it: with 15 digits, or as a day. */
export function numberCell(raw: string, format: NumberFormat | undefined, is1904: boolean): TypedCell {
  const value = Number(raw);
  if (raw.trim() === "" || !Number.isFinite(value)) return failing(`The number ${raw} cannot be read.`);
  if (format?.isDate) return dateCell(value, is1904);
  const shown = Number(value.toPrecision(DIGITS));
  const ulp = 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - 52);
  const isExact = Math.abs(value) < 10 ** DIGITS && Math.abs(shown - value) <= NOISE_ULPS * ulp;
  const text = plain(shown);
  const padded = format && /^\d+$/.test(text) ? text.padStart(format.digits, "0") : text;
  return { kind: "number", text: padded, isExact };
}

function dateCell(serial: number, is1904: boolean): TypedCell {
  const seconds = Math.round((serial - Math.floor(serial)) * DAY_S);
  const whole = Math.floor(serial) + (seconds === DAY_S ? 1 : 0);
  const day = dayOfSerial(whole, is1904);
  if (day === null) return failing(`The number ${serial} is no day.`);
  const clock = new Date((seconds % DAY_S) * 1000).toISOString().slice(11, 19);
  return { kind: "date", text: clock === "00:00:00" ? day : `${day} ${clock}`, isExact: true };
}
