import * as z from "zod";
import { isCurrency } from "../../domain/core/currency.ts";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { BUCKETS, STATES } from "../../domain/position/state.ts";
import { documented, type JsonSchema } from "../documented.ts";
import { expects } from "../lookup/query.ts";
import { characters } from "../values.ts";

/** The most values of one filter. */
const VALUES_MAX = 100;

/** A filter's value: what is wrong with it, or null. */
type Check = (value: string) => string | null;

/**
 * A filter that may be given several times. Its values are sorted and each is there once, so that one question has one
 * text. An empty value is null if `nullable`.
 */
function anyOf<T extends string>(schema: JsonSchema, check: Check, nullable: boolean) {
  return z
    .custom<string | string[]>()
    .transform((sent, context) => {
      const values = [...new Set([sent].flat())].sort();
      const wrong = values.flatMap((value) => (nullable && value === "" ? [] : (check(value) ?? [])));
      if (values.length > VALUES_MAX) wrong.push(`must be given at most ${VALUES_MAX} times`);
      for (const message of new Set(wrong)) context.addIssue({ code: "custom", message });
      return wrong.length > 0 ? z.NEVER : values.map((value) => (value === "" ? null : (value as T)));
    })
    .meta(documented({ type: "array", items: nullable ? { anyOf: [schema, EMPTY] } : schema }));
}

const EMPTY = { type: "string", maxLength: 0 };

/** A filter of a member that always has a value. */
const anyOfEach = <T extends string>(schema: JsonSchema, check: Check) =>
  anyOf<T>(schema, check, false).transform((values) => values.filter((value) => value !== null));

const oneOf = <T extends string>(values: readonly T[]) => {
  const check = (value: string) =>
    values.some((known) => known === value) ? null : `must be one of ${values.join(", ")}`;
  return [{ type: "string", enum: values }, check] as const;
};

function text(max: number) {
  const check = (value: string) => (characters(value) <= max ? null : `must be 0 to ${max} characters`);
  return [{ type: "string", minLength: 1, maxLength: max }, check] as const;
}

const CURRENCY = [
  { type: "string", pattern: "^[A-Z]{3}$" },
  (value: string) => (isCurrency(value) ? null : "must be an active ISO 4217 code"),
] as const;

const dayExpected = expects("a real date YYYY-MM-DD");
export const day = z
  .string(dayExpected)
  .refine(isCalendarDate, dayExpected)
  .meta(documented({ type: "string", format: "date" }));

/** Which disbursements a question is about (docs/portfolio.md#filters). */
export const filterParameters = {
  kind: anyOfEach<"loan" | "purchase">(...oneOf(["loan", "purchase"])).optional(),
  currency: anyOfEach(...CURRENCY).optional(),
  client_id: anyOf(...text(128), true)
    .optional()
    .describe("A purchase is found by each of its clients. Empty: several clients or none."),
  country: anyOf(...text(2), true)
    .optional()
    .describe("Of the client. Empty: none."),
  state: anyOfEach<(typeof STATES)[number]>(...oneOf(STATES)).optional(),
  bucket: anyOf<(typeof BUCKETS)[number]>(...oneOf(BUCKETS), true)
    .optional()
    .describe("Empty: pending, repaid or written off."),
  pledge_creditor: anyOf(...text(256), true)
    .optional()
    .describe("As of the day. Empty: not pledged."),
  insurer_name: anyOf(...text(256), true)
    .optional()
    .describe("Empty: not insured."),
  disbursed_from: day.optional().describe("The first day on which a disbursement starts."),
  disbursed_to: day.optional().describe("The last day on which a disbursement starts."),
} as const;
