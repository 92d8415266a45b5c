import type { ProblemCode } from "../domain/core/problem.ts";
import { BOUNDS } from "./bounds.ts";
import { FAULTS } from "./faults.ts";

/** What the wire says of a problem: status and title of the answer, and the text of `/problems/<code>`. */
interface ProblemText {
  readonly status: number;
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
}

/** Every problem of the API (docs/api.md#errors, RFC 9457), in the order of its status. */
export const PROBLEMS = {
  malformed_json: {
    status: 400,
    title: "The body is not valid JSON",
    meaning: "The body is not valid JSON in UTF-8, repeats a member, nests too deeply or is incomplete.",
    remedy: "Send the output of a JSON serializer. Nothing was stored. You may use the same Idempotency-Key.",
  },
  validation_error: {
    status: 400,
    title: "Some fields are not valid",
    meaning:
      "Some fields of the body are not valid. The member errors lists the first 100 of them, and errors_total counts them all.",
    remedy: "Correct each field as its message says, then send again. You may use the same Idempotency-Key.",
  },
  unsupported_category: {
    status: 400,
    title: "The category is not supported",
    meaning: "The category is not client, disbursement, payment or operation.",
    remedy: "Use one of these four. For a category of an earlier version, the detail names its replacement.",
  },
  missing_idempotency_key: {
    status: 400,
    title: "The Idempotency-Key header is missing",
    meaning: "This route needs an Idempotency-Key header.",
    remedy: "Send a new key with each new event, and the same key with each retry.",
  },
  invalid_idempotency_key: {
    status: 400,
    title: "The Idempotency-Key header is not valid",
    meaning: "The Idempotency-Key has the wrong length or characters.",
    remedy:
      "Use 8 to 255 letters, digits, dots, underscores, colons and hyphens. Start with a letter or a digit.",
  },
  invalid_table: {
    status: 400,
    title: "Unknown table",
    meaning: "No table has this name.",
    remedy: "Use one of the names in the detail.",
  },
  invalid_query: {
    status: 400,
    title: "The query is not valid",
    meaning: "A query parameter or a read header is unknown or malformed.",
    remedy: "Correct the parameter that the detail names. Use a cursor only with the query that returned it.",
  },
  missing_token: {
    status: 401,
    title: "A bearer token is required",
    meaning: "The request has no bearer token.",
    remedy: "Send Authorization: Bearer, a space, and a token or an API key.",
  },
  invalid_token: {
    status: 401,
    title: "The bearer token is not valid",
    meaning:
      "The token's signature, issuer, audience, times, type or tenant is not valid, or the API key is unknown, revoked or expired.",
    remedy: "Get a new token or another key. The service logs the reason under the trace_id.",
  },
  insufficient_scope: {
    status: 403,
    title: "The token lacks a scope",
    meaning: "The token or key is valid, but it does not grant the scope that the request needs.",
    remedy: "Ask for a token or a key with the scope that the detail names.",
  },
  not_found: {
    status: 404,
    title: "Not found",
    meaning: "The route or the record does not exist, or the record belongs to another tenant.",
    remedy: "Check the path, the id and the token's tenant.",
  },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    meaning: "The route exists, but not for this method.",
    remedy: "Use a method that the Allow header lists.",
  },
  already_exists: {
    status: 409,
    title: "The record already exists",
    meaning: "A create event names the id of a record that exists.",
    remedy: 'Send step "update" to change the record, or use another id.',
  },
  already_erased: {
    status: 409,
    title: "The person is already erased",
    meaning: "The person was erased, and no event says anything about the person since then.",
    remedy: "Nothing is left to erase. GET the same path to see how far the erasure is.",
  },
  has_open_loans: {
    status: 409,
    title: "The client still owes",
    meaning: "A disbursement of the client owes more than the tenant's tolerance.",
    remedy: 'Erase the client once it is repaid, or with the reason "error" if it is no client of yours.',
  },
  already_reversed: {
    status: 409,
    title: "The entry is already reversed",
    meaning: "The journal entry already has a reversal. An entry is reversed at most once.",
    remedy: "List the loan's journal entries to find the reversal.",
  },
  not_reversible: {
    status: 409,
    title: "The entry cannot be reversed",
    meaning: "The journal entry is itself a reversal, or a charge-off of a loan that has recoveries.",
    remedy: "The detail says which. Post the original transaction again, or reverse the recoveries first.",
  },
  not_settleable: {
    status: 409,
    title: "The entry cannot be settled",
    meaning: "The journal entry is not a disbursement, so no money leaves the bank for it.",
    remedy: "Settle the journal entry of a disbursement.",
  },
  not_started: {
    status: 409,
    title: "The disbursement has not started",
    meaning: "The disbursement is not made yet on this day, so nothing is owed that could be paid off.",
    remedy: "Ask for its first day or a later one.",
  },
  kept_by_records: {
    status: 409,
    title: "The loan's entries follow its records",
    meaning:
      "The tenant's books come from its records, and a record has opened this loan. It takes no other postings.",
    remedy:
      "Send an event of the disbursement or its payments to POST /ingest. A disbursement can be settled.",
  },
  already_settled: {
    status: 409,
    title: "The disbursement is already settled",
    meaning: "The disbursement already has a settlement that is not reversed.",
    remedy: "Reverse the settlement before you post another one.",
  },
  too_late: {
    status: 409,
    title: "It is too late for this change",
    meaning: "The change would alter days on which entries of the books have been posted.",
    remedy: "Leave the setting as it is. The detail says which one, and its value.",
  },
  would_overdraw: {
    status: 409,
    title: "A balance of the loan would be negative",
    meaning: "The entry would take a balance of the loan below zero on some day. Later entries depend on it.",
    remedy: "Reverse the later entries first. The detail names the loan, the account and the first such day.",
  },
  period_closed: {
    status: 409,
    title: "The period is closed",
    meaning: "The day is in a period that the tenant has closed. No figure of a closed period changes.",
    remedy: "Post on the first open day, which the detail names. Or reopen the period with PUT /v1/closing.",
  },
  opening_unfinished: {
    status: 409,
    title: "Records are still being booked",
    meaning:
      "Bookkeeping was switched on, and some earlier records are not booked yet. A closing waits for them.",
    remedy:
      "Ask GET /v1/bookkeeping until done equals total, then send again. You may use the same Idempotency-Key.",
  },
  precondition_failed: {
    status: 412,
    title: "What is to be changed has another version",
    meaning:
      "The request expects a version by If-Match or If-None-Match, and there is another one, or none. Nothing has changed.",
    remedy:
      "Read it again, and send the change with the ETag of that answer. You may use the same Idempotency-Key.",
  },
  payload_too_large: {
    status: 413,
    title: "The body is too large",
    meaning: "The body is larger than 64 KiB, or a batch is larger than 2 MiB once unpacked.",
    remedy: "Send one event per request, or fewer lines per batch.",
  },
  too_many_lines: {
    status: 413,
    title: "The batch has too many lines",
    meaning: "A batch has at most 500 lines, blank ones included. Nothing was stored.",
    remedy: "Send several batches. You may use the same keys.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The media type is not supported",
    meaning: "The Content-Type or the Content-Encoding is not one that the route takes.",
    remedy: "Send the Content-Type that the detail names. Only a batch may be compressed, with gzip.",
  },
  too_large: {
    status: 422,
    title: "The answer takes more than one request may read",
    meaning: "The question is about more events or records than one request reads.",
    remedy: "Ask for a later known_at, for less at once, or read the events table.",
  },
  idempotency_mismatch: {
    status: 422,
    title: "The Idempotency-Key belongs to another request",
    meaning: "This tenant has already used the Idempotency-Key for a different request. Nothing has changed.",
    remedy: "Use a new key for a new event. Send a retry exactly like the first request.",
  },
  amount_overflow: {
    status: 422,
    title: "A balance would exceed 64 bits",
    meaning:
      "With this entry a balance of the loan would exceed a signed 64-bit number of minor units on some day. Nothing has changed.",
    remedy: "Check the amount.",
  },
  exceeds_balance: {
    status: 422,
    title: "The balance is too small",
    meaning:
      "The loan has less than the request takes, on the day of the request or on a later day. Nothing has changed.",
    remedy: "Ask for at most the amount that the detail names, or for an earlier or later day.",
  },
  not_charged_off: {
    status: 422,
    title: "The loan is not charged off",
    meaning: "The loan has no charge-off on or before this day that is not reversed.",
    remedy: "Post a payment instead, or charge the loan off first.",
  },
  ...BOUNDS,
  rate_limited: {
    status: 429,
    title: "Too many requests",
    meaning: "The tenant sends too many requests.",
    remedy: "Wait for the time in Retry-After, then retry.",
  },
  ...FAULTS,
} as const satisfies Readonly<Record<ProblemCode, ProblemText>>;

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);
