import * as z from "zod";
import type { FieldErrorCode, ProblemCode } from "../domain/core/problem.ts";
import { PROBLEMS } from "./problems.ts";

/** Exhaustive: a new code of a field error must be named here. */
const FIELD_ERROR_CODES: Readonly<Record<FieldErrorCode, true>> = {
  required: true,
  invalid_type: true,
  invalid_value: true,
  unknown_field: true,
  unsupported_field: true,
  immutable_field: true,
  unknown_reference: true,
  currency_mismatch: true,
  client_mismatch: true,
  borrower_mismatch: true,
  inconsistent_amounts: true,
  inconsistent_dates: true,
  already_accrued: true,
  principal_mismatch: true,
  not_found: true,
  not_settleable: true,
  already_reversed: true,
  already_settled: true,
  period_closed: true,
  would_overdraw: true,
  amount_overflow: true,
  too_many_bank_accounts: true,
};

const fieldError = z
  .object({
    field: z.string().meta({ description: "Dotted path from the body's root." }),
    code: z.enum(Object.keys(FIELD_ERROR_CODES) as [FieldErrorCode, ...FieldErrorCode[]]),
    message: z.string().meta({ description: "What was expected." }),
  })
  .meta({ id: "FieldError" });

/** The body of every refusal (RFC 9457). */
export const problem = z
  .object({
    type: z.string().meta({ description: "Address of the page that explains the code.", format: "uri" }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string().meta({ description: "Path of the request." }),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    trace_id: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .meta({ description: "Quote it when you report a problem." }),
    errors: z.array(fieldError).max(100).optional().meta({ description: "The first 100 field errors." }),
    errors_total: z.int().min(1).optional().meta({ description: "The number of all field errors." }),
    event_id: z.string().optional().meta({ description: "The event that holds the Idempotency-Key." }),
  })
  .meta({ id: "Problem" });
