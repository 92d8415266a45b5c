import { iso31661Alpha2ToAlpha3 } from "iso-3166";
import { isLosslessNumber, type LosslessNumber } from "lossless-json";
import * as z from "zod";
import { isCurrency } from "../domain/core/currency.ts";
import { parseDate } from "../domain/core/dates.ts";
import { decimalToInteger, writtenDigits } from "../domain/core/decimal.ts";
import type { FieldErrorCode } from "../domain/core/problem.ts";
import { utf8Length } from "../domain/core/utf8.ts";
import type { Field } from "../domain/tape/fields.ts";
import { DATE_OR_TIMESTAMP, documented, EXACT_DECIMAL } from "./documented.ts";
import { isJsonObject, stringifyJson } from "./json.ts";

const ID_CHARACTERS_MAX = 128;
const EMAIL_CHARACTERS_MAX = 254;
const NUMBER_CHARACTERS_MAX = 64;
const DECIMAL_DIGITS_MAX = 18;
const ZERO = /^-?[0.]+(?:[eE]|$)/;
const INTEGER_MAX = 1_000_000;
const OBJECT_BYTES_MAX = 16 * 1024;
const IGNORED_CHARACTERS_MAX = 128;
const CLIENTS_MAX = 100;

/** Controls that no text may carry; tab, line feed and carriage return may stand in free text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
export const CONTROL_OR_BREAK = /[\u0000-\u001f\u007f-\u009f]/;

/** RFC 5321 and 5322: a dot-atom of at most 64 octets at a host name; quoted local parts and addresses in brackets are not in use. */
const EMAIL_LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const EMAIL_LOCAL_CHARACTERS_MAX = 64;
const HOST_NAME =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/;

/** Characters as people and JSON Schema count them: code points, not UTF-16 units. */
export const characters = (text: string) => [...text].length;

function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (text.length > EMAIL_CHARACTERS_MAX || at < 1 || at > EMAIL_LOCAL_CHARACTERS_MAX) return false;
  return EMAIL_LOCAL.test(text.slice(0, at)) && HOST_NAME.test(text.slice(at + 1));
}

const refused = (message: string, code: FieldErrorCode = "invalid_value") => ({
  error: message,
  params: { code },
});

/** An id: 1-128 characters, no control characters, no white space at the ends (docs/api.md#ingest). */
export const idSchema = z
  .string()
  .refine(
    (id) =>
      id !== "" && characters(id) <= ID_CHARACTERS_MAX && id === id.trim() && !CONTROL_OR_BREAK.test(id),
    refused(`must be 1 to ${ID_CHARACTERS_MAX} characters without control characters or outer white space`),
  )
  .meta(documented({ type: "string", minLength: 1, maxLength: ID_CHARACTERS_MAX }));

function textSchema(max: number, required: boolean) {
  const text = z
    .string()
    .trim()
    .refine((value) => characters(value) <= max, refused(`must be at most ${max} characters`))
    .refine((value) => !CONTROL.test(value), refused("must not contain control characters"));
  if (required) {
    return text
      .refine((value) => value !== "", refused("must not be empty"))
      .meta(documented({ type: "string", minLength: 1, maxLength: max }));
  }
  return text
    .transform((value) => (value === "" ? null : value))
    .meta(documented({ type: "string", maxLength: max }));
}

const emailSchema = z
  .string()
  .trim()
  .refine(isEmail, refused(`must be an e-mail address of at most ${EMAIL_CHARACTERS_MAX} characters`))
  .meta(documented({ type: "string", format: "email", maxLength: EMAIL_CHARACTERS_MAX }));

/** Made once: a schema costs many times what it costs to ask it. */
const e164 = z.e164();

const phoneSchema = z
  .string()
  .trim()
  .refine(
    (value) => e164.safeParse(value).success,
    refused("must be a phone number in E.164 form, for example +1234567890"),
  )
  .meta(documented({ type: "string", pattern: "^\\+[1-9][0-9]{6,14}$", examples: ["+1234567890"] }));

const countrySchema = z
  .string()
  .trim()
  .refine(
    (value) => Object.hasOwn(iso31661Alpha2ToAlpha3, value),
    refused("must be an assigned ISO 3166-1 alpha-2 code, for example US"),
  )
  .meta(documented({ type: "string", pattern: "^[A-Z]{2}$", examples: ["US"] }));

const currencySchema = z
  .string()
  .trim()
  .refine(isCurrency, refused("must be an active ISO 4217 code, for example USD"))
  .meta(documented({ type: "string", pattern: "^[A-Z]{3}$", examples: ["USD"] }));

const dateSchema = z
  .string()
  .trim()
  .transform((text, context) => {
    const date = parseDate(text);
    if (date.ok) return date.value;
    context.addIssue({ code: "custom", message: date.error, params: { code: "invalid_value" } });
    return z.NEVER;
  })
  .meta(documented(DATE_OR_TIMESTAMP));

