import { stringifyJson } from "../../contract/json.ts";
import { isCurrency, minorUnits } from "../../domain/core/currency.ts";

/** Prints what a reading command found: its screen, or with `--json` one JSON document with every digit. */
export function print<T>(found: T, isJson: boolean, screen: (found: T) => string): void {
  process.stdout.write(isJson ? `${stringifyJson(found)}\n` : screen(found));
}

/** The width of a screen. */
const WIDTH = 80;

/** An amount with its currency's decimals and commas between thousands; no digit is lost. */
export function money(amount: unknown, currency: string): string {
  const text = String(amount);
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === "") return text;
  const decimals = Math.max(fraction.length, isCurrency(currency) ? minorUnits(currency) : 0);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${grouped}${decimals > 0 ? `.${fraction.padEnd(decimals, "0")}` : ""}`;
}

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** A column of texts. */
export const left = (title: string): Column => ({ title, align: "left" });

/** A column of numbers. */
export const right = (title: string): Column => ({ title, align: "right" });

/** A share from 0 to 1 in percent; "-" for a share of nothing. */
export const percent = (share: unknown): string =>
  share === null ? "-" : `${(Number(share) * 100).toFixed(2)} %`;

/** Rows under their titles, with two spaces between columns; omits the last column if it does not fit. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const text = wholeTable(columns, rows);
  const fits = text.split("\n").every((line) => line.length <= WIDTH);
  return fits ? text : wholeTable(columns.slice(0, -1), rows);
}

function wholeTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const [cell, width] = [cells[index] ?? "", widths[index] ?? 0];
        return align === "left" ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  return [columns.map(({ title }) => title), ...rows].map((row) => `${line(row)}\n`).join("");
}

/** Named values, one per line, aligned. */
export function listText(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join("");
}

/** A share from 0 to 1 as a bar. */
export function bar(share: number, width: number): string {
  return "█".repeat(Math.round(Math.max(0, Math.min(1, share)) * width));
}
