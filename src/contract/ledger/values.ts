import * as z from "zod";
import { isCurrency } from "../../domain/core/currency.ts";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { INT64_MAX } from "../../domain/core/money.ts";
import { documented } from "../documented.ts";
import { isJsonObject, stringifyJson } from "../json.ts";
import { CONTROL_OR_BREAK, characters } from "../values.ts";

const METADATA_BYTES_MAX = 2048;

const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const AMOUNT = /^(0|[1-9][0-9]{0,18})$/;
const METADATA_KEY = /^[a-zA-Z][a-zA-Z0-9_]*$/;

/** A UUID in any case; RFC 9562 has it compared without regard to case, so it is kept in lower case. */
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

/** Three capital letters and nothing around them (docs/api.md#ledger): the ledger trims no text. */
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
    (value) => new TextEncoder().encode(stringifyJson(value)).length <= METADATA_BYTES_MAX,
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

/** An optional member: absent and null are the same. */
export const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value): z.output<T> | null => value ?? null);
