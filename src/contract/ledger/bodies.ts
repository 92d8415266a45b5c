import * as z from "zod";
import type { LedgerCommandOf, LedgerCommandType } from "../../domain/ledger/decide.ts";
import { documented } from "../documented.ts";
import { accrualBody, accrualCorrection } from "./accrual-bodies.ts";
import { settlementBody, settlementsBody } from "./settlement-bodies.ts";
import {
  amountMinor,
  calendarDate,
  cashAccount,
  currency,
  metadata,
  optional,
  positiveAmount,
  reason,
  reference,
  signedAmount,
  uuid,
} from "./values.ts";

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
  disbursement_settled: settlementBody,
  disbursements_settled: settlementsBody,
  payment_received,
  payment_allocated,
  fee_assessed,
  fee_waived: waiver,
  interest_waived: waiver,
  accrual: accrualBody,
  accrual_corrected: accrualCorrection,
  chargeoff,
  recovery: payment_received,
  refund,
  manual_adjustment,
  reversal,
  bank_balance,
};
