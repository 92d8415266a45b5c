import { toMajor } from "../core/money.ts";
import type { FieldError, FieldErrorCode, Problem } from "../core/problem.ts";

/** A field of the record that is refused; the message continues the field's name. */
function refuse(field: string, code: FieldErrorCode, message: string): FieldError {
  return { field, code, message };
}

const quoted = (id: string) => JSON.stringify(id);

/** Refusals that any category may need. */
export const missing = (field: string) => refuse(field, "required", "is required and must not be null");

export const unreadableAmount = (field: string, message: string) => refuse(field, "invalid_value", message);

export const immutable = (field: string, value: unknown) =>
  refuse(field, "immutable_field", `must not change after create; its value is ${String(value)}`);

export const ofOtherKind = (field: string, kind: string, actual: unknown) =>
  refuse(field, "unsupported_field", `is a field of a ${kind}, but this disbursement is a ${actual}`);

export const unknownReference = (field: string, what: string, id: string) =>
  refuse(
    field,
    "unknown_reference",
    `names the ${what} ${quoted(id)}, which does not exist; create it first`,
  );

export const otherCurrency = (currency: string) =>
  refuse("currency", "currency_mismatch", `must be ${currency}, the currency of the disbursement`);

export const alreadyExists = (what: string, id: string): Problem => ({
  code: "already_exists",
  detail: `The ${what} ${quoted(id)} already exists. Send step "update" to change it.`,
});

export const notFound = (what: string, id: string): Problem => ({
  code: "not_found",
  detail: `The ${what} ${quoted(id)} does not exist.`,
});

/** Refusals of a client. */
export const individualWithoutGender = () =>
  refuse("gender", "required", 'is required for an individual: "male" or "female"');

/** `isSent` false: the record was a company, and the event makes it an individual. */
export const individualWithCompanyGender = (isSent: boolean) =>
  refuse("gender", isSent ? "invalid_value" : "required", 'must be "male" or "female" for an individual');

export const companyWithGender = () =>
  refuse("gender", "invalid_value", 'must be "company" or absent for a company');

export const companyWithoutContact = () => refuse("contact_person", "required", "is required for a company");

/** Refusals of a disbursement. */
export const maturityBeforeDisbursement = () =>
  refuse("maturity_date", "inconsistent_dates", "must not be before disbursement_date");

export function otherFee(expected: bigint, agreed: bigint, currency: string): FieldError {
  const first = `the disbursement_amount as first agreed, ${toMajor(agreed, currency)}`;
  const message =
    expected < 0n
      ? `needs a gross_value of at least ${first}`
      : `must equal gross_value less ${first}: ${toMajor(expected, currency)}`;
  return refuse("upfront_fee", "inconsistent_amounts", message);
}

export const changedTermsWithout = (field: string, terms: readonly string[]) =>
  refuse(field, "required", `is required when ${terms.join(", ")} changes`);

/** Refusals of a payment. */
const PARTS_ADVICE = "send both parts of this total, or null for both when they are not known";

export function partsUnlikeTotal(
  principal: bigint,
  fee: bigint,
  total: bigint,
  currency: string,
): FieldError {
  const sum = `${toMajor(principal, currency)} + ${toMajor(fee, currency)}`;
  const message = `payment_principal + payment_fee, ${sum}, must equal payment_total, ${toMajor(total, currency)}; ${PARTS_ADVICE}`;
  return refuse("payment_fee", "inconsistent_amounts", message);
}

export const partAboveTotal = (field: string, total: bigint, currency: string) =>
  refuse(
    field,
    "inconsistent_amounts",
    `must not exceed payment_total, which is ${toMajor(total, currency)}; ${PARTS_ADVICE}`,
  );

export const refundAndRecovery = () =>
  refuse("recovery", "invalid_value", "must not be true for a refund: a payment is one or the other");

export const expectedMark = (field: string, mark: string) =>
  refuse(field, "invalid_value", `must not make a ${mark} expected: its status is "paid" or "canceled"`);

export const recoveryWithoutPaid = () =>
  refuse(
    "recovery",
    "invalid_value",
    'may become true only with step "create", or with an update to status "paid"',
  );

export const notTheLoansClient = () =>
  refuse("client_id", "client_mismatch", "must be the loan's client, or absent");

export const purchasePaymentWithoutClient = () =>
  refuse("client_id", "required", "is required for a payment on a purchase");

export const notThePurchasesClient = () =>
  refuse("client_id", "client_mismatch", "must be one of the purchase's clients");

export const deletedClient = () => refuse("client_id", "unknown_reference", "names a deleted client");

/** Refusals of an operation. */
export const endBeforeStart = () =>
  refuse("operation_end_date", "inconsistent_dates", "must not be before operation_start_date");

export const depreciationWithoutAsset = (field: string) =>
  refuse("asset_id", "required", `is required with ${field}, unless asset_value is given`);
