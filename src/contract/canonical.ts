import { isLosslessNumber } from "lossless-json";
import { canonicalDecimal } from "../domain/core/decimal.ts";

/**
 * The canonical text of a parsed JSON value (RFC 8785): equal for equal values, in any order of members. Numbers
 * go in by exact decimal value, which the RFC's binary floats would round; a tag tells them from texts.
 */
export function canonicalText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(`s${value}`);
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (isLosslessNumber(value)) return `"n${canonicalDecimal(value.value)}"`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const members = value as Readonly<Record<string, unknown>>;
  // The default order of `sort` is that of UTF-16 code units, as the RFC asks.
  const names = Object.keys(members).filter((name) => members[name] !== undefined);
  const texts = names.sort().map((name) => `${JSON.stringify(name)}:${canonicalText(members[name])}`);
  return `{${texts.join(",")}}`;
}
