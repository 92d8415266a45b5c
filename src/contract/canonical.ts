import canonicalize from "canonicalize";
import { isLosslessNumber } from "lossless-json";
import { canonicalDecimal } from "../domain/core/decimal.ts";

/**
 * The canonical text of a parsed JSON value (RFC 8785): equal for equal values, in any order of members. Numbers
 * go in by exact decimal value, which the RFC's binary floats would round; a tag tells them from texts.
 */
export const canonicalText = (value: unknown): string => canonicalize(tagged(value)) ?? "null";

function tagged(value: unknown): unknown {
  if (typeof value === "string") return `s${value}`;
  if (isLosslessNumber(value)) return `n${canonicalDecimal(value.value)}`;
  if (Array.isArray(value)) return value.map(tagged);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, tagged(member)]));
}
