import * as z from "zod";
import { documented } from "../documented.ts";
import { isScope, SCOPES, type Scope } from "../scopes.ts";
import { CONTROL_OR_BREAK, characters } from "../values.ts";

const NAME_CHARACTERS_MAX = 64;
const SCOPES_MAX = 100;
/** RFC 3339 with an offset. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

const name = z
  .string()
  .trim()
  .refine(
    (text) => text !== "" && characters(text) <= NAME_CHARACTERS_MAX && !CONTROL_OR_BREAK.test(text),
    `must be 1 to ${NAME_CHARACTERS_MAX} characters without control characters`,
  )
  .meta(documented({ type: "string", minLength: 1, maxLength: NAME_CHARACTERS_MAX }))
  .describe("What it is for, without the name of a person: names are stored in the first database.");

const scope = z
  .string()
  .refine(isScope, `must be one of ${SCOPES.join(", ")}`)
  .meta(documented({ type: "string", enum: SCOPES }));

const scopes = z
  .array(z.unknown())
  .refine(({ length }) => length >= 1 && length <= SCOPES_MAX, `must name 1 to ${SCOPES_MAX} scopes`)
  .pipe(z.array(scope))
  .transform((named): readonly Scope[] => [...new Set(named.filter(isScope))])
  .meta(documented({ type: "array", minItems: 1, items: { type: "string", enum: SCOPES } }))
  .describe("Each must be one of the caller's own.");

const expiresAt = z
  .string()
  .transform((text, context) => {
    const time = TIMESTAMP.test(text) ? Date.parse(text) : Number.NaN;
    if (!Number.isNaN(time)) return time;
    context.addIssue({ code: "custom", message: "must be an RFC 3339 timestamp with an offset" });
    return z.NEVER;
  })
  .meta(documented({ type: "string", format: "date-time" }))
  .describe("When it ends; never, if it is left out.");

/** Body of `POST /v1/api-keys` (docs/api.md#api-keys). */
export const newApiKeyBody = z.strictObject({ name, scopes, expires_at: expiresAt.nullish() });
