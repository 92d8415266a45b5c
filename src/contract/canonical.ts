import { isLosslessNumber } from "lossless-json";
import { canonicalDecimal } from "../domain/core/decimal.ts";

/**
 * The canonical text of a JSON value of `parseJson`: equal for equal values, in any order of members. Numbers go in as text by
 * their exact decimal value; a tag tells them from texts.
 */
export const canonicalText = (value: unknown): string => JSON.stringify(canonical(value));

function canonical(value: unknown): unknown {
  if (typeof value === "string") return `s${value}`;
  if (isLosslessNumber(value)) return `n${canonicalDecimal(value.value)}`;
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object") return value;
  const members: Record<string, unknown> = {};
  // Where a name is an index, the engine has an order of its own, the same for the same names.
  for (const name of Object.keys(value).sort()) members[name] = canonical(value[name as keyof typeof value]);
  return members;
}
