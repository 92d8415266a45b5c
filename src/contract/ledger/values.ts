import * as z from "zod";
import { isCurrency } from "../../domain/core/currency.ts";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { INT64_MAX } from "../../domain/core/money.ts";
import { utf8Length } from "../../domain/core/utf8.ts";
import { REMAINDER_SCALE } from "../../domain/ledger/interest.ts";
import { documented } from "../documented.ts";
import { isJsonObject, stringifyJson } from "../json.ts";
import { CONTROL_OR_BREAK, characters } from "../values.ts";

const METADATA_BYTES_MAX = 2048;

const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const AMOUNT = /^(0|[1-9][0-9]{0,18})$/;
const METADATA_KEY = /^[a-zA-Z][a-zA-Z0-9_]*$/;

/** A UUID in any case. RFC 9562 compares UUIDs without regard to case, so it is stored in lower case. */
export const uuid = z
  .string()
  .refine((text) => UUID.test(text), "must be a UUID")
  .toLowerCase()
  .meta(documented({ type: "string", format: "uuid" }));

/** How minor units are written, in bodies and answers. */
export const AMOUNT_MINOR = {
  type: "string",
  pattern: AMOUNT.source,
  description: "Minor units of the currency as digits, at most 9223372036854775807.",
};

/** Minor units as text: a JSON number would lose digits beyond 2^53 (docs/api.md#ledger). */
export const amountMinor = z
  .string()
  .refine((text) => AMOUNT.test(text), "must be 1 to 19 digits without leading zeros")
  .refine((text) => !AMOUNT.test(text) || BigInt(text) <= INT64_MAX, `must be at most ${INT64_MAX}`)
  .transform(BigInt)
  .meta(documented(AMOUNT_MINOR));

/** Three capital letters without surrounding spaces (docs/api.md#ledger): the ledger trims no text. */
export const currency = z
  .string()
  .refine(isCurrency, "must be an active ISO 4217 code in capital letters, for example USD")
  .meta(documented({ type: "string", pattern: "^[A-Z]{3}$", examples: ["USD"] }));

export const calendarDate = z
  .string()
  .refine(isCalendarDate, "must be a real date YYYY-MM-DD")
  .meta(documented({ type: "string", format: "date" }));

/** Free data of the caller; it stays with the event's data. */
export const metadata = z
  .custom<object>(isJsonObject, { error: "must be an object", params: { code: "invalid_type" } })
  .refine(
    (value) => Object.keys(value).every((key) => METADATA_KEY.test(key)),
    `must have keys that match ${METADATA_KEY.source}`,
  )
  .refine(
    (value) => utf8Length(stringifyJson(value)) <= METADATA_BYTES_MAX,
    `must be at most ${METADATA_BYTES_MAX} bytes as JSON`,
  )
  .meta(documented({ type: "object", propertyNames: { pattern: METADATA_KEY.source } }))
  .nullish();

export const printable = (max: number) =>
  z
    .string()
    .refine((text) => text !== "" && characters(text) <= max, `must be 1 to ${max} characters`)
    .refine((text) => !CONTROL_OR_BREAK.test(text), "must not contain control characters")
    .meta(documented({ type: "string", minLength: 1, maxLength: max }));

const REASON_CHARACTERS_MAX = 500;

export const reason = printable(REASON_CHARACTERS_MAX)
  .refine((text) => text === "" || text.trim() !== "", "must not be blank")
  .meta(documented({ type: "string", minLength: 1, maxLength: REASON_CHARACTERS_MAX, pattern: "\\S" }));

/** An optional member: absent and null are the same. */
export const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value): z.output<T> | null => value ?? null);

/** The caller's own name for a posting. */
export const reference = optional(printable(255));

/** An amount that must move something. */
export const positiveAmount = amountMinor
  .refine((amount) => amount > 0n, "must be at least 1")
  .meta(documented({ ...AMOUNT_MINOR, not: { const: "0" } }));

const SIGNED_AMOUNT = /^(0|-?[1-9][0-9]{0,18})$/;

