import type { FieldError, Problem } from "../../domain/core/problem.ts";
import { CATEGORY_NAMES } from "../../domain/tape/categories.ts";
import { KEY_RULE } from "../idempotency-key.ts";

/** What a sender of a former category sends today (docs/api.md#ingest). */
const FORMER_CATEGORIES: Readonly<Record<string, string>> = {
  loan: 'Send category "disbursement" with kind "loan".',
  purchase: 'Send category "disbursement" with kind "purchase".',
  schedule: 'Send one category "payment" event with status "expected" for each installment.',
  repayment: 'Send category "payment" with status "paid".',
  insurance: 'Send insurer_name and insurer_coverage on the disbursement, and source "insurer" on a payment.',
  write_off: "Lower disbursement_amount with a disbursement update; the service records the write-off.",
  rebate: "Lower total_expected_margin with a disbursement update; the service records the rebate.",
  extension: "Change maturity_date with a disbursement update; the service records the extension.",
  asset_status: 'Send asset_condition on an "operation" event; the service records the status.',
  disbursement_status:
    "Send nothing; the service records the status when a disbursement is created or deleted.",
};

export function unsupportedCategory(category: string): Problem {
  const known = Object.hasOwn(FORMER_CATEGORIES, category) ? ` ${FORMER_CATEGORIES[category]}` : "";
  const shown = JSON.stringify(category.slice(0, 64));
  const detail = `The category ${shown} is not supported. Use one of ${CATEGORY_NAMES.join(", ")}.${known}`;
  return { code: "unsupported_category", detail };
}

/** A field error of a record, under its path in the body of `POST /ingest`. */
export const inData = (error: FieldError): FieldError => ({ ...error, field: `data.${error.field}` });

/** What the domain refuses, in the words of `POST /ingest`: its fields are members of `data`. */
export const ingestProblem = (problem: Problem): Problem =>
  problem.errors ? { ...problem, errors: problem.errors.map(inData) } : problem;

/** Messages about a member of `data`; they continue the field's name. */
export const ONLY_ON_UPDATE = 'is only allowed with step "update"';

export const fieldOfOtherKind = (kind: string, actual: string | null) =>
  `is a field of a ${kind}, but this disbursement is a ${actual}`;

/** Problems of a line of a batch. */
export const lineTooLarge = (max: number): Problem => ({
  code: "payload_too_large",
  detail: `A line must be at most ${max} bytes.`,
});

export const malformedLine = (error: string): Problem => ({ code: "malformed_json", detail: `${error}.` });

export const LINE_WITHOUT_KEY: Problem = {
  code: "missing_idempotency_key",
  detail: "Send an idempotency_key on each line: a new key with each new event.",
};

export const LINE_WITH_INVALID_KEY_HASH: Problem = {
  code: "invalid_idempotency_key",
  detail: "The key_hash must be 64 lower-case hex digits, and stand in place of an idempotency_key.",
};

export const LINE_OF_ANOTHER_TENANT: Problem = {
  code: "invalid_idempotency_key",
  detail: 'The key_hash is of another tenant. "loan-ledger import" makes new keys.',
};

export const LINE_WITH_INVALID_KEY: Problem = {
  code: "invalid_idempotency_key",
  detail: `The idempotency_key must ${KEY_RULE}.`,
};
