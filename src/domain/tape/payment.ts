import type { FieldError } from "../core/problem.ts";
import type { CategoryRules, CheckContext, Judged } from "./category.ts";
import {
  changeFields,
  type Disbursement,
  type Payment,
  type PaymentChange,
  paymentFields,
  STEPS,
} from "./fields.ts";
import { parentOf, parentOfOneHand } from "./parent.ts";
import { isDatedChange, paymentTermsOf } from "./payment-terms.ts";
import { type Assessed, type Checked, isLive, merge, missingErrors } from "./record.ts";
import {
  deletedClient,
  expectedMark,
  notTheLoansClient,
  notThePurchasesClient,
  otherCurrency,
  partAboveTotal,
  partsUnlikeTotal,
  purchasePaymentWithoutClient,
  recoveryWithoutPaid,
  refundAndRecovery,
  unknownReference,
} from "./refusals.ts";
import type { RecordState } from "./state.ts";
import { paymentFindings, type Warning } from "./warnings.ts";

const PARTS = ["payment_principal", "payment_fee"] as const;
const AMOUNTS = ["payment_total", ...PARTS] as const;

/**
 * Rules of a payment that need no other record (docs/api.md#payments): principal and fee make up the total, and the
 * missing one of the two is filled in; the source is `client` unless the event says otherwise; what was due stays
 * known when the payment is paid or canceled; a refund or a recovery is never due.
 */
function checkPayment(
  current: Payment | null,
  change: PaymentChange,
  { unread = new Set(), sequence = 0 }: CheckContext = {},
): Checked<Payment> {
  const currency = current?.currency ?? (unread.has("currency") ? null : (change.currency ?? null));
  const merged = merge<Payment>(paymentFields, current, change, currency);
  const broken = new Set([...unread, ...merged.broken]);
  const errors = [...merged.errors];
  errors.push(...missingErrors(paymentFields, { ...merged.record }, broken));
  const own = {
    ...merged.record,
    source: merged.record.source ?? "client",
    refund: merged.record.refund ?? false,
    recovery: merged.record.recovery ?? false,
    is_dated: (current?.is_dated ?? false) || isDatedChange(change),
  };
  const record: Payment = received(change, dueAgain(current, change, own));
  errors.push(...markErrors(current, change, record, unread));
  if (AMOUNTS.some((name) => broken.has(name)) || record.payment_total === null) return { record, errors };
  const split = splitTotal(record);
  const kept = expectationKept(current, change, split.record, sequence);
  return { record: kept, errors: [...errors, ...split.errors] };
}

/**
 * A payment that becomes expected again is no receipt any more, and of total, parts and due date it is due as it was
 * last where the event sends nothing else; the parts only with the total that they belong to.
 */
function dueAgain(current: Payment | null, change: PaymentChange, record: Payment): Payment {
  if (!current || current.status === "expected" || record.status !== "expected") return record;
  const again = {
    ...record,
    payment_date: change.payment_date ?? null,
    bank_ref: change.bank_ref ?? null,
    recovery: change.recovery ?? false,
  };
  const { expected_total, expected_principal, expected_fee, expected_due_date } = current;
  if (expected_total === null || expected_due_date === null) return again;
  const total = change.payment_total === undefined ? expected_total : record.payment_total;
  const [principal, fee] = total === expected_total ? [expected_principal, expected_fee] : [null, null];
  return {
    ...again,
    payment_total: total,
    payment_principal: change.payment_principal === undefined ? principal : record.payment_principal,
    payment_fee: change.payment_fee === undefined ? fee : record.payment_fee,
    due_date: change.due_date ?? expected_due_date,
  };
}

/** A receipt of another total than was expected: the parts that were expected no longer make it up. */
function received(change: PaymentChange, record: Payment): Payment {
  const { status, payment_total: total, payment_principal: principal, payment_fee: fee } = record;
  const restated = change.payment_total !== undefined && PARTS.every((name) => change[name] === undefined);
  if (status !== "paid" || !restated || principal === null || fee === null) return record;
  return principal + fee === total ? record : { ...record, payment_principal: null, payment_fee: null };
}

/** While a payment is expected, what it says is due; after that, what was due last stays. */
function expectationKept(
  current: Payment | null,
  change: PaymentChange,
  record: Payment,
  sequence: number,
): Payment {
  const isExpected = record.status === "expected";
  const isDueSet = isExpected && (Boolean(change.due_date) || current?.expected_due_date == null);
  return {
    ...record,
    expected_total: isExpected ? record.payment_total : (current?.expected_total ?? null),
    expected_principal: isExpected ? record.payment_principal : (current?.expected_principal ?? null),
    expected_fee: isExpected ? record.payment_fee : (current?.expected_fee ?? null),
    expected_due_date: isExpected ? record.due_date : (current?.expected_due_date ?? null),
    due_sequence: isDueSet ? sequence : (current?.due_sequence ?? null),
  };
}