/** Minor units that may be negative, as for an overdrawn account. */
export const signedAmount = z
  .string()
  .refine(
    (text) => SIGNED_AMOUNT.test(text),
    "must be 1 to 19 digits without leading zeros, after a minus sign or not",
  )
  .refine(
    (text) => !SIGNED_AMOUNT.test(text) || BigInt(text.replace("-", "")) <= INT64_MAX,
    `must be from -${INT64_MAX} to ${INT64_MAX}`,
  )
  .transform(BigInt)
  .meta(documented({ type: "string", pattern: SIGNED_AMOUNT.source, description: "Minor units as digits." }));

const BANK_ACCOUNT_REF = /^[A-Za-z0-9_.:-]{1,64}$/;

export const bankAccountRef = z
  .string()
  .refine(
    (text) => BANK_ACCOUNT_REF.test(text),
    "must be 1 to 64 letters, digits, dots, underscores, colons and hyphens",
  )
  .meta(documented({ type: "string", pattern: BANK_ACCOUNT_REF.source }));

/** The bank account of cash, with a default for bodies that name none. */
export const cashAccount = bankAccountRef.nullish().transform((ref) => ref ?? "main");

const RATE = /^(0|[1-9][0-9]?)(\.[0-9]{1,12})?$/;

/** An exact annual rate as text: 0.1375 is 13.75 %. */
export const annualRate = z
  .string()
  .refine(
    (text) => RATE.test(text) && !/^10\.0*[1-9]|^1[1-9]|^[2-9][0-9]/.test(text),
    "must be a decimal from 0 to 10 with at most 12 decimals, for example 0.1375",
  )
  .meta(documented({ type: "string", pattern: RATE.source, examples: ["0.1375"] }));

/**
 * A list of `min` items or more. One that is too long gets only that one error: a body has room for thousands of items, and each
 * wrong one would be another error.
 */
export const itemList = <T extends z.ZodType>(item: T, max: number, noun: string, min = 1) =>
  z
    .array(z.unknown())
    .refine(({ length }) => length >= min && length <= max, `must hold 1 to ${max} ${noun}`)
    .pipe(z.array(item));

/** A list of loans, each at most once. */
export const loanList = <T extends z.ZodType>(
  item: T,
  max: number,
  idOf: (value: z.output<T>) => string,
  min = 1,
) =>
  itemList(item, max, "loans", min).superRefine((items, context) => {
    const seen = new Set<string>();
    for (const [index, value] of items.entries()) {
      const id = idOf(value);
      if (seen.has(id)) {
        context.addIssue({
          code: "custom",
          path: [index],
          message: "must not name a loan twice",
          params: { code: "invalid_value" },
        });
      }
      seen.add(id);
    }
  });

const REMAINDER = /^-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,12})?$/;
const HALF_A_UNIT = REMAINDER_SCALE / 2n;

/** How a remainder of interest is written. */
export const REMAINDER_TEXT = {
  type: "string",
  pattern: REMAINDER.source,
  examples: ["-0.041095890411"],
} as const;

/** What rounding interest left over, as text in minor units; in units of 10^-12 of them once it is read. */
export const interestRemainder = z
  .string()
  .refine((text) => REMAINDER.test(text), "must be a decimal with at most 12 decimals, for example -0.25")
  .refine((text) => !REMAINDER.test(text) || remainderOf(text) <= HALF_A_UNIT, "must be at most 0.5")
  .transform(remainderOf)
  .meta(documented(REMAINDER_TEXT));

function remainderOf(text: string): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const size = BigInt(whole) * REMAINDER_SCALE + BigInt(fraction.padEnd(12, "0"));
  return text.startsWith("-") ? -size : size;
}

/** A remainder as answers show it. */
export function remainderText(remainder: bigint): string {
  const size = remainder < 0n ? -remainder : remainder;
  const fraction = (size % REMAINDER_SCALE).toString().padStart(12, "0").replace(/0+$/, "");
  const whole = `${remainder < 0n ? "-" : ""}${size / REMAINDER_SCALE}`;
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/**
 * True for a remainder that rounding half to even can leave over. One below -0.5 only where no interest was posted, because
 * interest is never negative: reversals may leave so much to be owed back. A text was refused before.
 */
export const isRemainderOf = (interest_minor: bigint, remainder: bigint | string | null): boolean =>
  typeof remainder !== "bigint" || remainder >= -HALF_A_UNIT || interest_minor === 0n;
