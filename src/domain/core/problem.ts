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
  | "inconsistent_dates";

/** One refused field: `field` is a dotted path from the body's root, for example `data.client_id`. */
export interface FieldError {
  readonly field: string;
  readonly code: FieldErrorCode;
  readonly message: string;
}

/** Every problem the API can answer, with its HTTP status and title (docs/api.md#errors, RFC 9457). */
export const PROBLEMS = {
  malformed_json: { status: 400, title: "The body is not valid JSON" },
  validation_error: { status: 400, title: "Some fields are not valid" },
  unsupported_category: { status: 400, title: "This category is not supported" },
  missing_idempotency_key: { status: 400, title: "The Idempotency-Key header is missing" },
  invalid_idempotency_key: { status: 400, title: "The Idempotency-Key header is not valid" },
  invalid_table: { status: 400, title: "There is no such table" },
  invalid_query: { status: 400, title: "The query is not valid" },
  missing_token: { status: 401, title: "A bearer token is required" },
  invalid_token: { status: 401, title: "The bearer token is not valid" },
  insufficient_scope: { status: 403, title: "The token lacks a scope" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  already_exists: { status: 409, title: "A record with this id exists already" },
  already_reversed: { status: 409, title: "The entry is reversed already" },
  not_reversible: { status: 409, title: "The entry cannot be reversed" },
  payload_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "The media type is not supported" },
  idempotency_mismatch: { status: 422, title: "The Idempotency-Key belongs to another request" },
  amount_overflow: { status: 422, title: "A balance would exceed 64 bits" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal_error: { status: 500, title: "Internal error" },
  misconfigured: { status: 500, title: "The service is not configured" },
  overloaded: { status: 503, title: "The tenant's queue is full" },
  unavailable: { status: 503, title: "Temporarily unavailable" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A refusal on its way to the wire. `detail` is for the caller and never repeats a secret. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

/** The refusal of a body with these field errors. */
export function invalid(errors: readonly FieldError[]): Problem {
  const fields = errors.length === 1 ? "1 field is" : `${errors.length} fields are`;
  return { code: "validation_error", detail: `${fields} not valid; see errors.`, errors };
}