/** A payment is marked as money back, or as money on what was written off, and then it is no installment. */
function markErrors(
  current: Payment | null,
  change: PaymentChange,
  { status, refund, recovery }: Payment,
  unread: ReadonlySet<string>,
): FieldError[] {
  if (refund && recovery) return [refundAndRecovery()];
  if (!refund && !recovery) return [];
  const mark = refund ? "refund" : "recovery";
  if (status === "expected") {
    return unread.has("status") ? [] : [expectedMark(change[mark] === true ? mark : "status", mark)];
  }
  const isMarkedLater = recovery && current !== null && !current.recovery;
  return isMarkedLater && change.status !== "paid" ? [recoveryWithoutPaid()] : [];
}

function splitTotal(record: Payment): Checked<Payment> {
  const { payment_total: total, payment_principal: principal, payment_fee: fee, currency } = record;
  if (principal !== null && fee !== null) {
    if (principal + fee === total) return { record, errors: [] };
    return { record, errors: [partsUnlikeTotal(principal, fee, total, currency)] };
  }
  const known = principal ?? fee;
  if (known === null) return { record, errors: [] };
  const name = principal === null ? "payment_fee" : "payment_principal";
  if (known > total) return { record, errors: [partAboveTotal(name, total, currency)] };
  return {
    record: { ...record, payment_principal: principal ?? total - known, payment_fee: fee ?? total - known },
    errors: [],
  };
}

/** A payment's own rules and its tie to the disbursement. */
function assessPayment(
  state: RecordState,
  current: Payment | null,
  change: PaymentChange,
  sequence: number,
): Assessed<Payment> {
  const { record, errors } = checkPayment(current, change, { sequence });
  const parent = parentOf(state, current, record.disbursement_id);
  if (!parent) {
    const references = [unknownReference("disbursement_id", "disbursement", record.disbursement_id)];
    return { record, own: errors, references };
  }
  const settled = settleParent(state, parent, record, { current, change });
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
  record: Payment,
  { current, change }: { readonly current: Payment | null; readonly change: PaymentChange },
): Checked<Payment> {
  const errors: FieldError[] = [];
  if (!current && record.currency !== parent.currency) errors.push(otherCurrency(parent.currency));
  if (parent.kind === "loan") {
    if (change.client_id && change.client_id !== parent.client_id) {
      errors.push(notTheLoansClient());
    }
    return { record: { ...record, client_id: parent.client_id }, errors };
  }
  const { client_id } = record;
  if (client_id === null) {
    errors.push(purchasePaymentWithoutClient());
  } else if (client_id !== current?.client_id) {
    if (!parent.purchase_clients?.includes(client_id)) {
      errors.push(notThePurchasesClient());
    } else if (!isLive(state.client.get(client_id))) {
      errors.push(deletedClient());
    }
  }
  return { record, errors };
}

/** The irregularities of a payment and its disbursement as of `day` (docs/api.md#ingest). */
function paymentWarnings(state: RecordState, { record, today }: Judged<Payment>): Warning[] {
  const parent = parentOf(state, record, record.disbursement_id);
  return parent ? paymentFindings(record, parent, today) : [];
}

/** On a loan the client is the loan's (docs/api.md#payments). */
function withLoansClient(state: RecordState, record: Payment): Payment {
  const parent = state.disbursement.get(record.disbursement_id)?.record;
  return parent?.kind === "loan" ? { ...record, client_id: parent.client_id } : record;
}

export const paymentRules: CategoryRules<"payment"> = {
  fields: paymentFields,
  eventFields: { steps: STEPS, fields: changeFields },
  ignored: ["entity_type", "entity_id"],
  idField: "payment_id",
  table: "payments",
  check: checkPayment,
  assess: assessPayment,
  facts: ({ disbursement_id, currency }) => ({ disbursement_id, currency }),
  about: (_, { client_id }) => client_id,
  isOnePersons: (state, payment) => {
    const parent = parentOfOneHand(state, payment, payment.record.disbursement_id);
    return parent?.kind === "loan";
  },
  warnings: paymentWarnings,
  follow: withLoansClient,
  succeed: ({ disbursement_id, payment_id }, { disbursement_id: now }) =>
    now === disbursement_id ? [] : [{ type: "leave", disbursement_id, payment_id }],
  links: paymentTermsOf,
};
