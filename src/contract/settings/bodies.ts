import { isLosslessNumber, type LosslessNumber } from "lossless-json";
import * as z from "zod";
import { isTimeZone } from "../../domain/core/calendar.ts";
import type { Result } from "../../domain/core/result.ts";
import { parseArrearsTolerance, parseToleranceShare } from "../../domain/position/tolerance.ts";
import { documented, type JsonSchema } from "../documented.ts";
import { CONTROL_OR_BREAK, characters } from "../values.ts";

const DIMENSIONS_MAX = 20;
const NAME_CHARACTERS_MAX = 64;

const dimension = z
  .string()
  .refine(
    (name) =>
      name !== "" &&
      name === name.trim() &&
      characters(name) <= NAME_CHARACTERS_MAX &&
      !CONTROL_OR_BREAK.test(name),
    `must be 1 to ${NAME_CHARACTERS_MAX} characters without control characters or outer white space`,
  )
  .meta(documented({ type: "string", minLength: 1, maxLength: NAME_CHARACTERS_MAX }));

const dimensions = z
  .array(dimension)
  .refine((names) => names.length <= DIMENSIONS_MAX, `must have at most ${DIMENSIONS_MAX} names`)
  .refine((names) => new Set(names).size === names.length, "must name no member twice")
  .meta({ maxItems: DIMENSIONS_MAX, uniqueItems: true });

/** A decimal as a number or as text, which is kept as text. */
const decimalText = (parse: (text: string) => Result<unknown, string>, schema: JsonSchema) =>
  z
    .union([
      z.string(),
      z.custom<LosslessNumber>(isLosslessNumber, {
        error: "must be a decimal",
        params: { code: "invalid_type" },
      }),
    ])
    .transform((value, context) => {
      const text = typeof value === "string" ? value : value.value;
      const parsed = parse(text);
      if (parsed.ok) return text;
      context.addIssue({ code: "custom", message: parsed.error });
      return z.NEVER;
    })
    .meta(documented(schema));

/** Any subset of the settings (docs/api.md#settings). */
export const settingsBody = z.strictObject({
  time_zone: z
    .string()
    .refine(isTimeZone, 'must be an IANA name such as "Asia/Tokyo", and no offset')
    .optional()
    .describe("The time zone whose days count. It stays once bookkeeping was ever on."),
  arrears_tolerance: decimalText(parseArrearsTolerance, { type: ["string", "number"] })
    .optional()
    .describe("Arrears up to this amount make nothing late: `100`, or `USD:100,JPY:10000`."),
  arrears_tolerance_share: decimalText(parseToleranceShare, { type: ["string", "number"] })
    .optional()
    .describe("Arrears up to this share of outstanding principal make nothing late: 0 to 1."),
  report_dimensions: z
    .strictObject({ disbursement: dimensions.optional(), client: dimensions.optional() })
    .optional()
    .describe("Members of `info` by which reports may filter and group. They are not personal."),
  anonymous_clients: z
    .boolean()
    .optional()
    .describe("True: a client need not have a name, address or other data that name a person."),
});
