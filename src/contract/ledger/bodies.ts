import * as z from "zod";
import { isCurrency } from "../../domain/core/currency.ts";
import { isCalendarDate } from "../../domain/core/dates.ts";
import { INT64_MAX } from "../../domain/core/money.ts";
import type { Problem } from "../../domain/core/problem.ts";
import { invalid } from "../../domain/core/problem.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { DisbursementPosting, Reversal } from "../../domain/ledger/decide.ts";
import { fieldErrors } from "../field-errors.ts";
import { isJsonObject, stringifyJson } from "../json.ts";
import { CONTROL_OR_BREAK, characters } from "../values.ts";

const METADATA_BYTES_MAX = 2048;
const DESTINATION_CHARACTERS_MAX = 255;
const DESCRIPTION_CHARACTERS_MAX = 500;

const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const AMOUNT = /^(0|[1-9][0-9]{0,18})$/;
const METADATA_KEY = /^[a-zA-Z][a-zA-Z0-9_]*$/;

/** A UUID in any case; RFC 9562 has it compared without regard to case, so it is kept in lower case. */
const uuidSchema = z
  .string()
  .refine((text) => UUID.test(text), "must be a UUID")
  .toLowerCase();

/** Minor units as text: a JSON number would lose digits beyond 2^53 (docs/api.md#ledger). */
const amountMinorSchema = z
  .string()
  .refine((text) => AMOUNT.test(text), "must be 1 to 19 digits without leading zeros")
  .refine((text) => !AMOUNT.test(text) || BigInt(text) <= INT64_MAX, `must be at most ${INT64_MAX}`)
  .transform(BigInt);

/** Three capital letters and nothing around them (docs/api.md#ledger): the ledger trims no text. */
const currencySchema = z
  .string()
  .refine(isCurrency, "must be an active ISO 4217 code in capital letters, for example USD");

const calendarDateSchema = z.string().refine(isCalendarDate, "must be a real date YYYY-MM-DD");

const metadataSchema = z
  .custom<object>(isJsonObject, { error: "must be an object", params: { code: "invalid_type" } })
  .refine(
    (metadata) => Object.keys(metadata).every((key) => METADATA_KEY.test(key)),
    `must have keys that match ${METADATA_KEY.source}`,
  )
  .refine(
    (metadata) => new TextEncoder().encode(stringifyJson(metadata)).length <= METADATA_BYTES_MAX,
    `must be at most ${METADATA_BYTES_MAX} bytes as JSON`,
  );

const printable = (max: number) =>
  z
    .string()
    .refine((text) => text !== "" && characters(text) <= max, `must be 1 to ${max} characters`)
    .refine((text) => !CONTROL_OR_BREAK.test(text), "must not contain control characters");

/** Body of `POST /v1/disbursements` (docs/api.md#ledger). */
const disbursementSchema = z.strictObject({
  loan_id: uuidSchema,
  borrower_id: uuidSchema,
  amount_minor: amountMinorSchema,
  currency: currencySchema,
  effective_at: calendarDateSchema,
  method: z.enum(["ach", "wire", "card_push", "internal_transfer"]),
  destination_ref: printable(DESTINATION_CHARACTERS_MAX),
  metadata: metadataSchema.nullish(),
});

/** Body of `POST /v1/reversals` (docs/api.md#ledger). */
const reversalSchema = z.strictObject({
  reverses_entry_id: uuidSchema,
  reason_code: z.enum(["error_correction", "duplicate", "returned", "other"]),
  reason_description: printable(DESCRIPTION_CHARACTERS_MAX).nullish(),
  effective_at: calendarDateSchema.nullish(),
  metadata: metadataSchema.nullish(),
});

function parseWith<T extends z.ZodType>(schema: T, body: unknown): Result<z.infer<T>, Problem> {
  const parsed = schema.safeParse(body, { reportInput: true });
  return parsed.success ? ok(parsed.data) : err(invalid(fieldErrors(parsed.error.issues, [])));
}

/** Checks a disbursement's body; `actor` is the token's subject. Metadata stays with the event's data. */
export function parseDisbursement(body: unknown, actor: string | null): Result<DisbursementPosting, Problem> {
  const parsed = parseWith(disbursementSchema, body);
  if (!parsed.ok) return parsed;
  const { metadata: _, ...posting } = parsed.value;
  return ok({ type: "post_disbursement", ...posting, actor });
}

/** Checks a reversal's body. */
export function parseReversal(body: unknown, actor: string | null): Result<Reversal, Problem> {
  const parsed = parseWith(reversalSchema, body);
  if (!parsed.ok) return parsed;
  const { reverses_entry_id, reason_code, reason_description, effective_at } = parsed.value;
  return ok({
    type: "reverse",
    reverses_entry_id,
    reason_code,
    reason_description: reason_description ?? null,
    effective_at: effective_at ?? null,
    actor,
  });
}
