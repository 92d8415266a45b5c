import { toMajor } from "../core/money.ts";
import type { FieldError } from "../core/problem.ts";
import { type Disbursement, type Payment, type PaymentChange, paymentFields } from "./fields.ts";
import { parentOf, unknownParent } from "./parent.ts";
import { type Assessed, type Checked, isLive, merge, missingErrors, refuse } from "./record.ts";
import type { RecordState } from "./state.ts";

/**
 * Rules of a payment that need no other record (docs/api.md#payments): principal and fee make up the total, and the
 * missing one of the two is filled in; the source is `client` unless the event says otherwise.
 */
export function checkPayment(
  current: Payment | null,
  change: PaymentChange,
  unread: ReadonlySet<string> = new Set(),
): Checked<Payment> {
  const currency = current?.currency ?? (unread.has("currency") ? null : (change.currency ?? null));
  const merged = merge<Payment>(paymentFields, current, change, currency);
  const broken = new Set([...unread, ...merged.broken]);
  const errors = [...merged.errors];
  errors.push(...missingErrors(paymentFields, merged.record, broken));
  const record = { ...merged.record, source: merged.record.source ?? "client" };
  const amounts = ["payment_total", "payment_principal", "payment_fee"];
  if (amounts.some((name) => broken.has(name)) || record.payment_total === null) return { record, errors };
  const split = splitTotal(record);
  return { record: split.record, errors: [...errors, ...split.errors] };
}

function splitTotal(record: Payment): Checked<Payment> {
  const { payment_total: total, payment_principal: principal, payment_fee: fee, currency } = record;
  if (principal !== null && fee !== null) {
    if (principal + fee === total) return { record, errors: [] };
    const expected = toMajor(total - principal, currency);
    const message = `must equal payment_total - payment_principal, which is ${expected}; null has it filled in`;
    return { record, errors: [refuse("payment_fee", "inconsistent_amounts", message)] };
  }
  const known = principal ?? fee;
  if (known === null) return { record, errors: [] };
  const name = principal === null ? "payment_fee" : "payment_principal";
  if (known > total) {
    const message = `must not exceed payment_total, which is ${toMajor(total, currency)}`;
    return { record, errors: [refuse(name, "inconsistent_amounts", message)] };
  }
  return {
    record: { ...record, payment_principal: principal ?? total - known, payment_fee: fee ?? total - known },
    errors: [],
  };
}

/** A payment's own rules and its tie to the disbursement. */
export function assessPayment(
  state: RecordState,
  current: Payment | null,
  change: PaymentChange,
): Assessed<Payment> {
  const { record, errors } = checkPayment(current, change);
  const parent = parentOf(state, current, record.disbursement_id);
  if (!parent) return { record, own: errors, references: [unknownParent(record.disbursement_id)] };
  const settled = settleParent(state, parent, current, record, change);
  return { record: settled.record, own: errors, references: settled.errors };
}

/**
 * Ties a payment to its parent (docs/api.md#ingest): one currency; on a loan the client is the loan's, on a purchase it is
 * named, live, and one of the purchase's clients. An update is held to what it says itself: money that was booked once
 * can be marked paid although its client has left the purchase, or the parent was created anew.
 */
function settleParent(
  state: RecordState,
  parent: Disbursement,
  current: Payment | null,
  record: Payment,
  change: PaymentChange,
): Checked<Payment> {
  const errors: FieldError[] = [];
  if (!current && record.currency !== parent.currency) {
    errors.push(refuse("currency", "currency_mismatch", `must be ${parent.currency}, as the disbursement's`));
  }
  if (parent.kind === "loan") {
    if (change.client_id && change.client_id !== parent.client_id) {
      errors.push(refuse("client_id", "client_mismatch", "must be the loan's client, or absent"));
    }
    return { record: { ...record, client_id: parent.client_id }, errors };
  }
  const { client_id } = record;
  if (client_id === null) {
    errors.push(refuse("client_id", "required", "is required for a payment on a purchase"));
  } else if (client_id !== current?.client_id) {
    if (!parent.purchase_clients?.includes(client_id)) {
      errors.push(refuse("client_id", "client_mismatch", "must be one of the purchase's clients"));
    } else if (!isLive(state.client.get(client_id))) {
      errors.push(refuse("client_id", "unknown_reference", "names a client that is deleted"));
    }
  }
  return { record, errors };
}