/** A JSON number; anything else, a number in quotes included, is `invalid_type`. */
const numberSchema = z
  .custom<LosslessNumber>(isLosslessNumber, refused("must be a number", "invalid_type"))
  .transform((number) => number.value)
  .refine(
    (text) => text.length <= NUMBER_CHARACTERS_MAX,
    refused(`must be written with at most ${NUMBER_CHARACTERS_MAX} characters`),
  );

/** A bounded decimal: `1e400` would be Infinity to most readers, and `-0` two values in one (docs/api.md#ingest). */
const decimalSchema = numberSchema
  .refine(
    (text) => writtenDigits(text) <= DECIMAL_DIGITS_MAX,
    refused(`must have at most ${DECIMAL_DIGITS_MAX} digits, written out without an exponent`),
  )
  .refine((text) => !(text.startsWith("-") && ZERO.test(text)), refused("must not be negative zero"))
  .meta(documented({ type: "number", description: EXACT_DECIMAL }));

function amountSchema(min: Field["min"]) {
  const exact = { type: "number", description: EXACT_DECIMAL };
  if (min === undefined) return numberSchema.meta(documented(exact));
  const positive = min === "positive";
  return numberSchema
    .refine(
      (text) => {
        const zero = ZERO.test(text);
        return zero ? !positive : !text.startsWith("-");
      },
      refused(positive ? "must be greater than 0" : "must be 0 or more"),
    )
    .meta(documented({ ...exact, ...(positive ? { exclusiveMinimum: 0 } : { minimum: 0 }) }));
}

const integerSchema = numberSchema
  .transform((text, context) => {
    const value = decimalToInteger(text);
    if (value !== null && value >= 0 && value <= INTEGER_MAX) return value;
    const message = `must be a whole number from 0 to ${INTEGER_MAX}`;
    context.addIssue({ code: "custom", message, params: { code: "invalid_value" } });
    return z.NEVER;
  })
  .meta(documented({ type: "integer", minimum: 0, maximum: INTEGER_MAX }));

/** A free-form object, kept as JSON text with its numbers as they were sent. */
const objectSchema = z
  .custom<object>(isJsonObject, refused("must be an object", "invalid_type"))
  .transform(stringifyJson)
  .refine(
    (text) => utf8Length(text) <= OBJECT_BYTES_MAX,
    refused(`must be at most ${OBJECT_BYTES_MAX} bytes as JSON`),
  )
  .meta(documented({ type: "object", additionalProperties: true }));

const CLIENTS_DOCUMENTED = {
  type: "array",
  minItems: 1,
  maxItems: CLIENTS_MAX,
  uniqueItems: true,
  items: {
    type: "object",
    properties: { client_id: { type: "string", minLength: 1, maxLength: ID_CHARACTERS_MAX } },
    required: ["client_id"],
    additionalProperties: false,
  },
};

/** The length is checked first and alone: a body has room for 16,000 items, and each wrong one would be an error. */
const clientsSchema = z
  .array(z.unknown())
  .refine(
    ({ length }) => length >= 1 && length <= CLIENTS_MAX,
    refused(`must hold 1 to ${CLIENTS_MAX} clients`),
  )
  .pipe(z.array(z.strictObject({ client_id: idSchema })))
  .transform((items) => items.map(({ client_id }) => client_id))
  .superRefine((ids, context) => {
    const seen = new Set<string>();
    for (const [index, id] of ids.entries()) {
      const path = [index, "client_id"];
      const message = "must not name a client twice";
      if (seen.has(id))
        context.addIssue({ code: "custom", path, message, params: { code: "invalid_value" } });
      seen.add(id);
    }
  })
  .meta(documented(CLIENTS_DOCUMENTED));

/** What old callers still send: read, bounded, and kept nowhere but in the event's data. */
export const ignoredTextSchema = z
  .string()
  .refine(
    (text) => characters(text) <= IGNORED_CHARACTERS_MAX,
    refused(`must be at most ${IGNORED_CHARACTERS_MAX} characters`),
  )
  .meta(documented({ type: "string", maxLength: IGNORED_CHARACTERS_MAX, deprecated: true }))
  .nullish();

/** The schema of one field's value on the wire; its output is what the domain calls a change. */
export function valueSchema(field: Field): z.ZodType {
  switch (field.type) {
    case "id":
      return idSchema;
    case "text":
      return textSchema(field.max ?? 256, field.required);
    case "email":
      return emailSchema;
    case "phone":
      return phoneSchema;
    case "country":
      return countrySchema;
    case "currency":
      return currencySchema;
    case "enum":
      return z.enum([...(field.values ?? [])]);
    case "boolean":
      return z.boolean();
    case "integer":
      return integerSchema;
    case "decimal":
      return decimalSchema;
    case "amount":
      return amountSchema(field.min);
    case "date":
      return dateSchema;
    case "object":
      return objectSchema;
    case "clients":
      return clientsSchema;
  }
}
