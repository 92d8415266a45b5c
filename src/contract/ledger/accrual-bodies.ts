import * as z from "zod";
import { DAY_COUNT_CONVENTIONS } from "../../domain/ledger/day-count.ts";
import { documented } from "../documented.ts";
import {
  AMOUNT_MINOR,
  amountMinor,
  calendarDate,
  currency,
  interestRemainder,
  isRemainderOf,
  loanList,
  metadata,
  optional,
  REMAINDER_TEXT,
  reason,
  uuid,
} from "./values.ts";

/** The most loans of one accrual (docs/ledger.md#accruals). */
export const ACCRUAL_LOANS_MAX = 2_000;
/** Room for as many loans, or their ids. */
export const ACCRUAL_BYTES_MAX = 512 * 1024;

const REMAINDER_TOO_LOW = {
  path: ["interest_remainder"],
  error: "must be at least -0.5 where interest_minor is not 0",
};

const accruedLoan = z
  .strictObject({
    loan_id: uuid,
    outstanding_principal_minor: amountMinor,
    interest_minor: amountMinor,
    interest_remainder: optional(interestRemainder),
  })
  .refine((loan) => isRemainderOf(loan.interest_minor, loan.interest_remainder), REMAINDER_TOO_LOW);

const ACCRUED_LOAN = {
  type: "object",
  properties: {
    loan_id: { type: "string", format: "uuid" },
    outstanding_principal_minor: AMOUNT_MINOR,
    interest_minor: AMOUNT_MINOR,
    interest_remainder: REMAINDER_TEXT,
  },
  required: ["loan_id", "outstanding_principal_minor", "interest_minor"],
  additionalProperties: false,
};

/** Of a preview's answer, which a client can send unchanged. */
const ignored = z
  .unknown()
  .optional()
  .meta(documented({ description: "Of a preview's answer; ignored." }));

export const accrualBody = z
  .strictObject({
    program_id: uuid,
    accrual_date: calendarDate,
    late: z
      .boolean()
      .nullish()
      .transform((late) => late ?? false),
    day_count_convention: z.enum(DAY_COUNT_CONVENTIONS),
    currency,
    loans: loanList(accruedLoan, ACCRUAL_LOANS_MAX, ({ loan_id }) => loan_id, 0).meta(
      documented({
        ...{ type: "array", minItems: 0, maxItems: ACCRUAL_LOANS_MAX, items: ACCRUED_LOAN },
        description: "Empty only in a preview's answer, which has skipped: then there is no entry.",
      }),
    ),
    next_page_token: ignored,
    skipped: ignored,
    metadata,
  })
  .refine(({ loans, skipped }) => loans.length > 0 || skipped !== undefined, {
    path: ["loans"],
    error: `must hold 1 to ${ACCRUAL_LOANS_MAX} loans`,
  })
  .transform(({ next_page_token: _, skipped: __, ...rest }) => rest);

export const accrualCorrection = z
  .strictObject({
    accrual_entry_id: uuid,
    loan_id: uuid,
    interest_minor: amountMinor,
    interest_remainder: optional(interestRemainder),
    reason,
    metadata,
  })
  .refine((loan) => isRemainderOf(loan.interest_minor, loan.interest_remainder), REMAINDER_TOO_LOW);
