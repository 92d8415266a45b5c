import { LosslessNumber } from "lossless-json";
import * as z from "zod";
import type { Dimension } from "../../domain/analytics/dimensions.ts";
import { type DecimalText, parseDecimal } from "../../domain/core/decimal.ts";
import { fractionOf, isAbove } from "../../domain/core/fraction.ts";
import { COUNT_RULES, FACT_RULES, LIST_RULES, MAX_COVENANTS } from "../../domain/facility/terms.ts";
import { groupText } from "../../domain/position/open-info.ts";
import { documented, EXACT_DECIMAL, type JsonSchema } from "../documented.ts";
import { stringifyJson } from "../json.ts";
import { DIMENSION_NAMES, dimensionNamed } from "../position/groups.ts";
import { valueSchema } from "../values.ts";

/** The most rules, limits and covenants of a facility, each. */
const ENTRIES_MAX = 50;
const VALUES_MAX = 200;
const VALUE_CHARACTERS_MAX = 256;

const refused = (message: string) => ({ error: message, params: { code: "invalid_value" } });

/** A list whose length is checked first and alone: a body has room for thousands of wrong items. */
function listUpTo<T extends z.ZodType>(max: number, item: T, documentedItem: JsonSchema, min = 0) {
  return z
    .array(z.unknown())
    .refine(({ length }) => length >= min && length <= max, refused(`must hold ${min} to ${max} entries`))
    .pipe(z.array(item))
    .meta(documented({ type: "array", minItems: min, maxItems: max, items: documentedItem }));
}

const decimal = valueSchema({ type: "decimal", required: true }) as z.ZodType<DecimalText>;
/** An amount in major units; its decimals are checked once the currency is known. */
export const amount = valueSchema({ type: "amount", required: true, min: "zero" }) as z.ZodType<DecimalText>;
const count = valueSchema({ type: "integer", required: true }) as z.ZodType<number>;
const country = valueSchema({ type: "country", required: true }) as z.ZodType<string>;

const ONE = fractionOf("1");
const isNegative = (text: DecimalText) => parseDecimal(text).negative;
const NUMBER = { type: "number", minimum: 0, description: EXACT_DECIMAL };

/** A share or a rate. */
export const share = decimal
  .refine((text) => !isNegative(text) && !isAbove(fractionOf(text), ONE), refused("must be from 0 to 1"))
  .meta(documented({ ...NUMBER, maximum: 1 }));

const days = decimal
  .refine((text) => !isNegative(text), refused("must be 0 or more"))
  .meta(documented(NUMBER));

const TEXT: JsonSchema = { type: "string", minLength: 1, maxLength: VALUE_CHARACTERS_MAX };
const text = valueSchema({ type: "text", required: true, max: VALUE_CHARACTERS_MAX }) as z.ZodType<string>;
const KINDS = ["loan", "purchase"] as const;
const values = <T extends z.ZodType>(item: T, documentedItem: JsonSchema = TEXT) =>
  listUpTo(VALUES_MAX, item, documentedItem, 1);

/** The value of a member of `info`, as the text of its group. */
const groupValue = z
  .union([text, z.boolean(), decimal.transform((value) => new LosslessNumber(value))])
  .transform((value) => groupText(stringifyJson(value)) ?? "");
const GROUP_VALUE: JsonSchema = { anyOf: [TEXT, { type: "number" }, { type: "boolean" }] };

const COUNTRY: JsonSchema = { type: "string", pattern: "^[A-Z]{2}$" };

const ruleMembers = {
  max_days_past_due: count,
  min_outstanding: amount,
  max_outstanding: amount,
  max_remaining_days: count,
  max_original_days: count,
  min_seasoning_days: count,
  max_extensions: count,
  no_write_off: z.literal(true),
  insured: z.literal(true),
  kind_in: values(z.enum(KINDS), { type: "string", enum: KINDS }),
  country_in: values(country, COUNTRY),
  country_not_in: values(country, COUNTRY),
  info_in: z.strictObject({ member: text, values: values(groupValue, GROUP_VALUE) }),
};

const RULE_NAMES = Object.keys(ruleMembers);

const rule = z
  .strictObject(ruleMembers)
  .partial()
  .refine(
    (one) => Object.values(one).filter((value) => value !== undefined).length === 1,
    refused(`must have exactly one of ${RULE_NAMES.join(", ")}`),
  );
export type SentRule = z.output<typeof rule>;

const documentedValues = (item: JsonSchema): JsonSchema => ({
  type: "array",
  minItems: 1,
  maxItems: VALUES_MAX,
  items: item,
});
const eachOf = (names: readonly string[], schema: JsonSchema) =>
  Object.fromEntries(names.map((name) => [name, schema]));

const RULE: JsonSchema = {
  type: "object",
  minProperties: 1,
  maxProperties: 1,
  properties: {
    ...eachOf(COUNT_RULES, { type: "integer", minimum: 0, maximum: 1_000_000 }),
    ...eachOf(["min_outstanding", "max_outstanding"], NUMBER),
    ...eachOf(FACT_RULES, { const: true }),
    ...eachOf(LIST_RULES, documentedValues(COUNTRY)),
    kind_in: documentedValues({ type: "string", enum: KINDS }),
    info_in: {
      type: "object",
      properties: { member: TEXT, values: documentedValues(GROUP_VALUE) },
      required: ["member", "values"],
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};

export const eligibility = listUpTo(ENTRIES_MAX, rule, RULE);

const by = z.string().transform((name, context): Dimension => {
  const dimension = dimensionNamed(name);
  if (dimension) return dimension;
  const message = `must be one of ${DIMENSION_NAMES}`;
  context.addIssue({ code: "custom", message, params: { code: "invalid_value" } });
  return z.NEVER;
});

const limit = z.strictObject({
  by,
  max_share: share,
  values: values(groupValue.nullable()).optional(),
});

export const limits = listUpTo(ENTRIES_MAX, limit, {
  type: "object",
  properties: {
    by: { type: "string" },
    max_share: { ...NUMBER, maximum: 1 },
    values: documentedValues({ anyOf: [GROUP_VALUE, { type: "null" }] }),
  },
  required: ["by", "max_share"],
  additionalProperties: false,
});

const covenant = z.discriminatedUnion(
  "code",
  [
    z.strictObject({ code: z.enum(["par0", "par30", "par90", "largest_client_share"]), max: share }),
    z.strictObject({ code: z.literal("average_remaining_days"), max: days }),
    z.strictObject({ code: z.literal("pool_outstanding"), min: amount }),
  ],
  {
    error: ({ code }) =>
      code === "invalid_union" ? `must be one of ${MAX_COVENANTS.join(", ")}, pool_outstanding` : undefined,
  },
);
export type SentCovenant = z.output<typeof covenant>;

const ofCode = (codes: readonly string[], bound: "max" | "min", schema: JsonSchema): JsonSchema => ({
  type: "object",
  properties: { code: { type: "string", enum: codes }, [bound]: schema },
  required: ["code", bound],
  additionalProperties: false,
});

export const covenants = listUpTo(ENTRIES_MAX, covenant, {
  anyOf: [ofCode(MAX_COVENANTS, "max", NUMBER), ofCode(["pool_outstanding"], "min", NUMBER)],
});
