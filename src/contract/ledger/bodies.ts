import * as z from "zod";
import type { Problem } from "../../domain/core/problem.ts";
import { invalid } from "../../domain/core/problem.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { DAY_COUNT_CONVENTIONS } from "../../domain/ledger/day-count.ts";
import type { LedgerCommandOf, LedgerCommandType } from "../../domain/ledger/decide.ts";
import { documented } from "../documented.ts";
import { fieldErrors, unknownField } from "../field-errors.ts";
import { isJsonObject } from "../json.ts";
import {
  AMOUNT_MINOR,
  amountMinor,
  bankAccountRef,
  calendarDate,
  cashAccount,
  currency,
  loanList,
  metadata,
  optional,
  positiveAmount,
  printable,
  signedAmount,
  uuid,
} from "./values.ts";

/** The most loans of one accrual (docs/ledger.md#accruals). */
export const ACCRUAL_LOANS_MAX = 2_000;

const REASON_CHARACTERS_MAX = 500;

const reference = optional(printable(255));
const reason = printable(REASON_CHARACTERS_MAX)
  .refine((text) => text === "" || text.trim() !== "", "must not be blank")
  .meta(documented({ type: "string", minLength: 1, maxLength: REASON_CHARACTERS_MAX, pattern: "\\S" }));
const loan = { loan_id: uuid, borrower_id: uuid, currency, effective_at: calendarDate };
const sourceMethod = z.enum(["ach", "wire", "card", "check", "cash", "internal_transfer"]);
const feeType = z
  .string()
  .refine((text) => /^[a-z][a-z0-9_]{0,63}$/.test(text), "must match ^[a-z][a-z0-9_]{0,63}$")
  .meta(documented({ type: "string", pattern: "^[a-z][a-z0-9_]{0,63}$" }));

const disbursement = z.strictObject({
  ...loan,
  amount_minor: amountMinor,
  method: z.enum(["ach", "wire", "card_push", "internal_transfer"]),
  destination_ref: reference,
  metadata,
});

const disbursement_settled = z.strictObject({
  disbursement_entry_id: uuid,
  effective_at: calendarDate,
  bank_account_ref: cashAccount,
  external_ref: reference,
  metadata,
});

const payment_received = z.strictObject({
  ...loan,
  amount_minor: positiveAmount,
  source_method: sourceMethod,
  external_ref: reference,
  bank_account_ref: cashAccount,
  metadata,
});

const payment_allocated = z.strictObject({ ...loan, amount_minor: optional(positiveAmount), metadata });

const fee_assessed = z.strictObject({
  ...loan,
  amount_minor: positiveAmount,
  fee_type: feeType,
  external_ref: reference,
  metadata,
});

const fee_waived = z.strictObject({ ...loan, amount_minor: positiveAmount, reason, metadata });

const accruedLoan = z.strictObject({
  loan_id: uuid,
  outstanding_principal_minor: amountMinor,
  interest_minor: amountMinor,
});

const ACCRUED_LOAN = {
  type: "object",
  properties: {
    loan_id: { type: "string", format: "uuid" },
    outstanding_principal_minor: AMOUNT_MINOR,
    interest_minor: AMOUNT_MINOR,
  },
  required: ["loan_id", "outstanding_principal_minor", "interest_minor"],
  additionalProperties: false,
};

const accrual = z
  .strictObject({
    program_id: uuid,
    accrual_date: calendarDate,
    day_count_convention: z.enum(DAY_COUNT_CONVENTIONS),
    currency,
    loans: loanList(accruedLoan, ACCRUAL_LOANS_MAX, ({ loan_id }) => loan_id).meta(
      documented({ type: "array", minItems: 1, maxItems: ACCRUAL_LOANS_MAX, items: ACCRUED_LOAN }),
    ),
    /** Ignored, so that a client can send the answer of a preview unchanged. */
    next_page_token: z
      .unknown()
      .optional()
      .meta(documented({ description: "Ignored." })),
    metadata,
  })
  .transform(({ next_page_token: _, ...rest }) => rest);

const chargeoff = z.strictObject({ ...loan, reason, metadata });

const manual_adjustment = z.strictObject({
  bank_account_ref: cashAccount,
  currency,
  amount_minor: positiveAmount,
  direction: z.enum(["in", "out"]),
  effective_at: calendarDate,
  external_ref: reference,
  metadata,
});

const reversal = z.strictObject({
  reverses_entry_id: uuid,
  reason_code: z.enum(["error_correction", "duplicate", "returned", "other"]),
  reason_description: optional(reason),
  effective_at: optional(calendarDate),
  metadata,
});

/** The body of a bank balance. */
export const bankBalanceBody = z.strictObject({
  as_of_date: calendarDate,
  currency,
  closing_balance_minor: signedAmount,
  metadata,
});

/** The bank account is in the path. */
const bank_balance = bankBalanceBody.extend({ bank_account_ref: bankAccountRef });

/** A command's members on the wire: all but its type and its sender, plus the metadata, which the log keeps. */
type BodyOf<T extends LedgerCommandType> = Omit<LedgerCommandOf<T>, "type" | "actor"> & {
  readonly metadata?: object | null | undefined;
};

/** The wire shape of each ledger command (docs/api.md#ledger). */
export const BODIES: { readonly [T in LedgerCommandType]: z.ZodType<BodyOf<T>> } = {
  disbursement,
  disbursement_settled,
  payment_received,
  payment_allocated,
  fee_assessed,
  fee_waived,
  accrual,
  chargeoff,
  recovery: payment_received,
  manual_adjustment,
  reversal,
  bank_balance,
};

/**
 * Checks the body of a ledger route. `inPath` holds the members that come from the path; `actor` is the token's
 * subject. Metadata stays with the event's data.
 */
export function parseLedgerBody<T extends LedgerCommandType>(
  type: T,
  body: unknown,
  actor: string | null,
  inPath: Readonly<Record<string, string>> = {},
): Result<LedgerCommandOf<T>, Problem> {
  const input = isJsonObject(body) ? { ...body, ...inPath } : body;
  const parsed = BODIES[type].safeParse(input, { reportInput: true });
  const misplaced = isJsonObject(body) ? Object.keys(inPath).filter((name) => Object.hasOwn(body, name)) : [];
  const errors = parsed.success ? [] : fieldErrors(parsed.error.issues, []);
  errors.push(...misplaced.map((name) => unknownField([name])));
  if (!parsed.success || errors.length > 0) return err(invalid(errors));
  const { metadata: _, ...command } = parsed.data;
  return ok({ ...command, type, actor } as unknown as LedgerCommandOf<T>);
}
