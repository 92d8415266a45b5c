import { isLosslessNumber } from "lossless-json";
import { canonicalText } from "../../contract/canonical.ts";
import { isJsonObject } from "../../contract/json.ts";
import { parseDate } from "../../domain/core/dates.ts";
import { canonicalDecimal } from "../../domain/core/decimal.ts";
import { CATEGORIES } from "../../domain/tape/categories.ts";
import type { Category, Field } from "../../domain/tape/fields.ts";
import type { LiveRow } from "./live.ts";

/** What an event's value is, regardless of how it is written; undefined for one that says nothing. */
function comparable(value: unknown, { type }: Field): unknown {
  if (value === null || value === undefined) return undefined;
  if (isLosslessNumber(value)) return canonicalDecimal(value.value);
  if (type === "clients" && Array.isArray(value)) {
    return value
      .map((one) => String(isJsonObject(one) ? one.client_id : one))
      .sort()
      .join("\n");
  }
  if (typeof value === "object") return canonicalText(value);
  if (typeof value !== "string") return value;
  const text = type === "id" ? value : value.trim();
  if (text === "") return undefined;
  const date = type === "date" ? parseDate(text) : null;
  return date?.ok ? date.value : text;
}

/** The members of a create that the live record has another value for. */
export function differences(
  category: Category,
  data: Readonly<Record<string, unknown>>,
  live: LiveRow,
): Readonly<Record<string, unknown>> {
  const { fields } = CATEGORIES[category];
  const differing = Object.entries(data).filter(([name, value]) => {
    const field = fields[name];
    if (field === undefined) return false;
    const told = comparable(value, field);
    return told !== undefined && told !== comparable(live[name], field);
  });
  return Object.fromEntries(differing);
}
