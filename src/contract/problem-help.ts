import type { ProblemCode } from "../domain/core/problem.ts";

/** What a problem means and what its receiver can do; the text of `/problems/<code>`. */
export const PROBLEM_HELP: Readonly<Record<ProblemCode, { meaning: string; remedy: string }>> = {
  malformed_json: {
    meaning: "The body is not valid JSON in UTF-8, gives one member twice, or nests too deeply.",
    remedy: "Send what a JSON serializer writes. Nothing was stored and the key is not used up.",
  },
  validation_error: {
    meaning: "Some fields of the body are not valid. The member errors lists all of them.",
    remedy: "Correct each field as its message says and send again; the same Idempotency-Key may be used.",
  },
  unsupported_category: {
    meaning: "The category is not one of client, disbursement, payment, operation.",
    remedy: "Use today's category; for a former one the detail says which.",
  },
  missing_idempotency_key: {
    meaning: "Every POST needs an Idempotency-Key header.",
    remedy: "Send a new key with each new event, and the same key with each retry.",
  },
  invalid_idempotency_key: {
    meaning: "The key does not have the required form.",
    remedy:
      "Use 8 to 255 letters, digits, dots, underscores, colons and hyphens; begin with a letter or digit.",
  },
  invalid_table: {
    meaning: "There is no table of this name.",
    remedy: "Use one of the names in the detail.",
  },
  invalid_query: {
    meaning: "A query parameter or a read header is unknown or malformed.",
    remedy: "Correct the parameter that the detail names. A cursor goes with the query that it came from.",
  },
  missing_token: {
    meaning: "The request has no bearer token.",
    remedy: "Send Authorization: Bearer <token>.",
  },
  invalid_token: {
    meaning: "The token was not accepted: signature, issuer, audience, times or tenant.",
    remedy: "Get a new token. The service's log holds the reason under the trace id.",
  },
  insufficient_scope: {
    meaning: "The token is valid and does not grant the scope that the route needs.",
    remedy: "Ask the issuer for a token with the scope that the detail names.",
  },
  not_found: {
    meaning: "There is no such route or record, or it is not this tenant's.",
    remedy: "Check the id and the token's tenant.",
  },
  method_not_allowed: {
    meaning: "The route has other methods.",
    remedy: "Use one that the Allow header lists.",
  },
  already_exists: {
    meaning: "A create names the id of a live record.",
    remedy: 'Send step "update" to change it, or use another id.',
  },
  already_reversed: {
    meaning: "The journal entry has a reversal already.",
    remedy: "Read the entry's loan to see the reversal. An entry is reversed once at most.",
  },
  not_reversible: {
    meaning: "The journal entry is a reversal itself.",
    remedy: "Post the original transaction again instead.",
  },
  payload_too_large: { meaning: "The body is larger than 64 KiB.", remedy: "Send one event a request." },
  unsupported_media_type: {
    meaning: "The body is not declared as JSON.",
    remedy: "Send Content-Type: application/json.",
  },
  idempotency_mismatch: {
    meaning: "The Idempotency-Key was used up by a different request of this tenant. Nothing has changed.",
    remedy: "Use a new key for a new event, and send a retry exactly as the first time.",
  },
  amount_overflow: {
    meaning:
      "The posting would push the debits or credits of an account, all that were ever posted, beyond a signed 64-bit count of minor units. Nothing has changed.",
    remedy: "Check the amount.",
  },
  rate_limited: { meaning: "Too many requests.", remedy: "Wait as long as Retry-After says." },
  internal_error: {
    meaning: "Something is wrong on our side.",
    remedy: "Report the trace id. A retry with the same Idempotency-Key is safe.",
  },
  misconfigured: {
    meaning: "A setting of the service is missing or malformed, so it lets no request through.",
    remedy: "The operator finds the name of the setting in the log.",
  },
  overloaded: {
    meaning: "The tenant's queue of events is full.",
    remedy: "Retry with the same Idempotency-Key after Retry-After; send less at a time.",
  },
  unavailable: {
    meaning: "A part of the service did not answer in time. The event may have been stored.",
    remedy: "Retry with the same Idempotency-Key: exactly one event comes of it.",
  },
};
