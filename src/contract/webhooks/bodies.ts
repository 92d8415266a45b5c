import { isLosslessNumber, type LosslessNumber } from "lossless-json";
import * as z from "zod";
import { decimalToInteger } from "../../domain/core/decimal.ts";
import { WEBHOOK_TYPES } from "../../domain/core/webhook.ts";
import { documented } from "../documented.ts";
import { CONTROL_OR_BREAK, characters } from "../values.ts";

const DESCRIPTION_CHARACTERS_MAX = 256;
const SEQUENCE_MAX = 2 ** 40;

/** What is wrong with a destination, as the rest of a sentence; null when nothing is. */
export type DestinationCheck = (url: string) => string | null;

const eventTypes = z
  .array(z.enum(WEBHOOK_TYPES))
  .refine(
    (types) => types.length > 0 && new Set(types).size === types.length,
    "must name one or more event types, none of them twice",
  )
  .meta({ minItems: 1, uniqueItems: true });

const description = z
  .string()
  .refine(
    (text) => text !== "" && characters(text) <= DESCRIPTION_CHARACTERS_MAX,
    `must be 1 to ${DESCRIPTION_CHARACTERS_MAX} characters`,
  )
  .refine((text) => !CONTROL_OR_BREAK.test(text), "must not contain control characters")
  .meta(documented({ type: "string", minLength: 1, maxLength: DESCRIPTION_CHARACTERS_MAX }));

const sequence = z
  .custom<LosslessNumber>(isLosslessNumber, { error: "must be a number", params: { code: "invalid_type" } })
  .transform((number, context) => {
    const value = decimalToInteger(number.value);
    if (value !== null && value >= 1 && value < SEQUENCE_MAX) return value;
    context.addIssue({ code: "custom", message: "must be a whole number, 1 or more" });
    return z.NEVER;
  })
  .meta(documented({ type: "integer", minimum: 1 }));

function destination(check: DestinationCheck) {
  return z
    .string()
    .transform((text, context) => {
      const stored = URL.canParse(text) ? new URL(text).href : text;
      const fault = check(stored);
      if (fault === null) return stored;
      context.addIssue({ code: "custom", message: fault });
      return z.NEVER;
    })
    .meta(documented({ type: "string", format: "uri", maxLength: 2048 }));
}

/** Body of `POST /v1/webhook-endpoints` (docs/api.md#webhooks). */
export const newEndpointSchema = (check: DestinationCheck) =>
  z.strictObject({
    url: destination(check),
    event_types: eventTypes.optional(),
    description: description.nullish(),
    from_sequence: sequence.optional(),
  });

/** Body of `PATCH /v1/webhook-endpoints/{endpoint_id}`. */
export const changeSchema = (check: DestinationCheck) =>
  z.strictObject({
    url: destination(check).optional(),
    event_types: eventTypes.optional(),
    description: description.nullish(),
    status: z.enum(["enabled", "disabled"]).optional(),
  });

/** Body of `POST …/rotate-secret`. */
export const rotationSchema = z.strictObject({ expire_previous: z.boolean().optional() });

/** Body of `POST …/replay`. */
export const replaySchema = z.strictObject({ from_sequence: sequence });
