import * as z from "zod";
import type { Problem } from "../../domain/core/problem.ts";
import { invalid } from "../../domain/core/problem.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import type { LedgerCommandOf, LedgerCommandType } from "../../domain/ledger/decide.ts";
import { fieldErrors } from "../field-errors.ts";
import { amountMinor, calendarDate, currency, metadata, optional, printable, uuid } from "./values.ts";

const REFERENCE_CHARACTERS_MAX = 255;
const DESCRIPTION_CHARACTERS_MAX = 500;

/** Body of `POST /v1/disbursements`. */
const disbursement = z.strictObject({
  loan_id: uuid,
  borrower_id: uuid,
  amount_minor: amountMinor,
  currency,
  effective_at: calendarDate,
  method: z.enum(["ach", "wire", "card_push", "internal_transfer"]),
  destination_ref: optional(printable(REFERENCE_CHARACTERS_MAX)),
  metadata,
});

/** Body of `POST /v1/reversals`. */
const reversal = z.strictObject({
  reverses_entry_id: uuid,
  reason_code: z.enum(["error_correction", "duplicate", "returned", "other"]),
  reason_description: optional(printable(DESCRIPTION_CHARACTERS_MAX)),
  effective_at: optional(calendarDate),
  metadata,
});

/** What the wire says of a command: all but its type and who sent it, and its metadata, which the log keeps. */
type BodyOf<T extends LedgerCommandType> = Omit<LedgerCommandOf<T>, "type" | "actor"> & {
  readonly metadata?: object | null | undefined;
};

/** The wire shape of each ledger command (docs/api.md#ledger). */
export const BODIES: { readonly [T in LedgerCommandType]: z.ZodType<BodyOf<T>> } = { disbursement, reversal };

/** Checks the body of a ledger route; `actor` is the token's subject. Metadata stays with the event's data. */
export function parseLedgerBody<T extends LedgerCommandType>(
  type: T,
  body: unknown,
  actor: string | null,
): Result<LedgerCommandOf<T>, Problem> {
  const parsed = BODIES[type].safeParse(body, { reportInput: true });
  if (!parsed.success) return err(invalid(fieldErrors(parsed.error.issues, [])));
  const { metadata: _, ...command } = parsed.data;
  return ok({ ...command, type, actor } as unknown as LedgerCommandOf<T>);
}
