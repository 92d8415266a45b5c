import * as z from "zod";
import { DAY_COUNT_CONVENTIONS } from "../../domain/ledger/day-count.ts";
import type { LedgerCommandOf, LedgerCommandType } from "../../domain/ledger/decide.ts";
import { documented } from "../documented.ts";
import {
  AMOUNT_MINOR,
  amountMinor,
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
/** Room for as many loans, or their ids. */
export const ACCRUAL_BYTES_MAX = 512 * 1024;

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

const payoutMethod = z.enum(["ach", "wire", "card_push", "internal_transfer"]);

const disbursement = z.strictObject({
  ...loan,
  amount_minor: amountMinor,
  method: payoutMethod,
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

const waiver = z.strictObject({ ...loan, amount_minor: positiveAmount, reason, metadata });

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

/** Of a preview's answer, which a client can send unchanged. */
const ignored = z
  .unknown()
  .optional()
  .meta(documented({ description: "Ignored." }));

const accrual = z
  .strictObject({
    program_id: uuid,
    accrual_date: calendarDate,
    day_count_convention: z.enum(DAY_COUNT_CONVENTIONS),
    currency,
    loans: loanList(accruedLoan, ACCRUAL_LOANS_MAX, ({ loan_id }) => loan_id).meta(
      documented({ type: "array", minItems: 1, maxItems: ACCRUAL_LOANS_MAX, items: ACCRUED_LOAN }),
    ),
    next_page_token: ignored,
    skipped: ignored,
    metadata,
  })
  .transform(({ next_page_token: _, skipped: __, ...rest }) => rest);

const chargeoff = z.strictObject({ ...loan, reason, metadata });

const refund = z.strictObject({
  ...loan,
  amount_minor: positiveAmount,
  method: payoutMethod,
  external_ref: reference,
  bank_account_ref: cashAccount,
  metadata,
});

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

/** The bank account is in the path. */
const bank_balance = z.strictObject({
  as_of_date: calendarDate,
  currency,
  closing_balance_minor: signedAmount,
  metadata,
});

/** Members of a command that come from the path. */
type InPath<T extends LedgerCommandType> = T extends "bank_balance" ? "bank_account_ref" : never;

/** A command's members on the wire: all but its type, its sender and what is in the path; metadata stays in the log. */
type BodyOf<T extends LedgerCommandType> = Omit<LedgerCommandOf<T>, "type" | "actor" | InPath<T>> & {
  readonly metadata?: object | null | undefined;
};

/** The wire shape of each ledger command (docs/api.md#ledger). */
export const BODIES: { readonly [T in LedgerCommandType]: z.ZodType<BodyOf<T>> } = {
  disbursement,
  disbursement_settled,
  payment_received,
  payment_allocated,
  fee_assessed,
  fee_waived: waiver,
  interest_waived: waiver,
  accrual,
  chargeoff,
  recovery: payment_received,
  refund,
  manual_adjustment,
  reversal,
  bank_balance,
};
