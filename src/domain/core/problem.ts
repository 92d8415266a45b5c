/** Codes of a field error inside `validation_error` (docs/api.md#errors). */
export type FieldErrorCode =
  | "required"
  | "invalid_type"
  | "invalid_value"
  | "unknown_field"
  | "unsupported_field"
  | "immutable_field"
  | "unknown_reference"
  | "currency_mismatch"
  | "client_mismatch"
  | "borrower_mismatch"
  | "inconsistent_amounts"
  | "inconsistent_dates"
  | "principal_mismatch"
  | "already_accrued"
  | "not_found"
  | "not_settleable"
  | "already_reversed"
  | "already_settled"
  | "period_closed"
  | "would_overdraw"
  | "amount_overflow"
  | "too_many_bank_accounts";

/** One refused field: `field` is a dotted path, for example `client_id`; the contract adds its place in the body. */
export interface FieldError {
  readonly field: string;
  readonly code: FieldErrorCode;
  readonly message: string;
}

/** Every problem that the API answers; contract/problems.ts says what each means on the wire. */
export type ProblemCode =
  | "malformed_json"
  | "validation_error"
  | "unsupported_category"
  | "missing_idempotency_key"
  | "invalid_idempotency_key"
  | "invalid_table"
  | "invalid_query"
  | "missing_token"
  | "invalid_token"
  | "insufficient_scope"
  | "not_found"
  | "method_not_allowed"
  | "already_exists"
  | "already_erased"
  | "has_open_loans"
  | "already_reversed"
  | "not_reversible"
  | "not_settleable"
  | "not_started"
  | "kept_by_records"
  | "already_settled"
  | "too_late"
  | "would_overdraw"
  | "period_closed"
  | "opening_unfinished"
  | "precondition_failed"
  | "payload_too_large"
  | "too_many_lines"
  | "unsupported_media_type"
  | "idempotency_mismatch"
  | "too_large"
  | "amount_overflow"
  | "exceeds_balance"
  | "not_charged_off"
  | "too_many_bank_accounts"
  | "too_many_endpoints"
  | "too_many_keys"
  | "too_many_facilities"
  | "rate_limited"
  | "internal_error"
  | "misconfigured"
  | "overloaded"
  | "read_only"
  | "unavailable";

/** A refusal. `detail` is for the caller and never repeats a secret. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** The scope that the caller's credential lacks. */
  readonly scope?: string;
  /** The event that the refusal is about: the one that holds an idempotency key. */
  readonly event_id?: string;
}

/** The refusal of a body with these field errors. */
export function invalid(errors: readonly FieldError[]): Problem {
  const fields = errors.length === 1 ? "1 field is" : `${errors.length} fields are`;
  return { code: "validation_error", detail: `${fields} not valid. See errors.`, errors };
}
